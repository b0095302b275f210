import { Card, Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** A table in a card, which is scrolled sideways where it is wider than the page. An empty title is a column of buttons. */
export function TableCard({ head, minWidth = 560, children }: { head: readonly string[]; minWidth?: number; children: ReactNode }) {
  return (
    <Card withBorder padding={0}>
      <Table.ScrollContainer minWidth={minWidth}>
        <Table verticalSpacing="sm" horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              {head.map((title) =>
                title === '' ? (
                  <Table.Td key={title} />
                ) : (
                  <Table.Th key={title} scope="col">
                    {title}
                  </Table.Th>
                ),
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{children}</Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}
