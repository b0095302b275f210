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
};

/** The zone of the browser, by its name. */
export const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The parts that a reservation and the question what is free have in common. */
export function askedFor(image: string, choice: Choice, zone: string): Omit<ReserveBody, 'id'> {
  return {
    image,
    ...(choice.when === 'now' ? {} : { at: choice.at.replace('T', ' '), zone }),
    ...(choice.openEnd ? { openEnd: true } : { for: choice.span }),
    ...(choice.kind === 'auto' ? {} : { kind: choice.kind }),
    ...(choice.mode === 'auto' ? {} : { mode: choice.mode }),
  };
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
