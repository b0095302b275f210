import type { Command } from 'commander';
import { labelChange, labelText } from '../labels.ts';
import { findReservation } from '../names.ts';
import type { Cli } from '../session.ts';
import { short } from '../text.ts';

export function addLabel(program: Command, cli: Cli): void {
  program
    .command('label <id>')
    .description('put labels on a reservation (KEY=VALUE) or take them away (KEY-): `carrel ls --label KEY=VALUE` finds it by them')
    .argument('<labels...>', 'KEY=VALUE or KEY-', (text: string, before: [string, string | null][] | undefined) => [
      ...(before ?? []),
      labelChange(text),
    ])
    .action(async (text: string, changes: [string, string | null][], _options: object, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const now = await session.client.labelReservation({ params: { id }, body: { labels: Object.fromEntries(changes) } });
      session.answer(now, `${short(id)} has ${labelText(now) || 'no labels'}`);
    });
}
