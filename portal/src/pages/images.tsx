import { Anchor, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Image } from '../../../src/contract/images.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { LabelList, useImageSearch } from '../parts/labels.tsx';
import { Empty, PageTitle, Problem, Waiting } from '../parts/status.tsx';
import { TableCard } from '../parts/table-card.tsx';

export function Images() {
  const { t } = useI18n();
  const { data, error, isPending, refetch } = useQuery({ queryKey: ['images'], queryFn: ({ signal }) => api.listImages({}, { signal }) });
  const { found, fields } = useImageSearch(data?.items ?? []);
  return (
    <>
      <PageTitle>{t.images.title}</PageTitle>
      {error !== null && <Problem error={error} again={() => void refetch()} />}
      {isPending && <Waiting />}
      {data?.items.length === 0 && <Empty title={t.images.none} hint={t.images.noneHint} />}
      {data !== undefined && data.items.length > 0 && (
        <Stack>
          {fields}
          {found.length === 0 ? <Empty title={t.reserve.noMatch} /> : <ImageTable images={found} />}
        </Stack>
      )}
    </>
  );
}

function ImageTable({ images }: { images: readonly Image[] }) {
  const { t } = useI18n();
  return (
    <TableCard head={[t.images.name, t.images.published, t.images.revisions, t.images.inUse, t.images.owner]}>
      {images.map((image) => (
        <Table.Tr key={image.id}>
          <Table.Td style={{ overflowWrap: 'anywhere' }}>
            <Anchor component={Link} to="/images/$image" params={{ image: image.name } as never}>
              {image.name}
            </Anchor>
            {image.description !== '' && (
              <Text size="sm" c="dimmed" lineClamp={2}>
                {image.description}
              </Text>
            )}
            <LabelList labels={image.labels} />
          </Table.Td>
          <Table.Td>{image.published ?? t.images.notPublished}</Table.Td>
          <Table.Td>{image.revisions}</Table.Td>
          <Table.Td>{image.machines}</Table.Td>
          <Table.Td>{image.owner}</Table.Td>
        </Table.Tr>
      ))}
    </TableCard>
  );
}
