/** What a person chose on the reserve page, as the server takes it. */
import type { ReserveBody } from '../../../src/contract/reservations.ts';

export interface Choice {
  when: 'now' | 'later' | 'repeating';
  /** As an input of type datetime-local gives it: `2026-11-30T13:00`, by the clocks of the zone. */
  at: string;
  span: string;
  openEnd: boolean;
  kind: 'auto' | NonNullable<ReserveBody['kind']>;
  mode: 'auto' | NonNullable<ReserveBody['mode']>;
  every: 'daily' | 'weekly' | 'weekdays';
  /** GiB of its first disk, as written; empty: as its image's. */
  disk: string;
  /** Machines each time, as written, of what is repeated. */
  seats: string;
  /** The last day, `2027-01-31`. */
  until: string;
}

export const FIRST_CHOICE: Omit<Choice, 'at' | 'until'> = {
  when: 'now',
  span: '2h',
  openEnd: false,
  kind: 'auto',
  mode: 'auto',
  every: 'weekly',
  disk: '',
  seats: '1',
};

/** The zone of the browser, by its name. */
export const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Without an end: of a server, and never of what is repeated. */
export const isOpenEnd = ({ openEnd, when }: Pick<Choice, 'openEnd' | 'when'>): boolean => openEnd && when !== 'repeating';

/** The parts that a reservation and the question what is free have in common; without a size of its disk where that is no choice. */
export function askedFor(image: string, choice: Choice, zone: string, diskGrows = true): Omit<ReserveBody, 'id'> {
  const diskMiB = diskGrows ? diskMiBOf(choice.disk) : undefined;
  return {
    image,
    ...(choice.when === 'now' ? {} : { at: choice.at.replace('T', ' '), zone }),
    ...(isOpenEnd(choice) ? { openEnd: true } : { for: choice.span }),
    ...(choice.kind === 'auto' ? {} : { kind: choice.kind }),
    ...(choice.mode === 'auto' ? {} : { mode: choice.mode }),
    ...(diskMiB === undefined ? {} : { diskMiB }),
  };
}

/** 16 TiB, as the contract says. */
export const MOST_DISK_MIB = 16_777_216;

/** MiB of a size in GiB as it was written, with a point or a comma; undefined where it is none that any machine could have. */
export function diskMiBOf(gib: string): number | undefined {
  const mib = gib.trim() === '' ? Number.NaN : Math.ceil(Number(gib.replace(',', '.')) * 1024);
  return mib >= 1 && mib <= MOST_DISK_MIB ? mib : undefined;
}

/** Whether what was written is a size that a machine of an image with `leastMiB` can have; nothing written is. */
export function diskFits(gib: string, leastMiB: number): boolean {
  return gib.trim() === '' || (diskMiBOf(gib) ?? 0) >= leastMiB;
}

/** As the contract says. */
export const MOST_SEATS = 1_000;

/** Machines each time, where they are more than one. */
export function seatsOf({ seats }: Pick<Choice, 'seats'>): { seats?: number } {
  const n = Math.min(Math.trunc(Number(seats)), MOST_SEATS);
  return n > 1 ? { seats: n } : {};
}

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

/** The RRULE of RFC 5545. UNTIL as a date is the whole of that day, by the clocks of the zone. */
export function ruleOf({ every, at, until }: Pick<Choice, 'every' | 'at' | 'until'>): string {
  const last = until.replaceAll('-', '');
  if (every === 'daily') return `FREQ=DAILY;UNTIL=${last}`;
  if (every === 'weekdays') return `FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=${last}`;
  // The weekday of the day as it is written, whatever the zone of this browser.
  return `FREQ=WEEKLY;BYDAY=${DAYS[new Date(`${at.slice(0, 10)}T00:00Z`).getUTCDay()]};UNTIL=${last}`;
}

const pad = (n: number): string => String(n).padStart(2, '0');

/** A moment as an input of type datetime-local takes it, by the clocks of this browser. */
export function localInput(at: Date): string {
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** The next whole hour. */
export function nextHour(now: Date): Date {
  const at = new Date(now);
  at.setMinutes(0, 0, 0);
  at.setHours(at.getHours() + 1);
  return at;
}
