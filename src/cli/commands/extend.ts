import type { Command } from 'commander';
import { findReservation } from '../names.ts';
import type { Cli } from '../session.ts';
import { clock, short, when } from '../text.ts';

export function addExtend(program: Command, cli: Cli): void {
  program
    .command('extend <id> <span>')
    .description('put the end off: 30m, 2h')
    .action(async (text: string, span: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const now = await session.client.extendReservation({ params: { id }, body: { for: span } });
      session.answer(
        now,
        `${short(id)} ends ${now.endsAt === undefined ? 'when you end it' : `${clock(now.endsAt)} (${when(now.endsAt)})`}`,
      );
    });
}
