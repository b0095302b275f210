import { Button, Select, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import IconRosetteDiscountCheck from 'icon:rosette-discount-check';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Revision } from '../../../src/contract/images.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { resealProviders, type Verdict } from '../rules/revision.ts';
import { useAct } from './act.tsx';
import { Ask } from './ask.tsx';

/** Golden disks that are right where they lie now, sealed anew by an operator's word; shown where something speaks for it ({@link resealProviders}). */
export function ResealButton({ revision, seen }: { revision: Revision; seen: Verdict['outcome'] | undefined }) {
  const { t } = useI18n();
  const [opened, setOpened] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const providers = useQuery({ queryKey: ['providers'], queryFn: ({ signal }) => api.listProviders({}, { signal }) });
  const able = resealProviders(revision, seen, providers.data?.items ?? []);
  // As a whole where all of them can: only that takes back why it is out of service.
  const whole = able.length === revision.masters.length;
  const provider = chosen ?? (whole ? '' : able[0]);
  const reseal = useAct(
    (at: string) =>
      api.resealRevision({
        params: { name: revision.image, number: revision.number },
        body: { reason: reason.trim(), ...(at === '' ? {} : { provider: at }) },
      }),
    {
      stale: [['images'], ['image'], ['revisions'], ['lineage']],
      done: () => {
        setOpened(false);
        setReason('');
        notifications.show({ title: t.reseal.done, message: `${revision.image}@${revision.number}` });
      },
    },
  );
  if (provider === undefined || able.length === 0) return null;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconRosetteDiscountCheck size={16} />}
        loading={reseal.isPending}
        onClick={() => setOpened(true)}
      >
        {t.reseal.go}
      </Button>
      <Ask
        opened={opened}
        title={t.reseal.title(revision.number)}
        text={t.reseal.text}
        go={t.reseal.go}
        busy={reseal.isPending}
        disabled={reason.trim().length < 3}
        onGo={() => reseal.mutate(provider)}
        onClose={() => setOpened(false)}
      >
        {revision.masters.length > 1 && (
          <Select
            label={t.replicate.provider}
            data={[...(whole ? [{ value: '', label: t.reseal.everywhere }] : []), ...able.map((name) => ({ value: name, label: name }))]}
            value={provider}
            onChange={setChosen}
            allowDeselect={false}
          />
        )}
        <TextInput
          label={t.reseal.reason}
          description={t.reseal.reasonHint}
          value={reason}
          maxLength={500}
          onChange={(e) => setReason(e.currentTarget.value)}
          required
        />
      </Ask>
    </>
  );
}
