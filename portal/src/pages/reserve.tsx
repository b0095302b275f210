import { Card, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Image } from '../../../src/contract/images.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { LabelList, useImageSearch } from '../parts/labels.tsx';
import { Empty, PageTitle, Problem, Waiting } from '../parts/status.tsx';

export function Reserve() {
  const { t } = useI18n();
  const { data, error, isPending, refetch } = useQuery({ queryKey: ['images'], queryFn: ({ signal }) => api.listImages({}, { signal }) });
  const offered = data?.items.filter((image) => image.published !== undefined) ?? [];
  const { found, fields } = useImageSearch(offered);
  return (
    <>
      <PageTitle>{t.reserve.title}</PageTitle>
      <Stack>
        {error !== null && <Problem error={error} again={() => void refetch()} />}
        {isPending && <Waiting />}
        {data !== undefined && offered.length === 0 && <Empty title={t.reserve.none} hint={t.reserve.noneHint} />}
        {offered.length > 0 && fields}
        {offered.length > 0 && found.length === 0 && <Empty title={t.reserve.noMatch} />}
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          {found.map((image) => (
            <ImageCard key={image.id} image={image} />
          ))}
        </SimpleGrid>
      </Stack>
    </>
  );
}

function ImageCard({ image }: { image: Image }) {
  const { t } = useI18n();
  return (
    <Card component={Link} to="/reserve/$image" params={{ image: image.name } as never} withBorder padding="md" className="image-card">
      <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
        {image.name}
      </Title>
      {image.description !== '' && (
        <Text size="sm" my={4} lineClamp={3} style={{ overflowWrap: 'anywhere' }}>
          {image.description}
        </Text>
      )}
      <LabelList labels={image.labels} />
      <Text size="sm" c="dimmed" mt="xs">
        {t.reserve.revision(image.published ?? 0)} · {t.reserve.machines(image.machines)}
      </Text>
    </Card>
  );
}
