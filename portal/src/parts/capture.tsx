import { Button, Checkbox, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import IconCamera from 'icon:camera';
import { useState } from 'react';
import type { Reservation } from '../../../src/contract/reservations.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { useAct } from './act.tsx';

export function CaptureButton({ reservation }: { reservation: Reservation }) {
  const { t } = useI18n();
  const [opened, setOpened] = useState(false);
  const [image, setImage] = useState(reservation.image);
  const [description, setDescription] = useState('');
  const [publish, setPublish] = useState(false);
  const capture = useAct(
    () =>
      api.captureReservation({ params: { id: reservation.id }, body: { image, publish, ...(description === '' ? {} : { description }) } }),
    {
      stale: [['images'], ['revisions']],
      done: ({ revision }) => {
        setOpened(false);
        notifications.show({ title: t.capture.started, message: `${revision.image} ${revision.number}` });
      },
    },
  );
  return (
    <>
      <Button variant="default" leftSection={<IconCamera size={16} />} onClick={() => setOpened(true)}>
        {t.machines.capture}
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={t.capture.title} closeButtonProps={{ 'aria-label': t.common.close }}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            capture.mutate(undefined);
          }}
        >
          <Stack>
            <Text size="sm">{t.capture.text}</Text>
            <TextInput
              label={t.capture.image}
              description={t.capture.imageHint}
              value={image}
              onChange={(e) => setImage(e.currentTarget.value)}
              required
            />
            <Textarea label={t.capture.description} value={description} onChange={(e) => setDescription(e.currentTarget.value)} autosize />
            <Checkbox label={t.capture.publish} checked={publish} onChange={(e) => setPublish(e.currentTarget.checked)} />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setOpened(false)}>
                {t.common.cancel}
              </Button>
              <Button type="submit" loading={capture.isPending}>
                {t.capture.go}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
