import { Autocomplete, Button, Group, Stack, Switch, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Machine } from '../../../../src/contract/machines.ts';
import { api } from '../../api/client.ts';
import { useI18n } from '../../i18n/index.tsx';
import { useAct } from '../../parts/act.tsx';
import { Ask } from '../../parts/ask.tsx';
import { Empty, Problem, State, Waiting } from '../../parts/status.tsx';
import { TableCard } from '../../parts/table-card.tsx';
import { usableDatastores } from '../../rules/datastores.ts';
import { machineActions, machineTone } from '../../rules/machine.ts';

/** Every machine that is there, newest first, also those that are nobody's. */
export function Machines() {
  const { t } = useI18n();
  const [nobodys, setNobodys] = useState(false);
  const { data, error, isPending, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    // Which are nobody's the server says: they may lie anywhere among thousands.
    queryKey: ['machines', { nobodys }],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam: after }) =>
      api.listMachines({ query: { all: true, nobodys, limit: 100, ...(after === undefined ? {} : { after }) } }, { signal }),
    getNextPageParam: ({ next }) => next,
  });
  const machines = data?.pages.flatMap(({ items }) => items);
  return (
    <Stack>
      <Switch label={t.operate.nobodysOnly} checked={nobodys} onChange={(e) => setNobodys(e.currentTarget.checked)} />
      {error !== null && <Problem error={error} again={() => void refetch()} />}
      {isPending && <Waiting />}
      {machines?.length === 0 && <Empty title={nobodys ? t.operate.noNobodys : t.common.none} />}
      {machines !== undefined && machines.length > 0 && <MachineTable machines={machines} />}
      {hasNextPage && (
        <Group>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t.common.more}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function MachineTable({ machines }: { machines: readonly Machine[] }) {
  const { t } = useI18n();
  const { machine, whose, where } = t.operate;
  return (
    <TableCard head={[machine, t.images.state, whose, where, '']} minWidth={720}>
      {machines.map((one) => (
        <MachineRow key={one.id} machine={one} />
      ))}
    </TableCard>
  );
}

function MachineRow({ machine }: { machine: Machine }) {
  const { t, format } = useI18n();
  const { id, image, revision, condition, provider, host, datastores = [] } = machine;
  const name = machine.hostname ?? id.slice(0, 8);
  const providers = useQuery({ queryKey: ['providers'], queryFn: ({ signal }) => api.listProviders({}, { signal }) });
  const can = machineActions(machine, providers.data?.items ?? []);
  return (
    <Table.Tr>
      <Table.Td>
        {name}
        <Text size="sm" c="dimmed">
          {image}@{revision} · {t.operate.since} {format.time(machine.createdAt)}
        </Text>
      </Table.Td>
      <Table.Td>
        <State tone={machineTone(machine)}>
          {condition === undefined ? t.operate.machineStates[machine.state] : t.machines.conditions[condition.kind].word}
        </State>
        {condition?.question !== undefined && (
          <Text size="sm" mt={4} style={{ whiteSpace: 'pre-wrap' }}>
            {condition.question.text}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{machine.nobodys === true ? t.operate.nobody : machine.owner}</Table.Td>
      <Table.Td>
        {host === undefined ? provider : `${provider} · ${host}`}
        {datastores.length > 0 && (
          <Text size="sm" c="dimmed">
            {datastores.join(', ')}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        {can.takeAway && <TakeAwayButton id={id} name={name} />}
        {can.move !== undefined && (
          <MoveButton reservation={can.move} name={name} to={usableDatastores(providers.data?.items ?? [], provider, datastores)} />
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function TakeAwayButton({ id, name }: { id: string; name: string }) {
  const { t } = useI18n();
  const [opened, setOpened] = useState(false);
  const end = useAct(() => api.endMachine({ params: { id } }), { stale: [['machines'], ['jobs']], done: () => setOpened(false) });
  return (
    <>
      <Button variant="subtle" color="red" size="xs" aria-label={`${t.operate.takeAway}: ${name}`} onClick={() => setOpened(true)}>
        {t.operate.takeAway}
      </Button>
      <Ask
        opened={opened}
        title={t.operate.takeAwayTitle(name)}
        text={t.operate.takeAwayText}
        go={t.operate.takeAway}
        danger
        busy={end.isPending}
        onGo={() => end.mutate(undefined)}
        onClose={() => setOpened(false)}
      />
    </>
  );
}

function MoveButton({ reservation, name, to }: { reservation: string; name: string; to: string[] }) {
  const { t } = useI18n();
  const [opened, setOpened] = useState(false);
  const [written, setWritten] = useState('');
  const datastore = written.trim();
  const move = useAct(() => api.relocateReservation({ params: { id: reservation }, body: { datastore } }), {
    stale: [['machines'], ['reservations'], ['jobs']],
    done: () => {
      setOpened(false);
      notifications.show({ title: t.operate.moveBegun, message: `${name} → ${datastore}` });
    },
  });
  return (
    <>
      <Button variant="default" size="xs" aria-label={`${t.operate.move}: ${name}`} onClick={() => setOpened(true)}>
        {t.operate.move}
      </Button>
      <Ask
        opened={opened}
        title={t.operate.moveTitle(name)}
        text={t.operate.moveText}
        go={t.operate.move}
        busy={move.isPending}
        disabled={datastore === ''}
        onGo={() => move.mutate(undefined)}
        onClose={() => setOpened(false)}
      >
        <Autocomplete label={t.operate.moveTo} data={to} value={written} maxLength={200} onChange={setWritten} required />
      </Ask>
    </>
  );
}
