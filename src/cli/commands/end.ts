import type { Command } from 'commander';
import type { Reservation } from '../../contract/reservations.ts';
import { follow, followReservation, progressText, reservationGoesOn, stageText } from '../follow.ts';
import { findReservation } from '../names.ts';
import type { Cli, Session } from '../session.ts';
import { clock, short } from '../text.ts';

/** So long a machine is kept that somebody may have ended by mistake. */
const KEEP = '5m';

export function addEnd(program: Command, cli: Cli): void {
  program
    .command('end [ids...]')
    .description('give machines back')
    .option('--all', 'all of yours')
    .option('--now', 'take machines away at once; otherwise one that is ready is kept for 5 minutes, switched off: `carrel undo`')
    .option('--no-wait', 'do not wait until they are gone')
    .action(async (ids: string[], options: { all?: boolean; now?: boolean; wait: boolean }, command: Command) => {
      if (ids.length === 0 && !options.all) command.error('error: name a reservation, or give --all');
      if (ids.length > 0 && options.all) command.error('error: either name reservations or give --all, not both');
      const session = cli.open(command);
      const wanted = options.all
        ? (await session.client.listReservations({ query: { limit: 1000 } })).items
        : await Promise.all(ids.map((id) => findReservation(session.client, id)));
      const asked = await Promise.all(
        wanted.map((r) => session.client.endReservation({ params: { id: r.id }, query: options.now ? {} : { keep: KEEP } })),
      );
      const ended: Reservation[] = [];
      for (const r of asked) ended.push(options.wait && r.keptUntil === undefined ? await followReservation(session, r.id) : r);
      session.answer(ended, ended.length === 0 ? 'nothing to end' : ended.map(line).join('\n'));
    });
}

/** An end can be taken back for a while. */
export function addUndo(program: Command, cli: Cli): void {
  program
    .command('undo <id>')
    .description('take the end of a reservation back, while its machine is kept')
    .option('--no-wait', 'do not wait until it is switched on again')
    .action(async (text: string, options: { wait: boolean }, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const back = await session.client.undoEnd({ params: { id } });
      const now = options.wait ? await whenOn(session, back) : back;
      session.answer(now, `${short(id)}  ${stageText(now)}`);
    });
}

/** The reservation once its machine, which is being switched on, can be used again. */
function whenOn(session: Session, back: Reservation): Promise<Reservation> {
  const { id } = back;
  return follow(session, {
    look: (signal) => session.client.showReservation({ params: { id } }, { signal }),
    stage: (r) => ({
      text: stageText(r),
      detail: progressText(r),
      over: r.state !== 'ready' || r.stageText !== back.stageText || stageText(r) === r.stage,
    }),
    goesOn: reservationGoesOn(id),
    subjects: [id],
  });
}

function line(r: Reservation): string {
  const kept =
    r.keptUntil === undefined ? '' : `; kept, switched off, until ${clock(r.keptUntil)}: \`carrel undo ${short(r.id)}\` brings it back`;
  return `${short(r.id)}  ${r.keptUntil === undefined ? r.state : 'ended'}${kept}`;
}
