import { Alert, Button, Card, Group, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Datastore, Provider } from '../../../../src/contract/providers.ts';
import { api } from '../../api/client.ts';
import { useI18n } from '../../i18n/index.tsx';
import { useAct } from '../../parts/act.tsx';
import { Empty, Problem, State, Waiting, WhatToDo } from '../../parts/status.tsx';
import { providerProblem } from '../../rules/explain.ts';

const TONES = { up: 'good', down: 'bad', disabled: 'off' } as const;
const MIB = 1024 * 1024;

export function Providers() {
  const { t } = useI18n();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['providers'],
    queryFn: ({ signal }) => api.listProviders({}, { signal }),
    // A provider that goes down is no event of anybody's reservation.
    refetchInterval: 15_000,
  });
  if (isPending) return <Waiting />;
  return (
    <Stack>
      {error !== null && <Problem error={error} again={() => void refetch()} />}
      {data?.items.length === 0 && <Empty title={t.common.none} />}
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        {data?.items.map((provider) => (
          <ProviderCard key={provider.name} provider={provider} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function ProviderCard({ provider }: { provider: Provider }) {
  const { t, format } = useI18n();
  const { name, limits, used } = provider;
  const problem = providerProblem(provider, t, format);
  const closed = provider.state === 'disabled' || provider.drainingSince !== undefined;
  const drain = useAct(() => api.drainProvider({ params: { provider: name } }), { stale: [['providers']] });
  const change = useAct(
    () => (closed ? api.enableProvider({ params: { provider: name } }) : api.disableProvider({ params: { provider: name } })),
    { stale: [['providers']] },
  );
  return (
    <Card withBorder component="article" aria-label={name}>
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Title>
          <State tone={TONES[provider.state]}>{t.operate[provider.state]}</State>
        </Group>
        <Text size="sm" c="dimmed">
          {provider.kind} · {t.operate.since} {format.time(provider.since)}
        </Text>
        {provider.drainingSince !== undefined && (
          <Alert color="yellow" variant="light">
            {t.operate.draining(format.time(provider.drainingSince), String(used.machines))}
          </Alert>
        )}
        {problem !== undefined && (
          <Alert color={provider.state === 'down' ? 'red' : 'gray'} variant="light">
            <Stack gap={4}>
              <Text size="sm">{problem.title}</Text>
              <WhatToDo hint={undefined} said={problem.said} />
            </Stack>
          </Alert>
        )}
        <Room label={t.operate.machines} used={used.machines} of={limits.machines} show={String} />
        <Room label={t.operate.memory} used={used.memoryMiB} of={limits.memoryMiB} show={(mib) => format.bytes(mib * MIB)} />
        <Room label={t.operate.vcpus} used={used.vcpus} of={limits.vcpus} show={String} />
        <Room label={t.operate.machineDisks} used={used.storageMiB} of={limits.storageMiB} show={(mib) => format.bytes(mib * MIB)} />
        {provider.datastores?.map((each) => (
          <DatastoreRoom key={each.name} datastore={each} />
        ))}
        {provider.storageFreeBytes !== undefined && (
          <Text size="sm">
            {t.operate.storage}: {format.bytes(provider.storageFreeBytes)}
          </Text>
        )}
        <Group>
          <Button variant="default" size="xs" loading={change.isPending} onClick={() => change.mutate(undefined)}>
            {closed ? t.operate.enable : t.operate.disable}
          </Button>
          {!closed && (
            <Button variant="default" size="xs" loading={drain.isPending} onClick={() => drain.mutate(undefined)}>
              {t.operate.drain}
            </Button>
          )}
        </Group>
      </Stack>
    </Card>
  );
}

/** What machines were promised of one, and what is free on it whoever wrote the rest. */
function DatastoreRoom({ datastore }: { datastore: Datastore }) {
  const { t, format } = useI18n();
  const { name, awaySince, promisedMiB, freeMiB = 0, roomMiB = freeMiB } = datastore;
  const show = (mib: number) => format.bytes(mib * MIB);
  if (awaySince !== undefined) {
    return (
      <Text size="sm" c="red">
        {t.operate.datastoreAway(name, format.time(awaySince))}
      </Text>
    );
  }
  return <Room label={t.operate.datastore(name, show(freeMiB))} used={promisedMiB} of={roomMiB} show={show} />;
}

function Room({ label, used, of, show }: { label: string; used: number; of: number; show: (n: number) => string }) {
  const { t } = useI18n();
  return (
    <div>
      <Group justify="space-between">
        <Text size="sm">{label}</Text>
        <Text size="sm">{t.operate.used(show(used), show(of))}</Text>
      </Group>
      <Progress value={of === 0 ? 0 : (used / of) * 100} aria-label={label} />
    </div>
  );
}
