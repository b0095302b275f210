import { Accordion, Alert, Anchor, Button, Group, Stack, Switch, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Job } from '../../../../src/contract/machines.ts';
import { api } from '../../api/client.ts';
import { useI18n } from '../../i18n/index.tsx';
import { useAct } from '../../parts/act.tsx';
import { Empty, Problem, State, Waiting, WhatToDo } from '../../parts/status.tsx';
import { jobAbout } from '../../rules/job.ts';
import { named } from '../../rules/reasons.ts';
import { explainCode } from '../../rules/explain.ts';
import type { Tone } from '../../rules/reservation.ts';

const TONES: Record<Job['state'], Tone> = { ready: 'waiting', running: 'waiting', done: 'over', undone: 'off', stuck: 'bad' };

export function Jobs() {
  const { t, format } = useI18n();
  const [stuck, setStuck] = useState(false);
  const query = { limit: 100, ...(stuck ? { state: 'stuck' as const } : {}) };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['jobs', query],
    queryFn: ({ signal }) => api.listJobs({ query }, { signal }),
    refetchInterval: 10_000,
  });
  return (
    <Stack>
      <Switch label={t.operate.stuckOnly} checked={stuck} onChange={(e) => setStuck(e.currentTarget.checked)} />
      {error !== null && <Problem error={error} again={() => void refetch()} />}
      {isPending && <Waiting />}
      {data?.items.length === 0 && <Empty title={t.common.none} />}
      <Accordion variant="separated">
        {data?.items.map((job) => (
          <Accordion.Item key={job.id} value={job.id}>
            <Accordion.Control>
              <Group justify="space-between" pr="md">
                <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
                  {[named(t.jobWords.sagas, job.saga), jobAbout(job.about)].filter(Boolean).join(': ')}{' '}
                  <Text
                    span
                    size="sm"
                    c="dimmed"
                  >{`${format.time(job.createdAt)}${job.account === undefined ? '' : ` · ${job.account}`}`}</Text>
                </Text>
                <State tone={TONES[job.state]}>{t.operate.jobStates[job.state]}</State>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <JobSteps job={job} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Stack>
  );
}

/** What it works on. A link in the row itself would lie in a button. */
function About({ reservation, machine, hostname, image, revision }: Job['about']) {
  const { t } = useI18n();
  return (
    <Group gap="md">
      {machine !== undefined && (
        <Text size="sm">
          {t.operate.machine}: {hostname ?? machine}
        </Text>
      )}
      {reservation !== undefined && (
        <Text size="sm">
          {t.operate.reservation}: {reservation}
        </Text>
      )}
      {image !== undefined && (
        <Text size="sm">
          {t.operate.image}:{' '}
          <Anchor component={Link} to="/images/$image" params={{ image } as never}>
            {image}@{revision}
          </Anchor>
        </Text>
      )}
    </Group>
  );
}

function JobSteps({ job }: { job: Job }) {
  const { t, format } = useI18n();
  const { data, error } = useQuery({
    queryKey: ['job', job.id],
    queryFn: ({ signal }) => api.showJob({ params: { id: job.id } }, { signal }),
  });
  const retry = useAct(() => api.retryJob({ params: { id: job.id } }), { stale: [['jobs'], ['job', job.id]] });
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {job.id} · {t.operate.tries}: {job.attempt}
      </Text>
      <About {...job.about} />
      {job.error !== undefined && (
        <Alert color="red" variant="light" title={explainCode(job.error, t, format).title}>
          <WhatToDo {...explainCode(job.error, t, format)} />
        </Alert>
      )}
      {error !== null && <Problem error={error} />}
      {data !== undefined && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t.operate.steps}</Table.Th>
              <Table.Th scope="col">{t.images.state}</Table.Th>
              <Table.Th scope="col">{t.operate.time}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.steps.map((step) => (
              <Table.Tr key={step.seq}>
                <Table.Td>{named(t.jobWords.steps, step.name)}</Table.Td>
                <Table.Td>{named(t.jobWords.stepStates, step.state)}</Table.Td>
                <Table.Td>
                  {step.finishedAt === undefined
                    ? format.time(step.startedAt)
                    : format.span(Date.parse(step.finishedAt) - Date.parse(step.startedAt))}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {job.state === 'stuck' && (
        <Group>
          <Button size="xs" loading={retry.isPending} onClick={() => retry.mutate(undefined)}>
            {t.operate.retry}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
