import { type Command, Option } from 'commander';
import type { Reservation } from '../../contract/reservations.ts';
import { labelText } from '../labels.ts';
import { everyPage } from '../names.ts';
import type { Cli } from '../session.ts';
import { clock, short, table, when } from '../text.ts';

interface Options {
  all?: boolean;
  label?: string;
  past?: boolean;
  sort?: keyof typeof SORTS;
}

const last = '\uffff';
/** What a list is put in order by; what has no such time comes last. */
const SORTS = {
  begins: (r: Reservation) => r.startsAt,
  ends: (r: Reservation) => goneBy(r) ?? last,
  image: (r: Reservation) => `${r.image}@${String(r.revision).padStart(6, '0')}`,
  owner: (r: Reservation) => r.owner,
  state: (r: Reservation) => r.state,
  host: (r: Reservation) => r.machine.host ?? last,
} as const;

export function addLs(program: Command, cli: Cli): void {
  program
    .command('ls')
    .alias('list')
    .description('your reservations')
    .option('--all', "everybody's (operators)")
    .option('--past', 'those that are over too')
    .option('--label <label>', 'those with this label: KEY=VALUE, or KEY; several parted by commas')
    .option('-q, --quiet', 'their ids alone, one a line, for scripts; as -o name')
    .option('-w, --wide', 'host name, address, provider, host and labels too, and times as the clock shows them; as -o wide')
    .addOption(new Option('--sort <by>', 'put in order by; the newest first if left out').choices(Object.keys(SORTS)))
    .action(async ({ all, label, past, sort }: Options, command: Command) => {
      const session = cli.open(command);
      const query = {
        ...(all === undefined ? {} : { all }),
        ...(label === undefined ? {} : { label }),
        ...(past === undefined ? {} : { past }),
      };
      const read = (page: object) => session.client.listReservations({ query: { ...query, ...page } });
      // Of what is over there may be a million: the newest thousand.
      const items = query.past === true ? (await read({ limit: 1000 })).items : await everyPage(read);
      const by = sort === undefined ? undefined : SORTS[sort];
      const list = by === undefined ? items : items.toSorted((a, b) => by(a).localeCompare(by(b)));
      session.answer(list, reservationTable(list, session.wide, all === true));
    });
}

/** When its machine goes; of one that was ended and is kept for a while, the end of that. */
const goneBy = (r: Reservation): string | undefined => r.endedAt ?? r.keptUntil ?? r.endsAt;

/** As a table; one sentence if there are none. */
export function reservationTable(list: readonly Reservation[], wide: boolean, all: boolean): string {
  if (list.length === 0) return 'no reservations';
  const columns: [string, (r: Reservation) => string | undefined][] = [
    ['ID', (r) => short(r.id)],
    ['IMAGE', (r) => `${r.image}@${r.revision}`],
    ['MODE', (r) => r.machine.mode ?? r.mode],
    ['STATE', (r) => (r.state === 'ready' ? r.machine.condition?.kind : undefined) ?? r.state],
    ['STAGE', (r) => (r.state === 'booked' && r.stageText === '' ? `begins ${when(r.startsAt)}` : r.stageText || r.stage)],
  ];
  if (wide) {
    columns.push(
      ['BEGINS', (r) => clock(r.startsAt)],
      ['ENDS', (r) => clockOf(goneBy(r))],
      ['NAME', (r) => r.hostname],
      ['ADDRESS', ({ machine: { address } }) => address && `${address.host}:${address.rdpPort ?? address.sshPort}`],
    );
  } else columns.push(['ENDS', (r) => when(goneBy(r))]);
  if (all) columns.push(['OWNER', (r) => r.owner]);
  if (wide || all) columns.push(['PROVIDER', (r) => r.provider], ['HOST', (r) => r.machine.host]);
  if (wide) columns.push(['LABELS', labelText]);
  return table(
    columns.map(([head]) => head),
    list.map((r) => columns.map(([, cell]) => cell(r))),
  );
}

const clockOf = (iso: string | undefined): string => (iso === undefined ? '' : clock(iso));
