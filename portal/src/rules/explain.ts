/** What went wrong, in the person's language. */
import { ApiError, UnreachableError } from '../../../src/client/errors.ts';
import type { ProblemCode } from '../../../src/contract/problem.ts';
import type { Provider } from '../../../src/contract/providers.ts';
import type { Reservation } from '../../../src/contract/reservations.ts';
import type { Messages } from '../i18n/en.ts';
import type { Format } from '../i18n/format.ts';
import { whyNotText } from './reasons.ts';

/** The sentence about a reservation; the server's own, in English, where it has no code that is known here. */
export function noticeText(
  { notice, stageText }: Pick<Reservation, 'notice' | 'stageText'>,
  t: Pick<Messages, 'notices'>,
  format: Pick<Format, 'time' | 'span'>,
): string {
  if (notice === undefined || !Object.hasOwn(t.notices, notice.code)) return stageText;
  const after = spanText(notice.facts['after'] ?? '', format);
  return t.notices[notice.code]({ ...GAPS, ...notice.facts, after }, (at) => format.time(at));
}

const GAPS = { at: '', name: '', op: '', from: '', to: '', place: '', places: '', percent: '', why: '' };

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** A span as the server writes it, such as `1h 30m`, as people here do. */
function spanText(span: string, format: Pick<Format, 'span'>): string {
  const parts = span.split(' ').map((part) => /^(\d+)([dhms])$/.exec(part));
  if (parts.includes(null)) return span;
  return format.span(parts.reduce((sum, part) => sum + Number(part?.[1]) * (UNIT_MS[part?.[2] ?? ''] ?? 0), 0));
}

/** The same of one of its notes. */
export function noteText(
  note: string,
  notice: Reservation['notice'] | null,
  t: Pick<Messages, 'notices'>,
  format: Pick<Format, 'time' | 'span'>,
): string {
  return noticeText({ stageText: note, ...(notice ? { notice } : {}) }, t, format);
}

/** Why it is where it is; the server's own sentence where it has a part that is not known here, undefined where there was no other place. */
export function placementText(
  { placement, placementNotices: parts }: Pick<Reservation, 'placement' | 'placementNotices'>,
  t: Pick<Messages, 'notices'>,
  format: Pick<Format, 'time' | 'span'>,
): string | undefined {
  if (placement === undefined || parts?.every(({ code }) => Object.hasOwn(t.notices, code)) !== true) return placement;
  return parts.map((notice) => noticeText({ stageText: placement, notice }, t, format)).join(' ');
}

/** Only what is needed of the catalogue. */
type Words = Pick<Messages, 'common' | 'problems' | 'notRunning' | 'whyNot'>;

export interface Explained {
  title: string;
  hint: string | undefined;
  /** The server's own words, in English, where what stands above is a translation of their code and says less. */
  said: string | undefined;
}

/** Why a provider is not up; undefined where it is. */
export function providerProblem(
  { problem, problemNotice: notice, problemCode: code }: Pick<Provider, 'problem' | 'problemNotice' | 'problemCode'>,
  t: Pick<Messages, 'notices' | 'problems' | 'faults'>,
  format: Pick<Format, 'time' | 'span'>,
): Omit<Explained, 'hint'> | undefined {
  if (problem === undefined) return undefined;
  const what = code === undefined ? undefined : (t.faults[code as ProblemCode] ?? t.problems[code as ProblemCode]?.what);
  if (what !== undefined) return { title: what, said: problem };
  return { title: noticeText({ stageText: problem, ...(notice ? { notice } : {}) }, t, format), said: undefined };
}

/** What went wrong in the person's language: what, and what to do. */
export function explain(error: unknown, t: Words, format: Format): Explained {
  if (error instanceof UnreachableError) return { title: t.common.unreachable, hint: undefined, said: undefined };
  if (error instanceof ApiError) return explainCode(error, t, format);
  return { title: error instanceof Error ? error.message : String(error), hint: undefined, said: undefined };
}

/** Codes whose details say what is in the way. */
const ABOUT_ROOM = new Set(['no-capacity', 'limit-reached', 'not-allowed']);

interface Failed {
  code: string;
  message: string;
  hint?: string | undefined;
  details?: Record<string, unknown> | undefined;
}

/** The same of what the server keeps about a failure. */
export function explainCode({ code, message, hint, details }: Failed, t: Words, format: Format): Explained {
  const state = code === 'wrong-state' ? details?.['state'] : undefined;
  const why =
    typeof state === 'string' && Object.hasOwn(t.notRunning, state) ? t.notRunning[state as keyof Words['notRunning']] : undefined;
  if (why !== undefined) return { title: why.what, hint: why.todo, said: undefined };
  const words = t.problems[code as ProblemCode];
  if (words === undefined) return { title: message, hint, said: undefined };
  const which = ABOUT_ROOM.has(code) ? whyNotText(details, t, format) : undefined;
  return {
    title: words.what,
    hint: which === undefined ? words.todo : `${which} ${words.todo}`,
    said: hint === undefined ? message : `${message}. ${hint}`,
  };
}
