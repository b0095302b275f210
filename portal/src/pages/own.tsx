import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { OpenSession } from '../../../src/contract/sessions.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { useAct } from '../parts/act.tsx';
import { Password } from '../parts/password.tsx';
import { PageTitle, Problem, State, Waiting } from '../parts/status.tsx';
import { browserName } from '../rules/browser.ts';

/** Where a person is signed in, and their password. */
export function Own() {
  const { t } = useI18n();
  return (
    <>
      <PageTitle>{t.own.title}</PageTitle>
      <Stack>
        <Sessions />
        <ChangePassword />
      </Stack>
    </>
  );
}

function Sessions() {
  const { t } = useI18n();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => api.listSessions({}, { signal }),
  });
  return (
    <Card withBorder component="section" aria-label={t.own.sessions}>
      <Stack>
        <Title order={2} size="h4">
          {t.own.sessions}
        </Title>
        {error !== null && <Problem error={error} again={() => void refetch()} />}
        {isPending && <Waiting />}
        {data?.items.length === 0 && <Text size="sm">{t.own.nowhere}</Text>}
        {data?.items.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </Stack>
    </Card>
  );
}

function SessionRow({ session }: { session: OpenSession }) {
  const { t, format } = useI18n();
  const end = useAct(() => api.endSession({ params: { id: session.id } }), { stale: [['sessions']] });
  const name = `${browserName(session.userAgent, t.own.browserOn)} · ${session.address}`;
  return (
    <Group justify="space-between" role="group" aria-label={name}>
      <div>
        <Text size="sm" title={session.userAgent} style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
        <Text size="sm" c="dimmed">
          {t.own.signedIn(format.time(session.createdAt))} · {t.own.lastSeen(format.time(session.lastSeenAt))}
        </Text>
      </div>
      {session.current ? (
        <State tone="good">{t.own.thisOne}</State>
      ) : (
        <Button variant="default" size="xs" loading={end.isPending} onClick={() => end.mutate(undefined)}>
          {t.own.end}
        </Button>
      )}
    </Group>
  );
}

function ChangePassword() {
  const { t } = useI18n();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useAct(() => api.setPassword({ body: { current, password } }), {
    stale: [['sessions']],
    done: () => {
      setCurrent('');
      setPassword('');
      notifications.show({ message: t.own.changed });
    },
  });
  return (
    <Card withBorder component="section" aria-label={t.own.password}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(undefined);
        }}
      >
        <Stack maw={420}>
          <Title order={2} size="h4">
            {t.own.password}
          </Title>
          <Password label={t.own.current} value={current} onChange={setCurrent} />
          <Password label={t.own.next} value={password} onChange={setPassword} fresh />
          <Group>
            <Button type="submit" loading={change.isPending}>
              {t.own.change}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
