import { parseDuration } from '../core/reservation.ts';
import { CarrelError } from '../lib/errors.ts';

const ISO = /^P(?=\d|T\d)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;
/** Weeks, days, hours, minutes, seconds, in milliseconds. */
const ISO_UNITS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000];

/** Ten years: longer than any reservation or token, short enough for every date that comes of it. In milliseconds. */
export const LONGEST_MS = 10 * 365 * 86_400_000;

function parseIso(text: string): number | undefined {
  const match = ISO.exec(text.trim());
  if (match === null) return undefined;
  const total = ISO_UNITS.reduce((sum, unit, i) => sum + Number(match[i + 1] ?? 0) * unit, 0);
  return total > 0 ? Math.round(total) : undefined;
}

/** Milliseconds of a span in Carrel's or ISO 8601's syntax; `bad-request` if it is neither, nothing, or more than ten years. */
export function durationMs(text: string): number {
  const ms = parseDuration(text) ?? parseIso(text);
  const hint = 'Write it like 2h, 90m, 1d12h, or PT2H.';
  if (ms === undefined) throw new CarrelError('bad-request', `"${text}" is no span of time`, { hint });
  if (ms > LONGEST_MS) throw new CarrelError('bad-request', `"${text}" is longer than ten years`, { hint });
  if (ms < 1000) throw new CarrelError('bad-request', `"${text}" is shorter than a second`, { hint });
  return ms;
}
