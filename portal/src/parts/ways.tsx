import { Button, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Reservation } from '../../../src/contract/reservations.ts';
import { useI18n } from '../i18n/index.tsx';

type Way = 'screen' | 'terminal' | 'serial';
const TO = { screen: '/machines/$id/screen', terminal: '/machines/$id/terminal', serial: '/machines/$id/serial' } as const;

/** Where one goes from a page that is joined with a machine: back, and to what else joins one with it. */
export function Ways({ id, at, reservation }: { id: string; at: Way; reservation: Reservation | undefined }) {
  const { t } = useI18n();
  const words = { screen: t.machines.screen, terminal: t.machines.terminal, serial: t.serial.title };
  // Who comes in by Remote Desktop has no shell.
  const shell = reservation !== undefined && reservation.machine.address?.rdpPort === undefined;
  const others = (['screen', 'terminal', 'serial'] as const).filter((way) => way !== at && (way !== 'terminal' || shell));
  return (
    <Group component="nav" aria-label={t.machines.ways} gap="md">
      <Button component={Link} to="/machines" variant="subtle" size="compact-sm" px={0}>
        {t.nav.machines}
      </Button>
      {others.map((way) => (
        <Button key={way} component={Link} to={TO[way]} params={{ id } as never} variant="subtle" size="compact-sm" px={0}>
          {words[way]}
        </Button>
      ))}
    </Group>
  );
}
