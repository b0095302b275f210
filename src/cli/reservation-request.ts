/** What is asked for, as options: the same for asking (`when`) and for taking (`reserve`). */
import { type Command, Option } from 'commander';
import type { ReserveBody } from '../contract/reservations.ts';
import { diskSize, imageAndRevision, wholeNumber } from './names.ts';

export interface RequestOptions {
  at?: string;
  zone: string;
  for?: string;
  until?: string;
  openEnd?: boolean;
  kind?: NonNullable<ReserveBody['kind']>;
  mode?: NonNullable<ReserveBody['mode']>;
  memory?: number;
  vcpus?: number;
  disk?: number;
}

/** The time zone of the person's own clock. */
function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function zoneOption(): Option {
  return new Option('--zone <zone>', 'time zone in which times are meant, such as Europe/Amsterdam').default(ownZone(), 'your own');
}

export function addRequestOptions(command: Command): Command {
  return command
    .option('--at <time>', 'when it is to begin: 14:00, "tomorrow 9:00", "2026-11-25 14:00", or with an offset')
    .addOption(zoneOption())
    .option('--for <span>', 'how long: 2h, 90m, 1d12h (2h if left out)')
    .option('--until <time>', 'when it is to end, in place of --for: 18:00, "tomorrow 9:00", "2026-11-25 14:00"')
    .option('--open-end', 'until you end it, where the rules allow that')
    .addOption(new Option('--kind <kind>', 'what it is for; by mode and length if left out').choices(['lab', 'long', 'imaging', 'server']))
    .addOption(
      new Option('--mode <mode>', 'how the machine is made: full for a server, else linked if left out').choices([
        'linked',
        'full',
        'instant',
      ]),
    )
    .option('--memory <mib>', 'MiB of memory, if not what the image says', wholeNumber)
    .option('--vcpus <n>', 'virtual CPUs, if not what the image says', wholeNumber)
    .option('--disk <size>', "how large its first disk is to be, if not as the image's: 40G (GiB), 512M, 2T", diskSize);
}

/** A series in place of one reservation. */
export function repeatOption(): Option {
  return new Option('--repeat <rule>', 'again and again from --at on, by a rule of RFC 5545: "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20"');
}

/** Ends the command where a series is asked for without what each of its reservations needs. */
export function refuseHalfSeries(command: Command, { repeat, at, openEnd, until }: RequestOptions & { repeat?: string }): void {
  if (repeat !== undefined && (at === undefined || openEnd || until !== undefined))
    command.error('error: --repeat needs --at, and how long each of its reservations is (--for)');
}

/** The request as the API takes it. */
export function machineRequestOf(text: string, o: RequestOptions): Omit<ReserveBody, 'id'> {
  const { name, number } = imageAndRevision(text);
  return {
    image: name,
    ...(number === undefined ? {} : { revision: number }),
    ...(o.at === undefined ? {} : { at: o.at }),
    ...(o.until === undefined ? {} : { until: o.until }),
    ...(o.at === undefined && o.until === undefined ? {} : { zone: o.zone }),
    ...(o.for === undefined ? {} : { for: o.for }),
    ...(o.openEnd ? { openEnd: true } : {}),
    ...(o.kind === undefined ? {} : { kind: o.kind }),
    ...(o.mode === undefined ? {} : { mode: o.mode }),
    ...(o.memory === undefined ? {} : { memoryMiB: o.memory }),
    ...(o.vcpus === undefined ? {} : { vcpus: o.vcpus }),
    ...(o.disk === undefined ? {} : { diskMiB: o.disk }),
  };
}
