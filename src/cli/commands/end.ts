import type { Command } from 'commander';
import type { Reservation } from '../../contract/reservations.ts';
import { followReservation } from '../follow.ts';
import { findReservation } from '../names.ts';
import type { Cli } from '../session.ts';
import { short } from '../text.ts';

export function addEnd(program: Command, cli: Cli): void {
  program
    .command('end [ids...]')
    .description('give machines back')
    .option('--all', 'all of yours')
    .option('--no-wait', 'do not wait until they are gone')
    .action(async (ids: string[], options: { all?: boolean; wait: boolean }, command: Command) => {
      if (ids.length === 0 && !options.all) command.error('error: name a reservation, or give --all');
      if (ids.length > 0 && options.all) command.error('error: either name reservations or give --all, not both');
      const session = cli.open(command);
      const wanted = options.all
        ? (await session.client.listReservations({ query: { limit: 1000 } })).items
        : await Promise.all(ids.map((id) => findReservation(session.client, id)));
      const asked = await Promise.all(wanted.map((r) => session.client.endReservation({ params: { id: r.id } })));
      const ended: Reservation[] = [];
      for (const r of asked) ended.push(options.wait ? await followReservation(session, r.id) : r);
      session.answer(ended, ended.length === 0 ? 'nothing to end' : ended.map((r) => `${short(r.id)}  ${r.state}`).join('\n'));
    });
}
