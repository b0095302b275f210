/** What the server found or refused, in the person's language: by its codes and what it names beside them. */
import type { Availability } from '../../../src/contract/calendar.ts';
import type { Finding } from '../../../src/contract/system.ts';
import type { Messages } from '../i18n/en.ts';
import type { Format } from '../i18n/format.ts';

const MIB = 1024 * 1024;

type Words = Pick<Messages, 'whyNot'>;
type Details = Readonly<Record<string, unknown>>;

function member<T extends object>(of: T, key: unknown): T[keyof T] | undefined {
  return typeof key === 'string' && Object.hasOwn(of, key) ? of[key as keyof T] : undefined;
}

/** The word for a name of the server's; the name itself where there is none. */
export function named(words: Readonly<Record<string, string>>, name: string): string {
  return member(words, name) ?? name;
}

/** What happened, as the audit log names it (`reservation.made`); that name where there are no words for it. */
export function actionText(action: string, t: Pick<Messages, 'auditWords'>): string {
  const at = action.indexOf('.');
  const [kind, verb] = [
    member(t.auditWords.kinds, action.slice(0, at)),
    member(t.auditWords.verbs, action.slice(at + 1).replace('.', '-')),
  ];
  return kind === undefined || verb === undefined ? action : `${kind}: ${verb}`;
}

/** Why a time cannot be had; undefined where `details` does not say it, or is of a server that is newer than the page. */
export function whyNotText(details: Details | undefined, t: Words, format: Format): string | undefined {
  if (details === undefined) return undefined;
  const { rule, resource, reason } = details;
  if (rule !== undefined) return breachText(details, t, format);
  if (resource === 'licence') return licenceText(details, t, format);
  if (resource !== undefined && resource !== 'maintenance') return roomText(details, t, format);
  if (typeof reason !== 'string') return undefined;
  const { until } = details;
  return typeof until === 'string' ? t.whyNot.maintenanceUntil(format.time(until), reason) : t.whyNot.maintenance(reason);
}

/** The same of an answer: what no details say is said by its code, with the server's own words behind it. */
export function reasonText(
  { code, message, details }: NonNullable<Availability['reason']>,
  t: Words & Pick<Messages, 'problems' | 'common'>,
  format: Format,
): string {
  const words = code === 'maintenance' ? undefined : t.problems[code];
  return whyNotText(details, t, format) ?? (words === undefined ? message : `${words.what}. ${t.common.said} ${message}`);
}

function breachText({ rule, limitMs, limit, group, at, until }: Details, t: Words, format: Format): string | undefined {
  if (rule === 'kind') return t.whyNot.kind;
  if (rule === 'at-once') return typeof limit === 'number' ? t.whyNot.atOnce(String(limit)) : undefined;
  if (rule === 'group-at-once') {
    if (typeof limit !== 'number' || typeof group !== 'string' || typeof at !== 'string') return undefined;
    const full = t.whyNot.groupAtOnce(group === '*' ? undefined : group, String(limit), format.time(at));
    return typeof until === 'string' ? `${full} ${t.whyNot.oneMoreAt(format.time(until))}` : full;
  }
  if (typeof limitMs !== 'number') return undefined;
  return rule === 'longest' || rule === 'total' || rule === 'ahead' ? t.whyNot[rule](format.span(limitMs)) : undefined;
}

function licenceText({ licence, at, until }: Details, t: Words, format: Format): string | undefined {
  if (typeof licence !== 'string' || typeof at !== 'string') return undefined;
  const taken = t.whyNot.licence(licence, format.time(at));
  return typeof until === 'string' ? `${taken} ${t.whyNot.freeAgain(format.time(until))}` : taken;
}

function roomText(details: Details, t: Words, format: Format): string | undefined {
  const { resource, at, free, wanted, part, largest } = details;
  if (typeof largest === 'number' && typeof wanted === 'number')
    return t.whyNot.tooLarge(format.bytes(wanted * MIB), format.bytes(largest * MIB));
  const what = member(t.whyNot.resources, resource);
  if (what === undefined || typeof at !== 'string' || typeof free !== 'number' || typeof wanted !== 'number') return undefined;
  const amount = (n: number) => (String(resource).endsWith('MiB') ? format.bytes(n * MIB) : String(n));
  const room = t.whyNot.room(format.time(at), what, amount(free), amount(wanted));
  return typeof part === 'string' && part !== 'span' ? `${room} ${t.whyNot.turnround}` : room;
}

type FindingWords = Pick<Messages, 'findings'> & { machines: Pick<Messages['machines'], 'conditions'> };

/** What is so; undefined where only the server's own words say it, as a driver's do. */
export function findingText({ kind, facts = {} }: Pick<Finding, 'kind' | 'facts'>, t: FindingWords): string | undefined {
  if (kind === 'power-changed') return member(t.findings.powers, facts['power']);
  if (kind !== 'condition') return member(t.findings.kinds, kind)?.text;
  return facts['condition'] === undefined ? t.findings.well : member(t.machines.conditions, facts['condition'])?.text;
}
