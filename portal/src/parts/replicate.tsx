import { Autocomplete, Button, Select } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import IconCopyPlus from 'icon:copy-plus';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Revision } from '../../../src/contract/images.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { usableDatastores } from '../rules/datastores.ts';
import { replicaProviders } from '../rules/revision.ts';
import { useAct } from './act.tsx';
import { Ask } from './ask.tsx';
import { JobWatch } from './job-watch.tsx';

const stale = [['images'], ['image'], ['revisions'], ['jobs']];

/** Golden disks on a further datastore ahead of the clones that will need them there; shown where a provider that has them can do that. */
export function ReplicateButton({ revision }: { revision: Revision }) {
  const { t } = useI18n();
  const [opened, setOpened] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const [datastore, setDatastore] = useState('');
  const [begun, setBegun] = useState<string>();
  const providers = useQuery({ queryKey: ['providers'], queryFn: ({ signal }) => api.listProviders({}, { signal }) });
  const able = replicaProviders(revision, providers.data?.items ?? []);
  const provider = chosen ?? able[0];
  const where = datastore.trim();
  const replicate = useAct(
    (to: string) =>
      api.replicateImage({
        params: { name: revision.image },
        body: { revision: revision.number, provider: to, ...(where === '' ? {} : { datastore: where }) },
      }),
    {
      stale,
      done: ({ job }) => {
        setBegun(job);
        setOpened(false);
        notifications.show({ title: t.replicate.begun, message: `${revision.image}@${revision.number}` });
      },
    },
  );
  if (provider === undefined) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconCopyPlus size={16} />} onClick={() => setOpened(true)}>
        {t.replicate.go}
      </Button>
      <Ask
        opened={opened}
        title={t.replicate.title(revision.number)}
        text={t.replicate.text}
        go={t.replicate.go}
        busy={replicate.isPending}
        onGo={() => replicate.mutate(provider)}
        onClose={() => setOpened(false)}
      >
        <Select label={t.replicate.provider} data={able} value={provider} onChange={setChosen} allowDeselect={false} />
        <Autocomplete
          label={t.replicate.datastore}
          description={t.replicate.datastoreHint}
          data={usableDatastores(providers.data?.items ?? [], provider)}
          value={datastore}
          maxLength={80}
          onChange={setDatastore}
        />
      </Ask>
      {begun !== undefined && <JobWatch key={begun} job={begun} failed={t.replicate.failed} stale={stale} />}
    </>
  );
}
