import type { Command } from 'commander';
import { findReservation } from '../names.ts';
import type { Cli } from '../session.ts';
import { clock, short, when } from '../text.ts';
import { zoneOption } from '../reservation-request.ts';

export function addMove(program: Command, cli: Cli): void {
  program
    .command('move <id> <time>')
    .description('give a reservation that has not begun another time: 14:00, "tomorrow 9:00", "2026-11-25 14:00"')
    .addOption(zoneOption())
    .option('--for <span>', 'how long, if not as long as before')
    .action(async (text: string, at: string, options: { zone: string; for?: string }, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const now = await session.client.moveReservation({ params: { id }, body: { at, ...options } });
      session.answer(
        now,
        `${short(id)} begins ${clock(now.startsAt)} (${when(now.startsAt)}), ends ${now.endsAt ? clock(now.endsAt) : 'when you end it'}`,
      );
    });
}
