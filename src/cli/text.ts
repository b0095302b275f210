/** Answers as text for people. */
import type { MachineQuestion } from '../contract/machines.ts';

// Control characters and those that turn the direction of text round: a description or a guest's own words must not steer a terminal.
// oxlint-disable-next-line no-control-regex
const STEERING = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** One line that is safe at a terminal. */
export function plain(text: string): string {
  return text.replace(STEERING, '\ufffd');
}

/** Text of several lines that is safe at a terminal. */
export function lines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split('\t').map(plain).join('\t'))
    .join('\n');
}

/** The last lines of the serial console, which a failure to become ready brings along; empty where there are none. */
export function lastLines(failure: { details?: Record<string, unknown> } | undefined): string {
  const said = failure?.details?.['console'];
  return typeof said === 'string' && said !== '' ? `\nlast lines of its serial console:\n${lines(said)}` : '';
}

type Cell = string | number | undefined;

const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g;

/** What the server says with moments in it (ISO 8601, UTC), with these as the reader's own clock shows them, to the second. */
export function localTimes(text: string): string {
  return text.replace(INSTANT, (iso) => {
    const seconds = new Date(iso).getSeconds();
    return seconds === 0 ? clock(iso) : `${clock(iso)}:${String(seconds).padStart(2, '0')}`;
  });
}

/** A cell that is a moment, and nothing else: people's own words stay as they wrote them. */
function cellText(cell: Cell): string {
  const text = String(cell ?? '');
  return plain(text.replace(INSTANT, '') === '' ? localTimes(text) : text);
}

/** Columns of text, as wide as they need to be. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(cellText));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return cells.map((row) => line(row).trimEnd()).join('\n');
}

/** Names and values, one a line; what is not known is left out. */
export function facts(pairs: readonly (readonly [string, Cell])[]): string {
  const known = pairs.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${plain(name).padEnd(width)}  ${cellText(value)}`).join('\n');
}

export function bytes(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = n;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

/** `2026-11-28 22:15`, as the clock on the reader's own wall shows it: their zone is that of the process (`TZ`). Programs take `--json`. */
export function clock(iso: string): string {
  const at = new Date(iso);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** `in 1h 20m`, `now`, `5m ago`. */
export function when(iso: string | undefined, now = Date.now()): string {
  if (iso === undefined) return '';
  const minutes = Math.round((Date.parse(iso) - now) / 60_000);
  const n = Math.abs(minutes);
  if (n === 0) return 'now';
  const text = n < 60 ? `${n}m` : n < 2880 ? `${Math.floor(n / 60)}h ${n % 60}m` : `${Math.floor(n / 1440)}d`;
  return minutes >= 0 ? `in ${text}` : `${text} ago`;
}

/** The first group of an id: enough to name it by. */
export function short(id: string): string {
  return id.slice(0, 8);
}

/** A failure that is part of an answer. */
export function failureText(failure: { message: string; hint?: string } | undefined): string | undefined {
  if (failure === undefined) return undefined;
  return failure.hint === undefined ? failure.message : `${failure.message} (${failure.hint})`;
}

/** `4.2s`, `3m 20s`, `2h`, `1d 12h`: a span of milliseconds. */
export function span(ms: number): string {
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))}s`;
  const parts = [
    [Math.floor(ms / 86_400_000), 'd'],
    [Math.floor(ms / 3_600_000) % 24, 'h'],
    [Math.floor(ms / 60_000) % 60, 'm'],
    [Math.round(ms / 1000) % 60, 's'],
  ] as const;
  const said = parts.filter(([n]) => n > 0).slice(0, 2);
  return said.map(([n, unit]) => `${n}${unit}`).join(' ');
}

/** What a hypervisor asks, and what may be answered. */
export function questionText({ text, choices, preset }: MachineQuestion): string {
  const answers = choices.map(({ key, label }) => `${plain(key)} (${plain(label)}${key === preset ? ', suggested' : ''})`);
  return `${plain(text)} Answers: ${answers.join(', ')}`;
}
