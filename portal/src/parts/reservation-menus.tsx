import { Button, Menu } from '@mantine/core';
import IconClockPlus from 'icon:clock-plus';
import IconPower from 'icon:power';
import IconRestore from 'icon:restore';
import IconUnlink from 'icon:unlink';
import type { PowerOp } from '../../../src/contract/reservations.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import type { Actions } from '../rules/reservation.ts';
import { useState } from 'react';
import { useAct } from './act.tsx';
import { Ask } from './ask.tsx';

const HOUR = 3_600_000;
const EXTENSIONS = [
  { span: '1h', ms: HOUR },
  { span: '4h', ms: 4 * HOUR },
  { span: '1d', ms: 24 * HOUR },
];

export function ExtendMenu({ id }: { id: string }) {
  const { t, format } = useI18n();
  const extend = useAct((span: string) => api.extendReservation({ params: { id }, body: { for: span } }), { stale: [['reservations']] });
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" leftSection={<IconClockPlus size={16} />} loading={extend.isPending}>
          {t.machines.extend}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {EXTENSIONS.map(({ span, ms }) => (
          <Menu.Item key={span} onClick={() => extend.mutate(span)}>
            {t.machines.extendBy(format.span(ms))}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function PowerMenu({ id, hostname, can }: { id: string; hostname: string; can: Actions }) {
  const { t } = useI18n();
  const [asking, setAsking] = useState<'reimage' | 'unlink'>();
  const over = () => setAsking(undefined);
  const reimage = useAct(() => api.reimageReservation({ params: { id }, body: {} }), {
    stale: [['reservations']],
    done: over,
  });
  const unlink = useAct(() => api.unlinkReservation({ params: { id } }), { stale: [['reservations']], done: over });
  const power = useAct((op: PowerOp) => api.powerReservation({ params: { id }, body: { op } }), { stale: [['reservations']] });
  const ops: PowerOp[] = can.powerOn ? ['on'] : ['shutdown', 'reset', 'off'];
  return (
    <>
      <Menu>
        <Menu.Target>
          <Button variant="default" leftSection={<IconPower size={16} />} loading={power.isPending}>
            {t.machines.power}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {ops.map((op) => (
            <Menu.Item key={op} onClick={() => power.mutate(op)}>
              {t.machines[op]}
            </Menu.Item>
          ))}
          <Menu.Divider />
          {can.unlink && (
            <Menu.Item leftSection={<IconUnlink size={16} />} onClick={() => setAsking('unlink')}>
              {t.machines.unlink}
            </Menu.Item>
          )}
          <Menu.Item className="danger" leftSection={<IconRestore size={16} />} onClick={() => setAsking('reimage')}>
            {t.machines.reimage}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Ask
        opened={asking === 'reimage'}
        title={t.machines.reimageTitle(hostname)}
        text={t.machines.reimageText}
        go={t.machines.reimageGo}
        danger
        busy={reimage.isPending}
        onGo={() => reimage.mutate(undefined)}
        onClose={over}
      />
      <Ask
        opened={asking === 'unlink'}
        title={t.machines.unlinkTitle(hostname)}
        text={t.machines.unlinkText}
        go={t.machines.unlinkGo}
        busy={unlink.isPending}
        onGo={() => unlink.mutate(undefined)}
        onClose={over}
      />
    </>
  );
}
