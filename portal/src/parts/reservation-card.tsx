import { Alert, Button, Card, Code, Group, Progress, ScrollArea, Stack, Text, Title } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import IconAlertTriangle from 'icon:alert-triangle';
import IconArrowBackUp from 'icon:arrow-back-up';
import IconCalendarX from 'icon:calendar-x';
import IconRefresh from 'icon:refresh';
import IconX from 'icon:x';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Reservation } from '../../../src/contract/reservations.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { actionsOf, endIsNear, progressOf, toneOf } from '../rules/reservation.ts';
import { useAct } from './act.tsx';
import { Ask } from './ask.tsx';
import { CaptureButton } from './capture.tsx';
import { CheckpointsButton } from './checkpoints.tsx';
import { ConnectButtons } from './connect.tsx';
import { LabelList } from './labels.tsx';
import { Question } from './question.tsx';
import { ExtendMenu, PowerMenu } from './reservation-menus.tsx';
import { explainCode, noteText, noticeText, placementText } from '../rules/explain.ts';
import { State, WhatToDo } from './status.tsx';
import { Thumbnail } from './thumbnail.tsx';

/** One reservation with all that can be done with it now. */
export function ReservationCard({ reservation, owner }: { reservation: Reservation; owner: boolean }) {
  const { t, format } = useI18n();
  const can = actionsOf(reservation);
  return (
    <Card withBorder padding="md" component="article" aria-label={`${reservation.image}, ${reservation.hostname}`}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <div style={{ minWidth: 0 }}>
            <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
              {reservation.image}
            </Title>
            <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {reservation.hostname} · {t.reserve.revision(reservation.revision)}
              {owner ? ` · ${reservation.owner}` : ''}
            </Text>
          </div>
          <State tone={toneOf(reservation)}>{stateWord(t, reservation)}</State>
        </Group>
        <Group gap="md" align="flex-start">
          {(can.connect || reservation.stage === 'booting') && <Thumbnail reservation={reservation} />}
          <Stack gap="sm" style={{ flex: '1 1 14rem', minWidth: 0 }}>
            <Times reservation={reservation} />
            <Progressing reservation={reservation} />
            <Question reservation={reservation} />
            {reservation.failure !== undefined && <Failed failure={reservation.failure} />}
            <Placement reservation={reservation} />
            <LabelList labels={reservation.labels} />
            {reservation.notes.map((note, i) => (
              <Text key={note} size="sm">
                {noteText(note, reservation.noteNotices?.[i], t, format)}
              </Text>
            ))}
          </Stack>
        </Group>
        <Group gap="xs">
          {can.connect && <ConnectButtons reservation={reservation} />}
          {can.extend && <ExtendMenu id={reservation.id} />}
          {(can.powerOn || can.powerOff) && <PowerMenu id={reservation.id} hostname={reservation.hostname} can={can} />}
          {can.checkpoint && <CheckpointsButton reservation={reservation} />}
          {can.capture && <CaptureButton reservation={reservation} />}
          {can.endSeries && <EndSeriesButton series={reservation.series as string} />}
          {can.undo && <UndoButton reservation={reservation} />}
          {can.end && <EndButton reservation={reservation} asks={can.endAsks} />}
          {!can.end && reservation.state !== 'ending' && <AgainButton reservation={reservation} />}
        </Group>
      </Stack>
    </Card>
  );
}

/** Why it is where it is, where there was a choice. */
function Placement({ reservation }: { reservation: Reservation }) {
  const { t, format } = useI18n();
  const text = placementText(reservation, t, format);
  if (text === undefined || reservation.state === 'ended') return null;
  return (
    <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
      {text}
    </Text>
  );
}

type Words = ReturnType<typeof useI18n>['t'];

function stateWord(t: Words, { state, machine }: Reservation): string {
  if (machine.state === 'lost') return t.machines.states.lost;
  if (state === 'ready' && machine.condition !== undefined) return t.machines.conditions[machine.condition.kind].word;
  if (state === 'ready' && machine.state === 'stopped') return t.machines.states.off;
  return t.machines.states[state];
}

/** Renders anew every `everyMs`, for what depends on the clock. */
function useNow(everyMs: number, active: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), everyMs, { autoInvoke: active });
  return now;
}

function Times({ reservation }: { reservation: Reservation }) {
  const { state, startsAt, endsAt } = reservation;
  const { t, format } = useI18n();
  const now = useNow(30_000, true);
  if (state === 'ended' || state === 'failed') return null;
  const until = endsAt === undefined ? t.machines.noEnd : t.machines.until(format.time(endsAt));
  const left = endsAt === undefined ? '' : ` · ${t.machines.left(format.span(Date.parse(endsAt) - now))}`;
  const near = endIsNear(reservation, now);
  return (
    <Text size="sm" {...(near ? { fw: 700, role: 'status' } : {})}>
      {state === 'booked' ? `${t.machines.from(format.time(startsAt))} ` : ''}
      {until}
      {state === 'booked' ? '' : left}
    </Text>
  );
}

function Progressing({ reservation }: { reservation: Reservation }) {
  const { t, format } = useI18n();
  const preparing = reservation.state === 'preparing';
  const now = useNow(1_000, preparing);
  if (!preparing) {
    // The badge says "ready" already; what is said beside it is worth reading.
    const { condition } = reservation.machine;
    if (reservation.state === 'ready' && condition !== undefined)
      return <Text size="sm">{t.machines.conditions[condition.kind].text}</Text>;
    // One that is booked says why it cannot begin; the badge and the times say the rest.
    const said =
      reservation.state === 'booked' ||
      reservation.state === 'ending' ||
      (reservation.state === 'ready' && reservation.stageText !== 'ready');
    return said && reservation.stageText !== '' ? <Text size="sm">{noticeText(reservation, t, format)}</Text> : null;
  }
  const share = progressOf(reservation, now) ?? 0;
  const { estimate, queuePosition, stage } = reservation;
  const left = estimate === undefined ? undefined : estimate.p50Ms - (now - Date.parse(reservation.createdAt));
  const words = [
    t.machines.stages[stage],
    ...(queuePosition === undefined ? [] : [t.machines.queue(queuePosition)]),
    ...(reservation.progress?.fraction === undefined ? [] : [format.percent(reservation.progress.fraction)]),
    ...(left !== undefined && left > 0 ? [t.machines.estimate(format.span(left))] : []),
  ];
  return (
    <div>
      <Progress value={share * 100} animated aria-label={words[0]} />
      <Text size="sm" mt={4} aria-live="polite">
        {words.join(' · ')}
      </Text>
      {reservation.stageText !== '' && reservation.notice?.code !== 'starting' && (
        <Text size="sm" c="dimmed">
          {noticeText(reservation, t, format)}
        </Text>
      )}
    </div>
  );
}

function Failed({ failure }: { failure: NonNullable<Reservation['failure']> }) {
  const { t, format } = useI18n();
  const { title, hint, said } = explainCode(failure, t, format);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={title}>
      <WhatToDo hint={hint === undefined ? undefined : `${t.machines.whatToDo}: ${hint}`} said={said} />
      <LastLines of={failure} />
    </Alert>
  );
}

/** What the machine said on its serial console before it failed. A guest may have written anything: it is shown as text. */
function LastLines({ of: { details } }: { of: NonNullable<Reservation['failure']> }) {
  const { t } = useI18n();
  const said = details?.['console'];
  if (typeof said !== 'string' || said === '') return null;
  return (
    <>
      <Text size="sm" mt="xs">
        {t.machines.lastLines}
      </Text>
      <ScrollArea.Autosize mah={240} viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': t.machines.lastLines }}>
        <Code block>{said}</Code>
      </ScrollArea.Autosize>
    </>
  );
}

function EndButton({ reservation, asks }: { reservation: Reservation; asks: boolean }) {
  const { t } = useI18n();
  const [opened, setOpened] = useState(false);
  const end = useAct(() => api.endReservation({ params: { id: reservation.id }, query: { keep: '5m' } }), {
    stale: [['reservations']],
    done: () => setOpened(false),
  });
  return (
    <>
      <Button
        variant="subtle"
        color="red"
        leftSection={<IconX size={16} />}
        loading={end.isPending && !asks}
        onClick={() => (asks ? setOpened(true) : end.mutate(undefined))}
      >
        {asks ? t.machines.end : t.machines.giveBack}
      </Button>
      <Ask
        opened={opened}
        title={t.machines.endTitle(reservation.hostname)}
        text={t.machines.endText}
        go={t.machines.endGo}
        danger
        busy={end.isPending}
        onGo={() => end.mutate(undefined)}
        onClose={() => setOpened(false)}
      />
    </>
  );
}

/** Its machine is kept after the end, switched off. */
function UndoButton({ reservation: { id, keptUntil } }: { reservation: Reservation }) {
  const { t, format } = useI18n();
  const undo = useAct(() => api.undoEnd({ params: { id } }), { stale: [['reservations']] });
  return (
    <>
      <Button leftSection={<IconArrowBackUp size={16} />} loading={undo.isPending} onClick={() => undo.mutate(undefined)}>
        {t.machines.undo}
      </Button>
      {keptUntil !== undefined && (
        <Text size="sm" c="dimmed" style={{ alignSelf: 'center' }}>
          {t.machines.kept(format.time(keptUntil))}
        </Text>
      )}
    </>
  );
}

/** A series is given back as a whole; the occurrence that runs goes on. */
function EndSeriesButton({ series }: { series: string }) {
  const { t } = useI18n();
  const [opened, setOpened] = useState(false);
  const end = useAct(() => api.endSeries({ params: { id: series } }), { stale: [['reservations']], done: () => setOpened(false) });
  return (
    <>
      <Button variant="subtle" color="red" leftSection={<IconCalendarX size={16} />} onClick={() => setOpened(true)}>
        {t.machines.giveSeriesBack}
      </Button>
      <Ask
        opened={opened}
        title={t.machines.seriesTitle}
        text={t.machines.seriesText}
        go={t.machines.giveBack}
        danger
        busy={end.isPending}
        onGo={() => end.mutate(undefined)}
        onClose={() => setOpened(false)}
      />
    </>
  );
}

function AgainButton({ reservation }: { reservation: Reservation }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  return (
    <Button
      variant="default"
      leftSection={<IconRefresh size={16} />}
      onClick={() => void navigate({ to: '/reserve/$image', params: { image: reservation.image } })}
    >
      {t.machines.again}
    </Button>
  );
}
