import { Card, Table } from '@mantine/core';
import { useI18n } from '../i18n/index.tsx';
import { Empty, Problem, Waiting } from './status.tsx';

interface Row {
  key: string;
  cells: readonly string[];
}

/** A list that is only read. */
export function PlainTable(props: {
  query: { error: unknown; isPending: boolean; refetch: () => unknown };
  head: readonly string[];
  rows: readonly Row[] | undefined;
}) {
  const { t } = useI18n();
  const { query, head, rows } = props;
  if (query.error !== null) return <Problem error={query.error} again={() => void query.refetch()} />;
  if (query.isPending || rows === undefined) return <Waiting />;
  if (rows.length === 0) return <Empty title={t.common.none} />;
  return (
    <Card withBorder padding={0}>
      <Table.ScrollContainer minWidth={560}>
        <Table horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              {head.map((title) => (
                <Table.Th key={title} scope="col">
                  {title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ key, cells }) => (
              <Table.Tr key={key}>
                {cells.map((cell, i) => (
                  <Table.Td key={head[i]}>{cell}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}
