import { Card, Group, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Navigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useSession } from '../app/session.tsx';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { EditImageButton } from '../parts/image-edit.tsx';
import { LabelList } from '../parts/labels.tsx';
import { RevisionCard } from '../parts/revision-card.tsx';
import { calledNow } from '../rules/renamed.ts';
import { PageTitle, Problem, Waiting } from '../parts/status.tsx';

// The graph and its layout are as much script as all the rest of the page.
const LineageGraph = lazy(async () => ({ default: (await import('../parts/lineage-graph.tsx')).LineageGraph }));

export function ImagePage() {
  const { t } = useI18n();
  const { me, admin } = useSession();
  const { image: name } = useParams({ strict: false }) as { image: string };
  const image = useQuery({ queryKey: ['image', name], queryFn: ({ signal }) => api.showImage({ params: { name } }, { signal }) });
  const revisions = useQuery({
    queryKey: ['revisions', name],
    queryFn: ({ signal }) => api.listRevisions({ params: { name } }, { signal }),
    // How far one is comes with no event.
    refetchInterval: ({ state }) => (state.data?.items.some((r) => r.state === 'preparing') ? 2_000 : false),
  });
  // A bookmark, or the name that it had until just now.
  const now = calledNow(image.error);
  if (now !== undefined && now !== name) return <Navigate to="/images/$image" params={{ image: now } as never} replace />;
  const author = admin || image.data?.owner === me.account;
  return (
    <>
      <PageTitle>{name}</PageTitle>
      <Stack>
        {image.error !== null && <Problem error={image.error} again={() => void image.refetch()} />}
        {image.data !== undefined && (
          <Card withBorder>
            {image.data.description !== '' && <Text style={{ overflowWrap: 'anywhere' }}>{image.data.description}</Text>}
            <LabelList labels={image.data.labels} />
            <Group style={{ columnGap: 'var(--mantine-spacing-xl)' }}>
              <Text size="sm" c="dimmed">
                {t.images.owner}: {image.data.owner}
              </Text>
              <Text size="sm" c="dimmed">
                {t.reserve.machines(image.data.machines)}
              </Text>
              {author && <EditImageButton image={image.data} />}
            </Group>
          </Card>
        )}
        <Tabs defaultValue="revisions" keepMounted={false}>
          <Tabs.List mb="md" className="one-row">
            <Tabs.Tab value="revisions">{t.images.revisions}</Tabs.Tab>
            {author && <Tabs.Tab value="lineage">{t.images.lineage}</Tabs.Tab>}
          </Tabs.List>
          <Tabs.Panel value="revisions">
            {revisions.isPending && <Waiting />}
            {revisions.error !== null && <Problem error={revisions.error} again={() => void revisions.refetch()} />}
            <Stack>
              {revisions.data?.items.map((revision) => (
                <RevisionCard key={revision.id} revision={revision} author={author} />
              ))}
            </Stack>
          </Tabs.Panel>
          <Tabs.Panel value="lineage">
            <Suspense fallback={<Waiting />}>
              <LineageGraph image={name} />
            </Suspense>
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </>
  );
}
