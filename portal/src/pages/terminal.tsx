import '@xterm/xterm/css/xterm.css';
import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { PageTitle, Problem, State } from '../parts/status.tsx';
import { openTerminal } from '../parts/terminal.ts';
import { againOf } from '../rules/again.ts';

export function TerminalPage() {
  const { t } = useI18n();
  const { id } = useParams({ strict: false }) as { id: string };
  const target = useRef<HTMLDivElement>(null);
  const [round, setRound] = useState(0);
  const [link, setLink] = useState<'connecting' | 'open' | 'over'>('connecting');
  const [error, setError] = useState<unknown>();
  const reservation = useQuery({
    queryKey: ['reservation', id],
    queryFn: ({ signal }) => api.showReservation({ params: { id } }, { signal }),
  });
  useEffect(() => {
    const { current } = target;
    if (current === null) return;
    const stop = new AbortController();
    setLink('connecting');
    setError(undefined);
    openTerminal(id, current, { signal: stop.signal, onOpen: () => setLink('open') })
      .catch((problem: unknown) => !stop.signal.aborted && setError(problem))
      .finally(() => !stop.signal.aborted && setLink('over'));
    return () => stop.abort();
  }, [id, round]);
  return (
    <>
      <PageTitle
        side={
          <Group gap="xs">
            <span role="status">
              {link === 'connecting' && <State tone="waiting">{t.screen.connecting}</State>}
              {link === 'over' && <State tone="over">{error === undefined ? t.terminal.over : t.screen.notOpened}</State>}
            </span>
            {link === 'over' && againOf(error) !== 'never' && <Button onClick={() => setRound(round + 1)}>{t.terminal.again}</Button>}
            <Button component={Link} to="/machines" variant="default">
              {t.nav.machines}
            </Button>
          </Group>
        }
      >
        {reservation.data?.hostname ?? t.terminal.title}
      </PageTitle>
      {error !== undefined && <Problem error={error} />}
      <section
        ref={target}
        className="screen"
        aria-label={`${t.terminal.label} ${reservation.data?.hostname ?? ''}`}
        style={{ height: 'min(72vh, 900px)', padding: 8 }}
      />
    </>
  );
}
