import { Button, Card, Group, Menu, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Role } from '../../../../src/contract/roles.ts';
import type { Account, Link } from '../../../../src/contract/system.ts';
import { useSession } from '../../app/session.tsx';
import { api } from '../../api/client.ts';
import { useI18n } from '../../i18n/index.tsx';
import { useAct } from '../../parts/act.tsx';
import { Ask } from '../../parts/ask.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Problem, State, Waiting } from '../../parts/status.tsx';

const stale = [['accounts']];

export function Accounts() {
  const query = { limit: 1000 };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['accounts'],
    queryFn: ({ signal }) => api.listAccounts({ query }, { signal }),
  });
  // Shown once and kept nowhere, as the server keeps its hash alone.
  const [link, setLink] = useState<Link>();
  return (
    <Stack>
      <AddAccount onLink={setLink} />
      {error !== null && <Problem error={error} again={() => void refetch()} />}
      {isPending && <Waiting />}
      {data?.items.map((account) => (
        <AccountCard key={account.name} account={account} onLink={setLink} />
      ))}
      <LinkShown link={link} onClose={() => setLink(undefined)} />
    </Stack>
  );
}

function AddAccount({ onLink }: { onLink: (link: Link) => void }) {
  const { t } = useI18n();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('user');
  const add = useAct(
    async () => {
      await api.createAccount({ body: { name, role } });
      return api.makeLink({ params: { account: name }, body: { kind: 'invitation' } });
    },
    {
      stale,
      done: (link) => {
        setName('');
        onLink(link);
      },
    },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate(undefined);
      }}
    >
      <Group align="flex-end">
        <TextInput
          label={t.operate.addAccount}
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
          autoCapitalize="none"
          required
        />
        <Select
          label={t.operate.role}
          value={role}
          onChange={(value) => setRole((value ?? 'user') as Role)}
          allowDeselect={false}
          data={Object.entries(t.operate.roles).map(([value, label]) => ({ value, label }))}
        />
        <Button type="submit" loading={add.isPending}>
          {t.operate.add}
        </Button>
      </Group>
    </form>
  );
}

function AccountCard({ account, onLink }: { account: Account; onLink: (link: Link) => void }) {
  const { t, format } = useI18n();
  const { me } = useSession();
  const [asking, setAsking] = useState(false);
  const { name, role, offSince } = account;
  const link = useAct((kind: Link['kind']) => api.makeLink({ params: { account: name }, body: { kind } }), { stale: [], done: onLink });
  const change = useAct((body: { off?: boolean; role?: Role }) => api.changeAccount({ params: { account: name }, body }), {
    stale,
    done: () => setAsking(false),
  });
  return (
    <Card withBorder padding="sm" component="article" aria-label={name}>
      <Group justify="space-between">
        <div>
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Text size="sm" c="dimmed">
            {t.operate.roles[role]} · {t.operate.since2} {format.time(account.createdAt)}
          </Text>
        </div>
        <Group gap="xs">
          {offSince !== undefined && <State tone="off">{t.operate.isOff}</State>}
          {/* Nobody changes the account they are signed in to; the server refuses it too. */}
          {name !== me.account && (
            <Menu position="bottom-end">
              <Menu.Target>
                <Button variant="default" size="xs" loading={link.isPending || change.isPending} aria-label={`${t.common.more}: ${name}`}>
                  {t.common.more}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => link.mutate('invitation')}>{t.operate.invite}</Menu.Item>
                <Menu.Item onClick={() => link.mutate('reset')}>{t.operate.reset}</Menu.Item>
                <Menu.Divider />
                <Menu.Item onClick={() => change.mutate({ role: role === 'admin' ? 'user' : 'admin' })}>
                  {role === 'admin' ? t.operate.makeUser : t.operate.makeAdmin}
                </Menu.Item>
                <Menu.Item onClick={() => (offSince === undefined ? setAsking(true) : change.mutate({ off: false }))}>
                  {offSince === undefined ? t.operate.off : t.operate.on}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
      </Group>
      <Ask
        opened={asking}
        title={t.operate.offTitle(name)}
        text={t.operate.offText}
        go={t.operate.off}
        danger
        busy={change.isPending}
        onGo={() => change.mutate({ off: true })}
        onClose={() => setAsking(false)}
      />
    </Card>
  );
}

function LinkShown({ link, onClose }: { link: Link | undefined; onClose: () => void }) {
  const { t, format } = useI18n();
  return (
    <Modal
      opened={link !== undefined}
      onClose={onClose}
      title={link === undefined ? '' : t.operate.linkFor(link.account)}
      size="lg"
      closeButtonProps={{ 'aria-label': t.common.close }}
    >
      {link !== undefined && (
        <Stack>
          <Text size="sm">{t.operate.linkText(format.time(link.expiresAt))}</Text>
          <Copyable label={t.operate.linkFor(link.account)} value={`${location.origin}/sign-in#code=${link.code}`} />
        </Stack>
      )}
    </Modal>
  );
}
