import { Alert, Button, Card, Group, Progress, Stack, Text, TextInput, Title, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import IconArchive from 'icon:archive';
import IconArchiveOff from 'icon:archive-off';
import IconPencil from 'icon:pencil';
import IconShieldCheck from 'icon:shield-check';
import IconTrash from 'icon:trash';
import IconUpload from 'icon:upload';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Revision } from '../../../src/contract/images.ts';
import { api } from '../api/client.ts';
import { useSession } from '../app/session.tsx';
import { useI18n } from '../i18n/index.tsx';
import { revisionActions, revisionTone, type Verdict, verdictOf } from '../rules/revision.ts';
import { useAct } from './act.tsx';
import { Ask } from './ask.tsx';
import { JobWatch } from './job-watch.tsx';
import { explainCode } from '../rules/explain.ts';
import { ReplicateButton } from './replicate.tsx';
import { ResealButton } from './reseal.tsx';
import { State, WhatToDo } from './status.tsx';

/** How far it is, where that is known. */
function Making({ fraction }: { fraction: number | undefined }) {
  const { t, format } = useI18n();
  return (
    <div>
      <Progress value={fraction === undefined ? 100 : fraction * 100} animated aria-label={t.images.states.preparing} />
      {fraction !== undefined && (
        <Text size="sm" mt={4}>
          {format.percent(fraction)}
        </Text>
      )}
    </div>
  );
}

export function RevisionCard({ revision, author }: { revision: Revision; author: boolean }) {
  const { t, format } = useI18n();
  const { admin } = useSession();
  const [seen, setSeen] = useState<Verdict['outcome']>();
  const can = revisionActions(revision, author);
  const bytes = revision.masters[0]?.virtualBytes;
  const facts = [
    `${t.images.source}: ${t.images.sources[revision.source.kind]}${revision.source.recipe === undefined ? '' : ` ${revision.source.recipe}`}`,
    ...(revision.source.parent === undefined ? [] : [revision.source.parent]),
    ...(bytes === undefined ? [] : [`${t.images.size}: ${format.bytes(bytes)}`]),
    ...(revision.masters.length === 0 ? [] : [`${t.images.onProviders}: ${revision.masters.map((m) => m.provider).join(', ')}`]),
    t.reserve.machines(revision.machines),
  ];
  return (
    <Card withBorder component="article" aria-label={`${t.images.revision} ${revision.number}`}>
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {t.images.revision} {revision.number}
          </Title>
          <State tone={revisionTone(revision)}>{t.images.states[revision.state]}</State>
        </Group>
        <Text size="sm" c="dimmed">
          {format.time(revision.createdAt)} · {revision.createdBy}
        </Text>
        <Text size="sm">{facts.join(' · ')}</Text>
        {revision.state === 'preparing' && <Making fraction={revision.progress?.fraction} />}
        {revision.failure !== undefined && (
          <Alert color="red" variant="light" title={explainCode(revision.failure, t, format).title}>
            <WhatToDo {...explainCode(revision.failure, t, format)} />
          </Alert>
        )}
        {revision.facts.unclean !== undefined && (
          <Alert color="yellow" variant="light" title={t.images.unclean}>
            {revision.facts.unclean}
          </Alert>
        )}
        <Group gap="xs">
          {can.publish && <PublishButton revision={revision} />}
          {can.checkOut && <CheckOutButton revision={revision} />}
          {can.verify && <VerifyButton revision={revision} onSeen={setSeen} />}
          {admin && <ResealButton revision={revision} seen={seen} />}
          {can.replicate && <ReplicateButton revision={revision} />}
          {can.retire && <RetireButton revision={revision} />}
          {can.unretire && <UnretireButton revision={revision} />}
          {can.remove && <RemoveButton revision={revision} />}
        </Group>
      </Stack>
    </Card>
  );
}

const stale = [['images'], ['image'], ['revisions']];
const paramsOf = ({ image, number }: Revision) => ({ name: image, number });

function PublishButton({ revision }: { revision: Revision }) {
  const { t } = useI18n();
  const [opened, setOpened] = useState(false);
  const [reason, setReason] = useState('');
  const unclean = revision.facts.unclean;
  const publish = useAct(
    () => api.publishRevision({ params: paramsOf(revision), body: unclean === undefined ? {} : { publishUnclean: reason } }),
    { stale, done: () => setOpened(false) },
  );
  return (
    <>
      <Button leftSection={<IconUpload size={16} />} onClick={() => setOpened(true)}>
        {t.images.publish}
      </Button>
      <Ask
        opened={opened}
        title={t.images.publishTitle(revision.number)}
        text={t.images.publishText}
        go={t.images.publish}
        busy={publish.isPending}
        disabled={unclean !== undefined && reason.trim().length < 3}
        onGo={() => publish.mutate(undefined)}
        onClose={() => setOpened(false)}
      >
        {unclean !== undefined && (
          <TextInput
            label={t.images.uncleanReason}
            description={unclean}
            value={reason}
            onChange={(e) => setReason(e.currentTarget.value)}
            required
          />
        )}
      </Ask>
    </>
  );
}

function CheckOutButton({ revision }: { revision: Revision }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const checkOut = useAct(() => api.reserve({ body: { image: revision.image, revision: revision.number, kind: 'imaging', for: '8h' } }), {
    stale: [['reservations']],
    done: () => void navigate({ to: '/machines' }),
  });
  return (
    <Button
      variant="default"
      leftSection={<IconPencil size={16} />}
      title={t.images.checkOutText}
      loading={checkOut.isPending}
      onClick={() => checkOut.mutate(undefined)}
    >
      {t.images.checkOut}
    </Button>
  );
}

/** Where a look read samples only, the whole comparison is offered: it reads every byte, and takes as long as that does. */
function VerifyButton({ revision, onSeen }: { revision: Revision; onSeen: (outcome: Verdict['outcome']) => void }) {
  const { t } = useI18n();
  const [more, setMore] = useState(false);
  const look = async (full: boolean) => {
    const body = { revision: revision.number, ...(full ? { full } : {}) };
    return { full, result: await api.verifyImage({ params: { name: revision.image }, body }) };
  };
  const verify = useAct(look, {
    stale: [],
    done: ({ full, result }) => {
      const { outcome, lines } = verdictOf(result);
      onSeen(outcome);
      // Where even that read no more, the message says why.
      setMore(outcome === 'samples' && !full);
      const whole = outcome === 'bytes';
      notifications.show({
        title: t.images.verdicts[outcome],
        message: lines.join('; '),
        color: outcome === 'damaged' ? 'red' : whole ? 'reading' : 'yellow',
        // What is less than a plain yes is there to be read.
        autoClose: whole && lines.length === 0 ? 8_000 : false,
      });
    },
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconShieldCheck size={16} />}
        loading={verify.isPending && !verify.variables}
        onClick={() => verify.mutate(false)}
      >
        {t.images.verify}
      </Button>
      {more && (
        <Tooltip label={t.images.verifyWholeText}>
          <Button variant="default" loading={verify.isPending && verify.variables === true} onClick={() => verify.mutate(true)}>
            {t.images.verifyWhole}
          </Button>
        </Tooltip>
      )}
    </>
  );
}

function RetireButton({ revision }: { revision: Revision }) {
  const { t } = useI18n();
  const retire = useAct(() => api.retireRevision({ params: paramsOf(revision) }), { stale });
  return (
    <Button variant="default" leftSection={<IconArchive size={16} />} loading={retire.isPending} onClick={() => retire.mutate(undefined)}>
      {t.images.retire}
    </Button>
  );
}

function UnretireButton({ revision }: { revision: Revision }) {
  const { t } = useI18n();
  const unretire = useAct(() => api.unretireRevision({ params: paramsOf(revision) }), { stale });
  return (
    <Button
      variant="default"
      leftSection={<IconArchiveOff size={16} />}
      loading={unretire.isPending}
      onClick={() => unretire.mutate(undefined)}
    >
      {t.images.unretire}
    </Button>
  );
}

function RemoveButton({ revision }: { revision: Revision }) {
  const { t } = useI18n();
  const [opened, setOpened] = useState(false);
  const [begun, setBegun] = useState<string>();
  const remove = useAct(() => api.deleteRevision({ params: paramsOf(revision) }), {
    stale,
    done: ({ job }) => {
      setOpened(false);
      setBegun(job);
    },
  });
  return (
    <>
      <Button variant="subtle" color="red" leftSection={<IconTrash size={16} />} onClick={() => setOpened(true)}>
        {t.images.remove}
      </Button>
      <Ask
        opened={opened}
        title={t.images.removeTitle(revision.number)}
        text={t.images.removeText}
        go={t.images.remove}
        danger
        busy={remove.isPending}
        onGo={() => remove.mutate(undefined)}
        onClose={() => setOpened(false)}
      />
      {begun !== undefined && <JobWatch key={begun} job={begun} failed={t.images.removeFailed} stale={stale} />}
    </>
  );
}
