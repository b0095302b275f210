import { Alert, Button, Modal, Skeleton, Stack, Text, Title } from '@mantine/core';
import IconDeviceDesktop from 'icon:device-desktop';
import IconFileDownload from 'icon:file-download';
import IconKey from 'icon:key';
import IconTerminal2 from 'icon:terminal-2';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Connection, Reservation } from '../../../src/contract/reservations.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { directSshConfig, knownHosts, sshConfig } from '../rules/ssh.ts';
import { Copyable } from './copy.tsx';
import { Sentence } from './sentence.tsx';
import { Problem } from './status.tsx';

export function ConnectButtons({ reservation }: { reservation: Reservation }) {
  const { t } = useI18n();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button
        component={Link}
        to="/machines/$id/screen"
        params={{ id: reservation.id } as never}
        leftSection={<IconDeviceDesktop size={16} />}
      >
        {t.machines.connect}
      </Button>
      {reservation.machine.address?.rdpPort === undefined ? (
        <Button
          component={Link}
          to="/machines/$id/terminal"
          params={{ id: reservation.id } as never}
          variant="default"
          leftSection={<IconTerminal2 size={16} />}
        >
          {t.machines.terminal}
        </Button>
      ) : (
        <Button
          component="a"
          href={`/api/v1/reservations/${reservation.id}/rdp`}
          download={`${reservation.hostname}.rdp`}
          variant="default"
          leftSection={<IconFileDownload size={16} />}
        >
          {t.machines.rdpFile}
        </Button>
      )}
      <Button variant="default" leftSection={<IconKey size={16} />} onClick={() => setOpened(true)}>
        {t.machines.credentials}
      </Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={`${t.machines.credentials}: ${reservation.hostname}`}
        size="lg"
        closeButtonProps={{ 'aria-label': t.common.close }}
      >
        {opened && <Credentials reservation={reservation} />}
      </Modal>
    </>
  );
}

/** They are set in the guest when they are asked for, and shown to nobody else; nothing keeps them once the window is closed. */
function Credentials({ reservation: { id, hostname } }: { reservation: Reservation }) {
  const { t } = useI18n();
  const { data, error, refetch } = useQuery({
    queryKey: ['credentials', id],
    queryFn: ({ signal }) => api.connectReservation({ params: { id }, body: {} }, { signal }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  if (error !== null) return <Problem error={error} again={() => void refetch()} />;
  if (data === undefined) {
    return (
      <Stack role="status">
        <Text c="dimmed">{t.machines.setting}</Text>
        <Skeleton h={20} />
        <Skeleton h={20} />
      </Stack>
    );
  }
  return (
    <Stack gap="xs">
      {data.notes?.map((note) => (
        <Alert key={note.code} color="yellow" variant="light" role="alert">
          <Text size="sm">
            <Sentence>{t.machines.hindrances[note.code](data.user)}</Sentence>
          </Text>
          {note.code === 'refused' && (
            <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
              {t.common.said} <q lang="en">{note.message}</q>
            </Text>
          )}
        </Alert>
      ))}
      <Copyable label={t.machines.user} value={data.user} />
      <Copyable label={t.machines.password} value={data.password} />
      {data.protocol === 'rdp' && <Copyable label={t.machines.address} value={`${data.host}:${data.port}`} />}
      {data.protocol === 'rdp' && (
        <Text size="sm" c="dimmed">
          {t.machines.rdpText}
        </Text>
      )}
      {data.protocol === 'ssh' && <SshWays reservation={{ id, hostname }} data={data} />}
    </Stack>
  );
}

function SshWays({ reservation: { id, hostname }, data }: { reservation: Pick<Reservation, 'id' | 'hostname'>; data: Connection }) {
  const { t } = useI18n();
  return (
    <>
      <Copyable label={t.machines.sshConfig} value={sshConfig({ id, hostname, server: location.origin }, data)} />
      {data.hostKeys.length > 0 && <Copyable label={t.machines.knownHosts} value={knownHosts(id, data)} />}
      <Text size="sm" c="dimmed">
        <Sentence>{t.machines.sshThroughServer(`carrel login ${location.origin}`)}</Sentence>
      </Text>
      <Title order={3} size="h5">
        {t.machines.direct}
      </Title>
      <Text size="sm" c="dimmed">
        {t.machines.directText}
      </Text>
      <Copyable label={t.machines.address} value={`${data.host}:${data.port}`} />
      {data.sshCommand !== undefined && <Copyable label={t.machines.command} value={data.sshCommand} />}
      <Copyable label={t.machines.directSshConfig} value={directSshConfig(hostname, data)} />
    </>
  );
}
