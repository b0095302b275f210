import { Anchor, Card, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { Empty, PageTitle, Problem, Waiting } from '../parts/status.tsx';

export function Images() {
  const { t } = useI18n();
  const { data, error, isPending, refetch } = useQuery({ queryKey: ['images'], queryFn: ({ signal }) => api.listImages({}, { signal }) });
  return (
    <>
      <PageTitle>{t.images.title}</PageTitle>
      {error !== null && <Problem error={error} again={() => void refetch()} />}
      {isPending && <Waiting />}
      {data?.items.length === 0 && <Empty title={t.images.none} hint={t.images.noneHint} />}
      {data !== undefined && data.items.length > 0 && (
        <Card withBorder padding={0}>
          <Table.ScrollContainer minWidth={560}>
            <Table verticalSpacing="sm" horizontalSpacing="md">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t.images.name}</Table.Th>
                  <Table.Th scope="col">{t.images.published}</Table.Th>
                  <Table.Th scope="col">{t.images.revisions}</Table.Th>
                  <Table.Th scope="col">{t.images.inUse}</Table.Th>
                  <Table.Th scope="col">{t.images.owner}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.items.map((image) => (
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
                    </Table.Td>
                    <Table.Td>{image.published ?? t.images.notPublished}</Table.Td>
                    <Table.Td>{image.revisions}</Table.Td>
                    <Table.Td>{image.machines}</Table.Td>
                    <Table.Td>{image.owner}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Card>
      )}
    </>
  );
}
