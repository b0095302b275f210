import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { REVISION_TABLE } from './image.ts';
import { MACHINE_TABLE } from './machine.ts';
import { RESERVATION_TABLE } from './reservation.ts';

/** The first table of a spec page as state -> event -> next state (null for a dash). */
function pageTable(file: string): Record<string, Record<string, string | null>> {
  const lines = readFileSync(new URL(`../../docs/spec/${file}`, import.meta.url), 'utf8').split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const rows = lines
    .slice(
      first,
      lines.findIndex((line, i) => i > first && !line.startsWith('|')),
    )
    .filter((line) => !line.startsWith('|---'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
  const [head = [], ...body] = rows;
  return Object.fromEntries(
    body.map(([state = '', ...cells]) => [
      state,
      Object.fromEntries(cells.map((cell, i) => [head[i + 1] as string, cell === '–' ? null : cell])),
    ]),
  );
}

describe.each([
  ['reservation.md', RESERVATION_TABLE],
  ['machine.md', MACHINE_TABLE],
  ['revision.md', REVISION_TABLE],
] as const)('docs/spec/%s', (file, table) => {
  test('says what the code does', () => {
    expect(pageTable(file)).toEqual(table);
  });
  test('has only known states as targets', () => {
    const states = Object.keys(table);
    for (const row of Object.values(table)) for (const next of Object.values(row)) if (next !== null) expect(states).toContain(next);
  });
});

test('a reservation that has come to its end never lives again', () => {
  for (const state of ['ended', 'failed'] as const) {
    for (const next of Object.values(RESERVATION_TABLE[state])) expect([null, 'ended', 'failed']).toContain(next);
  }
});
