import type { Command } from 'commander';
import type { Cli } from '../session.ts';
import { clock, short } from '../text.ts';
import { zoneOption } from '../reservation-request.ts';

interface Options {
  at?: string;
  zone: string;
  for?: string;
}

export function addMaintenanceAdd(program: Command, cli: Cli): void {
  program
    .command('add <provider> <reason>')
    .description('promise nothing new there; what is reserved already stays, and is named (operators)')
    .option('--at <time>', 'from when: 14:00, "tomorrow 9:00", "2026-11-25 14:00"; now if left out')
    .addOption(zoneOption())
    .option('--for <span>', 'how long; until further notice if left out')
    .action(async (provider: string, reason: string, options: Options, command: Command) => {
      const session = cli.open(command);
      const made = await session.client.addMaintenance({ body: { provider, reason, ...options } });
      for (const id of made.reservations) session.say(`touches reservation ${short(id)}, which stays`);
      session.answer(made, `${short(made.id)}  ${clock(made.startsAt)} to ${made.endsAt ? clock(made.endsAt) : 'further notice'}`);
    });
}
