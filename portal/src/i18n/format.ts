/** Times and amounts as people of a language write them, in the zone of the browser. */

export interface Format {
  /** Date and time, without the date when it is today's. */
  time: (at: string | Date, now?: Date) => string;
  day: (at: Date) => string;
  clock: (at: Date) => string;
  /** In full. */
  weekday: (at: Date) => string;
  /** A day of the calendar, written `2027-01-31`, with its month in full. */
  date: (day: string) => string;
  /** A span of milliseconds, in its largest two units: `1 h 20 min`. */
  span: (ms: number) => string;
  bytes: (n: number) => string;
  /** Of a part of 1; whole, and never 100 before it is. */
  percent: (part: number) => string;
  /** Of MiB, rounded up, so that what is written as it stands here is no less. */
  gib: (mib: number) => string;
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

export function makeFormat(locale: string, timeZone?: string): Format {
  const zone = timeZone === undefined ? {} : { timeZone };
  const clock = new Intl.DateTimeFormat(locale, { ...zone, hour: '2-digit', minute: '2-digit' });
  const both = new Intl.DateTimeFormat(locale, {
    ...zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  const far = new Intl.DateTimeFormat(locale, {
    ...zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
  const day = new Intl.DateTimeFormat(locale, { ...zone, weekday: 'short', day: 'numeric', month: 'short' });
  const date = new Intl.DateTimeFormat('en-CA', { ...zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const weekday = new Intl.DateTimeFormat(locale, { ...zone, weekday: 'long' });
  // A day that is written is that day in every zone.
  const whole = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' });
  const units = Object.fromEntries(
    UNITS.map(([unit]) => [unit, new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' })]),
  ) as Record<(typeof UNITS)[number][0], Intl.NumberFormat>;
  const percent = new Intl.NumberFormat(locale, { style: 'percent' });
  return {
    percent: (part) => percent.format(Math.floor(part * 100) / 100),
    time(given, now = new Date()) {
      const at = new Date(given);
      if (date.format(at) === date.format(now)) return clock.format(at);
      return (Math.abs(at.getTime() - now.getTime()) < 180 * 86_400_000 ? both : far).format(at);
    },
    day: (at) => day.format(at),
    clock: (at) => clock.format(at),
    weekday: (at) => weekday.format(at),
    date: (written) => whole.format(new Date(`${written}T00:00Z`)),
    span(ms) {
      const first = UNITS.findIndex(([, size]) => ms >= size);
      if (first < 0) return units.second.format(Math.max(0, Math.round(ms / 1000)));
      const [unit, size] = UNITS[first] as (typeof UNITS)[number];
      const smaller = UNITS[first + 1];
      // Seconds beside minutes are noise, unless there are only few minutes.
      if (smaller === undefined || (smaller[0] === 'second' && ms >= 300_000)) return units[unit].format(Math.round(ms / size));
      const whole = Math.floor(ms / size);
      const rest = Math.floor((ms - whole * size) / smaller[1]);
      return rest === 0 ? units[unit].format(whole) : `${units[unit].format(whole)} ${units[smaller[0]].format(rest)}`;
    },
    gib: (mib) => `${new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(Math.ceil((mib / 1024) * 100) / 100)} GiB`,
    bytes(n) {
      const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
      const power = n < 1 ? 0 : Math.min(names.length - 1, Math.floor(Math.log2(n) / 10));
      return `${new Intl.NumberFormat(locale, { maximumFractionDigits: power === 0 ? 0 : 1 }).format(n / 1024 ** power)} ${names[power]}`;
    },
  };
}
