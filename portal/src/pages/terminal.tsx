import '@xterm/xterm/css/xterm.css';
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import IconUsers from 'icon:users';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useRef } from 'react';
import { ApiError, api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { PageTitle, Problem, State } from '../parts/status.tsx';
import { type TerminalLink, useTerminal } from '../parts/use-terminal.ts';
import { Ways } from '../parts/ways.tsx';

/** A shell in the guest. */
export function TerminalPage() {
  const { t } = useI18n();
  return <Joined kind="shell" words={{ title: t.terminal.title, label: t.terminal.label, hint: t.terminal.hint }} />;
}

/** What a machine says and hears without a network, from its firmware on. */
export function SerialPage() {
  const { t } = useI18n();
  return <Joined kind="serial" words={{ title: t.serial.title, label: t.serial.label, hint: t.serial.hint }} />;
}

function Joined({ kind, words }: { kind: 'shell' | 'serial'; words: { title: string; label: string; hint: string } }) {
  const { t } = useI18n();
  const { id } = useParams({ strict: false }) as { id: string };
  const target = useRef<HTMLDivElement>(null);
  const { link, why, again, takeOver } = useTerminal(kind, id, target);
  const reservation = useQuery({
    queryKey: ['reservation', id],
    queryFn: ({ signal }) => api.showReservation({ params: { id } }, { signal }),
  });
  return (
    <>
      <PageTitle
        side={
          <Group gap="xs">
            <LinkState link={link} refused={why !== undefined} />
            {(link === 'ended' || link === 'refused') && <Button onClick={again}>{t.terminal.again}</Button>}
          </Group>
        }
      >
        {reservation.data?.hostname ?? words.title}
      </PageTitle>
      {link === 'held' ? <Held why={why} onTakeOver={takeOver} /> : why !== undefined && <Problem error={why} />}
      <section
        ref={target}
        className="screen terminal"
        aria-label={`${words.label} ${reservation.data?.hostname ?? ''}`}
        aria-describedby="terminal-hint"
      />
      <Stack gap={4} mt="xs" align="flex-start">
        <Text size="sm" c="dimmed" id="terminal-hint">
          {words.hint}
        </Text>
        <Ways id={id} at={kind === 'serial' ? 'serial' : 'terminal'} reservation={reservation.data} />
      </Stack>
    </>
  );
}

function LinkState({ link, refused }: { link: TerminalLink; refused: boolean }) {
  const { t } = useI18n();
  return (
    <span role="status">
      {link === 'connecting' && <State tone="waiting">{t.screen.connecting}</State>}
      {link === 'broken' && <State tone="bad">{refused ? t.screen.refused : t.screen.lost}</State>}
      {(link === 'refused' || link === 'over') && <State tone="over">{t.screen.notOpened}</State>}
      {link === 'ended' && <State tone="over">{t.terminal.over}</State>}
    </span>
  );
}

/** Two who type into one login disturb each other: one has it, and another may take it. */
function Held({ why, onTakeOver }: { why: unknown; onTakeOver: () => void }) {
  const { t, format } = useI18n();
  const there = why instanceof ApiError ? why.details : undefined;
  const title = there === undefined ? t.serial.taken : t.serial.held(String(there['by']), format.time(String(there['since'])));
  return (
    <Alert color="yellow" icon={<IconUsers />} title={title} role="alert" mb="md">
      <Stack align="flex-start" gap="xs">
        {typeof why === 'string' && why !== '' && (
          <Text size="xs">
            {t.common.said} <q lang="en">{why}</q>
          </Text>
        )}
        <Button size="xs" onClick={onTakeOver}>
          {t.serial.takeOver}
        </Button>
      </Stack>
    </Alert>
  );
}
