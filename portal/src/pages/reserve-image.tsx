import {
  Alert,
  Button,
  Card,
  Checkbox,
  Collapse,
  Group,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import IconCalendarOff from 'icon:calendar-off';
import IconChevronDown from 'icon:chevron-down';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Navigate, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, useId, useState } from 'react';
import type { Availability } from '../../../src/contract/calendar.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { useAct } from '../parts/act.tsx';
import { DiskSize } from '../parts/disk-size.tsx';
import { FreeChart } from '../parts/free-chart.tsx';
import { PageTitle, Problem } from '../parts/status.tsx';
import { reasonText } from '../rules/reasons.ts';
import { calledNow } from '../rules/renamed.ts';
import {
  askedFor,
  type Choice,
  diskFits,
  FIRST_CHOICE,
  isOpenEnd,
  localInput,
  MOST_SEATS,
  nextHour,
  ruleOf,
  seatsOf,
  zoneHere,
} from '../rules/request.ts';
import { endsBeforeItBegins, seriesWords } from '../rules/series.ts';

const HOUR = 3_600_000;
const SPANS = [
  ['1h', HOUR],
  ['2h', 2 * HOUR],
  ['4h', 4 * HOUR],
  ['8h', 8 * HOUR],
  ['1d', 24 * HOUR],
  ['7d', 168 * HOUR],
] as const;

function firstChoice(): Choice {
  const at = nextHour(new Date());
  return { ...FIRST_CHOICE, at: localInput(at), until: localInput(new Date(at.getTime() + 8 * 7 * 24 * HOUR)).slice(0, 10) };
}

export function ReserveImage() {
  const { t } = useI18n();
  const { image } = useParams({ strict: false }) as { image: string };
  const [choice, setChoice] = useState(firstChoice);
  const change = (part: Partial<Choice>) => setChoice((before) => ({ ...before, ...part }));
  const free = useFree(image, choice);
  // One number for this request, however often the button is pressed or an answer is lost: the server makes one reservation of it.
  const [id] = useState(() => crypto.randomUUID());
  const now = calledNow(free.error);
  if (now !== undefined && now !== image) return <Navigate to="/reserve/$image" params={{ image: now } as never} replace />;
  return (
    <>
      <PageTitle>{`${t.reserve.title}: ${image}`}</PageTitle>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <RequestForm image={image} id={id} choice={choice} change={change} disk={free.data?.disk} />
        <WhatIsFree free={free} choice={choice} change={change} />
      </SimpleGrid>
    </>
  );
}

type Change = (part: Partial<Choice>) => void;
type Disk = Availability['disk'] | undefined;

function RequestForm(props: { image: string; id: string; choice: Choice; change: Change; disk: Disk }) {
  const { image, id, choice, change } = props;
  // What was written for one mode is not asked for in another that has no such choice.
  const disk = props.disk?.grows === true ? props.disk : undefined;
  const fits = disk === undefined || diskFits(choice.disk, disk.leastMiB);
  const { t, format } = useI18n();
  const navigate = useNavigate();
  const [more, setMore] = useState(false);
  const [partial, setPartial] = useState(false);
  const known = SPANS.some(([span]) => span === choice.span);
  const zone = zoneHere();
  const reserve = useAct(
    async () => {
      const asked = askedFor(image, choice, zone, disk !== undefined);
      if (choice.when !== 'repeating') return api.reserve({ body: { id, ...asked } });
      const { openEnd: _none, ...occurrence } = asked;
      const series = {
        ...occurrence,
        id,
        zone,
        at: asked.at as string,
        rule: ruleOf(choice),
        ...(partial ? { partial } : {}),
        ...seatsOf(choice),
      };
      const made = await api.reserveSeries({ body: series });
      const [first, last] = [made.reservations[0], made.reservations.at(-1)];
      if (first !== undefined && last !== undefined) {
        const say = seatsOf(choice).seats === undefined ? t.reserve.summary : t.reserve.summaryMany;
        const message = say(made.reservations.length, format.time(first.startsAt), format.time(last.startsAt));
        const left =
          made.refused.length === 0
            ? ''
            : ` ${t.reserve.refused(made.refused.reduce((n, r) => n + r.seats, 0))} ${made.refused.map((r) => format.time(r.at)).join(', ')}`;
        notifications.show({ title: t.reserve.reserved, message: message + left, autoClose: 15_000 });
      }
      return made;
    },
    { stale: [['reservations']], done: () => void navigate({ to: '/machines' }) },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        reserve.mutate(undefined);
      }}
    >
      <Stack>
        <Labelled label={t.reserve.when}>
          {(labelId) => (
            <SegmentedControl
              aria-labelledby={labelId}
              value={choice.when}
              onChange={(when) => change({ when: when as Choice['when'] })}
              data={[
                { value: 'now', label: t.reserve.now },
                { value: 'later', label: t.reserve.later },
                { value: 'repeating', label: t.reserve.repeating },
              ]}
            />
          )}
        </Labelled>
        {choice.when !== 'now' && (
          <TextInput
            type="datetime-local"
            label={t.reserve.start}
            description={zone}
            value={choice.at}
            onChange={(e) => change({ at: e.currentTarget.value })}
            required
          />
        )}
        {choice.when === 'repeating' && (
          <Group grow align="flex-start">
            <Select
              label={t.reserve.every}
              value={choice.every}
              onChange={(every) => change({ every: (every ?? 'weekly') as Choice['every'] })}
              allowDeselect={false}
              data={(['daily', 'weekly', 'weekdays'] as const).map((value) => ({ value, label: t.reserve[value] }))}
            />
            <TextInput
              type="date"
              label={t.reserve.until}
              value={choice.until}
              onChange={(e) => change({ until: e.currentTarget.value })}
              required
            />
          </Group>
        )}
        {!isOpenEnd(choice) && (
          <Group grow align="flex-start">
            <Select
              label={t.reserve.howLong}
              value={known ? choice.span : 'custom'}
              onChange={(span) => change({ span: span === 'custom' ? '3h' : (span ?? '2h') })}
              allowDeselect={false}
              data={[...SPANS.map(([value, ms]) => ({ value, label: format.span(ms) })), { value: 'custom', label: t.reserve.custom }]}
            />
            {!known && (
              <TextInput
                label={t.reserve.custom}
                description={t.reserve.customHint}
                value={choice.span}
                onChange={(e) => change({ span: e.currentTarget.value })}
                required
              />
            )}
          </Group>
        )}
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => setMore(!more)}
          aria-expanded={more || !fits}
          rightSection={<IconChevronDown size={14} />}
          style={{ alignSelf: 'flex-start' }}
        >
          {t.reserve.options}
        </Button>
        <Collapse expanded={more || !fits}>
          <MoreChoices choice={choice} change={change} disk={disk} partial={partial} setPartial={setPartial} />
        </Collapse>
        <Button type="submit" size="md" loading={reserve.isPending} disabled={!fits} style={{ alignSelf: 'flex-start' }}>
          {t.reserve.go}
        </Button>
      </Stack>
    </form>
  );
}

function MoreChoices(props: { choice: Choice; change: Change; disk: Disk; partial: boolean; setPartial: (partial: boolean) => void }) {
  const { t } = useI18n();
  const { choice, change, disk } = props;
  const kinds = Object.entries(t.reserve.kinds).map(([value, label]) => ({ value, label }));
  const modes = Object.entries(t.reserve.modes).map(([value, label]) => ({ value, label }));
  return (
    <Stack>
      <Select
        label={t.reserve.kind}
        data={kinds}
        value={choice.kind}
        allowDeselect={false}
        onChange={(kind) => change({ kind: (kind ?? 'auto') as Choice['kind'], ...(kind === 'server' ? {} : { openEnd: false }) })}
      />
      <Select
        label={t.reserve.mode}
        data={modes}
        value={choice.mode}
        allowDeselect={false}
        onChange={(mode) => change({ mode: (mode ?? 'auto') as Choice['mode'] })}
      />
      {disk !== undefined && <DiskSize value={choice.disk} leastMiB={disk.leastMiB} onChange={(gib) => change({ disk: gib })} />}
      {choice.kind === 'server' && choice.when !== 'repeating' && (
        <Checkbox label={t.reserve.openEnd} checked={choice.openEnd} onChange={(e) => change({ openEnd: e.currentTarget.checked })} />
      )}
      {choice.when === 'repeating' && (
        <TextInput
          type="number"
          min={1}
          max={MOST_SEATS}
          label={t.reserve.seats}
          description={t.reserve.seatsHint}
          value={choice.seats}
          onChange={(e) => change({ seats: e.currentTarget.value })}
          required
        />
      )}
      {choice.when === 'repeating' && (
        <Checkbox label={t.reserve.partial} checked={props.partial} onChange={(e) => props.setPartial(e.currentTarget.checked)} />
      )}
    </Stack>
  );
}

function Labelled({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <Stack gap={4}>
      <Text id={id} size="sm" fw={500}>
        {label}
      </Text>
      {children(id)}
    </Stack>
  );
}

/** What is free for what was chosen, and how large its disk may be. */
function useFree(image: string, choice: Choice) {
  // While a person types, nobody is asked about half a word.
  const [settled] = useDebouncedValue(choice, 300);
  const repeats = settled.when === 'repeating' && settled.until !== '' && !endsBeforeItBegins(settled);
  const asked = { ...askedFor(image, settled, zoneHere()), ...(repeats ? { rule: ruleOf(settled) } : {}) };
  const free = useQuery({
    queryKey: ['availability', asked],
    queryFn: ({ signal }) => api.availability({ query: { ...asked, look: '7d' } }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
  // What was answered to something else is no answer to what stands in the form now.
  return { ...free, answered: settled === choice && !free.isPlaceholderData };
}

function WhatIsFree(props: { free: ReturnType<typeof useFree>; choice: Choice; change: Change }) {
  const { t, format } = useI18n();
  const { choice, change } = props;
  const { data, error, answered } = props.free;
  // The day that is written may be none of a series: Monday to Friday, begun on a Sunday.
  const first = data?.times?.[0]?.at;
  const ofStart = first === undefined || first === data?.startsAt;
  const take = (at: string) => change({ when: choice.when === 'now' ? 'later' : choice.when, at: localInput(new Date(at)) });
  return (
    <Card withBorder component="section" aria-label={t.reserve.free}>
      <Stack>
        {error !== null && <Problem error={error} />}
        {data !== undefined && (
          <>
            <div aria-live="polite">
              {choice.when === 'repeating' && answered && <TheSeries choice={choice} times={data.times} />}
              {!data.possible && ofStart && <WhyNot data={data} onTake={take} />}
              {data.possible && choice.when !== 'repeating' && (
                <>
                  <Text fw={600}>{t.reserve.possible}</Text>
                  {data.estimate !== undefined && choice.when === 'now' && (
                    <Text size="sm">{t.reserve.ready(format.span(data.estimate.p50Ms), format.span(data.estimate.p95Ms))}</Text>
                  )}
                </>
              )}
            </div>
            <FreeChart free={data.free} horizon={data.horizon} onTake={take} />
          </>
        )}
      </Stack>
    </Card>
  );
}

/** What will be reserved, in words, while it is still being chosen. */
function TheSeries({ choice, times }: { choice: Choice; times: Availability['times'] }) {
  const { t, format } = useI18n();
  if (endsBeforeItBegins(choice)) return <Text fw={600}>{t.reserve.endsBefore}</Text>;
  const words = seriesWords(choice, times, t, format);
  if (words === undefined) return null;
  return (
    <>
      <Text fw={600}>{words.sentence}</Text>
      {words.free !== undefined && <Text size="sm">{words.free}</Text>}
    </>
  );
}

function WhyNot({ data, onTake }: { data: Availability; onTake: (at: string) => void }) {
  const { t, format } = useI18n();
  return (
    <Alert color="yellow" icon={<IconCalendarOff />} title={t.reserve.impossible}>
      <Stack align="flex-start" gap="xs">
        <Text size="sm">{data.reason && reasonText(data.reason, t, format)}</Text>
        {data.next === undefined ? (
          <Text size="sm">{t.reserve.noNext}</Text>
        ) : (
          <Button size="xs" onClick={() => onTake(data.next as string)}>
            {t.reserve.next(format.time(data.next))}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
