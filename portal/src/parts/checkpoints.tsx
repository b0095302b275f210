import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import IconHistory from 'icon:history';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Checkpoint } from '../../../src/contract/checkpoints.ts';
import type { Reservation } from '../../../src/contract/reservations.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { useAct } from './act.tsx';
import { Ask } from './ask.tsx';
import { Problem, State, Waiting } from './status.tsx';

export function CheckpointsButton({ reservation }: { reservation: Reservation }) {
  const { t } = useI18n();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button variant="default" leftSection={<IconHistory size={16} />} onClick={() => setOpened(true)}>
        {t.checkpoints.title}
      </Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={`${t.checkpoints.title}: ${reservation.hostname}`}
        size="lg"
        closeButtonProps={{ 'aria-label': t.common.close }}
      >
        {opened && <Checkpoints id={reservation.id} />}
      </Modal>
    </>
  );
}

function Checkpoints({ id }: { id: string }) {
  const { t } = useI18n();
  const queryKey = ['checkpoints', id];
  const [name, setName] = useState('');
  const { data, error, isPending, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => api.listCheckpoints({ params: { id } }, { signal }),
    // What is done with one ends later, and is told of by no event of its own; the window is open for a moment only.
    refetchInterval: 2_000,
  });
  const add = useAct(() => api.addCheckpoint({ params: { id }, body: { name } }), { stale: [queryKey], done: () => setName('') });
  return (
    <Stack>
      <Text size="sm">{t.checkpoints.text}</Text>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate(undefined);
        }}
      >
        <Group align="flex-end">
          <TextInput
            label={t.checkpoints.name}
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
            maxLength={60}
            required
            flex={1}
          />
          <Button type="submit" loading={add.isPending}>
            {t.checkpoints.add}
          </Button>
        </Group>
      </form>
      {error !== null && <Problem error={error} again={() => void refetch()} />}
      {isPending && <Waiting />}
      {data?.items.length === 0 && <Text c="dimmed">{t.common.none}</Text>}
      {data?.items.map((checkpoint) => (
        <Row key={checkpoint.id} reservation={id} checkpoint={checkpoint} />
      ))}
    </Stack>
  );
}

function Row({ reservation, checkpoint }: { reservation: string; checkpoint: Checkpoint }) {
  const { t, format } = useI18n();
  const [asking, setAsking] = useState(false);
  const params = { id: reservation, checkpoint: checkpoint.id };
  const stale = [['checkpoints', reservation], ['reservations']];
  const revert = useAct(() => api.revertCheckpoint({ params }), { stale, done: () => setAsking(false) });
  const remove = useAct(() => api.deleteCheckpoint({ params }), { stale });
  return (
    <Group justify="space-between" component="article" aria-label={checkpoint.name}>
      <div>
        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
          {checkpoint.name}
        </Text>
        <Text size="sm" c="dimmed">
          {format.time(checkpoint.createdAt)}
        </Text>
      </div>
      {checkpoint.state === 'making' ? (
        <State tone="waiting">{t.checkpoints.making}</State>
      ) : (
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => setAsking(true)}>
            {t.checkpoints.revert}
          </Button>
          <Button size="xs" variant="subtle" color="red" loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
            {t.checkpoints.remove}
          </Button>
        </Group>
      )}
      <Ask
        opened={asking}
        title={t.checkpoints.revertTitle(checkpoint.name)}
        text={t.checkpoints.revertText}
        go={t.checkpoints.revert}
        danger
        busy={revert.isPending}
        onGo={() => revert.mutate(undefined)}
        onClose={() => setAsking(false)}
      />
    </Group>
  );
}
