import { durationMs } from './duration.ts';
import type { CalendarServices, SaidTime, MachineRequest } from './interface.ts';
import type { Availability, Maintenance, RuleChange, Rules } from '../contract/calendar.ts';
import { ROLES } from '../contract/roles.ts';
import { type Obstacle, partText } from '../core/calendar.ts';
import { TOO_LARGE_HINT, tooLargeText } from '../core/capacity.ts';
import { readTime } from '../core/local-time.ts';
import { EVERYBODY, type SaidRule, type SiteRules } from '../core/rules.ts';
import type { ReservationKind } from '../core/reservation.ts';
import * as answers from '../engine/intents/availability.ts';
import { addClosure, removeClosure } from '../engine/intents/closures.ts';
import { startsOf } from '../engine/intents/series.ts';
import { startOf as startAhead } from '../engine/intents/reservation.ts';
import { breachError, lockSiteRules, rulesOf, saveSiteRules, siteRules, type Who } from '../engine/intents/terms.ts';
import { CarrelError } from '../lib/errors.ts';
import * as audit from '../store/audit.ts';
import * as calendar from '../store/calendar.ts';
import { takenText } from '../store/licences.ts';
import * as providers from '../store/providers.ts';
import type * as rows from '../store/schema.ts';
import { given, iso, type Parts } from './parts.ts';

/** So many of the reservations that a window touches are named: the contract says so too. */
const MOST_TOUCHED = 1000;
const KINDS: readonly ReservationKind[] = ['lab', 'long', 'imaging', 'server'];

/** The moment that somebody wrote down; `bad-request` with what is wrong with it. */
export function moment(said: SaidTime, now: Date): Date {
  const read = readTime(said.text, said.zone, now);
  if ('at' in read) return read.at;
  throw new CarrelError('bad-request', read.problem, {
    hint: 'Write it like 14:00, "tomorrow 14:00", "2026-11-25 14:00", or 2026-11-25T14:00Z.',
  });
}

/** A request with its start as a moment, and its end as a span. `bad-request` for an end before its start. */
export function startOf<W extends MachineRequest>(request: W, now: Date): W & { startsAt: Date | undefined } {
  const startsAt = request.at && moment(request.at, now);
  if (request.until === undefined) return { ...request, startsAt };
  const from = startsAt ?? now;
  // A clock's time alone is the next one after the start: "13:00 until 9:00" is over night.
  const end = moment(request.until, from);
  const forMs = end.getTime() - from.getTime();
  if (forMs > 0) return { ...request, startsAt, forMs };
  throw new CarrelError('bad-request', `it would end at ${end.toISOString()}, before it begins`, { hint: 'Give a later "until".' });
}

function seriesStarts(rule: string, said: SaidTime | undefined, startsAt: Date | undefined): readonly Date[] {
  if (said !== undefined && startsAt !== undefined) return startsOf({ rule, startsAt, zone: said.zone });
  throw new CarrelError('bad-request', 'a rule needs the day and the time of its start', {
    hint: 'give "at", and the "zone" of its clocks',
  });
}

const spanEnd = (end: number): string | undefined => (end === Number.POSITIVE_INFINITY ? undefined : new Date(end).toISOString());

const UNITS = { machines: 'machines', memoryMiB: 'MiB of memory', vcpus: 'virtual CPUs', storageMiB: 'MiB of storage' } as const;

function whyNot(answer: answers.Availability): Availability['reason'] {
  if (answer.refusal) {
    const { code, message, hint, details } = answer.refusal;
    const text = hint === undefined ? message : `${message}: ${hint}`;
    return { code: code as 'not-supported' | 'bad-request', message: text, details: { ...details } };
  }
  if (answer.breach) {
    const error = breachError(answer.breach, answer.kind);
    return { code: error.code as 'limit-reached' | 'not-allowed', message: error.message, details: error.details };
  }
  return answer.obstacle && obstacleText(answer.obstacle);
}

function obstacleText(what: Obstacle): NonNullable<Availability['reason']> {
  if (what.kind === 'maintenance') {
    const details = given({ from: new Date(what.from).toISOString(), until: spanEnd(what.until), reason: what.reason });
    return {
      code: 'maintenance',
      message: `it is closed for maintenance ${details.until ? `until ${details.until}` : 'until further notice'}: ${what.reason}`,
      details,
    };
  }
  if (what.kind === 'licence') {
    const { licence, at, until } = what;
    const details = {
      resource: 'licence',
      licence,
      wanted: 1,
      free: 0,
      at: new Date(at).toISOString(),
      ...given({ until: spanEnd(until) }),
    };
    return { code: 'no-capacity', message: takenText(licence, at, until), details };
  }
  const { resource, wanted, free, part, largest } = what;
  if (largest !== undefined) {
    const message = `it cannot be made at any time: ${tooLargeText(wanted, largest)}: ${TOO_LARGE_HINT}`;
    return { code: 'no-capacity', message, details: { resource, wanted, free, largest } };
  }
  const at = new Date(what.at).toISOString();
  return {
    code: 'no-capacity',
    message: `at ${at} there are ${free} ${UNITS[resource]} left and this needs ${wanted}${partText(part)}`,
    details: { at, resource, wanted, free, part },
  };
}

/** Open connections are noted once a minute, so what is shorter than some of these would end what is used. In milliseconds. */
const LEAST_IDLE_MS = 5 * 60_000;

function idleMs(ms: number | null): number | null {
  if (ms !== null && ms < LEAST_IDLE_MS)
    throw new CarrelError('bad-request', 'the time without anybody is at least 5 minutes', { hint: 'give 5m or more, or any' });
  return ms;
}

/** A change as it is kept: spans in milliseconds. */
function kept(change: RuleChange): Partial<SaidRule> {
  const { allowed, longest, total, ahead, atOnce, groupAtOnce, checkpoints, connectWithin, idleAfter, tellEnd } = change;
  const ms = (span: string | null) => (span === null ? null : durationMs(span));
  return {
    ...(allowed === undefined ? {} : { allowed }),
    ...(longest === undefined ? {} : { longestMs: ms(longest) }),
    ...(total === undefined ? {} : { totalMs: ms(total) }),
    ...(ahead === undefined ? {} : { aheadMs: durationMs(ahead) }),
    ...(atOnce === undefined ? {} : { atOnce }),
    ...(groupAtOnce === undefined ? {} : { groupAtOnce }),
    ...(checkpoints === undefined ? {} : { checkpoints }),
    ...(connectWithin === undefined ? {} : { connectWithinMs: ms(connectWithin) }),
    ...(tellEnd === undefined ? {} : { tellEndMs: ms(tellEnd) ?? 0 }),
    ...(idleAfter === undefined ? {} : { idleAfterMs: idleMs(ms(idleAfter)) }),
  };
}

/** The site's rules with this one in place of what it says of the kind and group; one that says nothing is left out. */
function without(site: SiteRules, group: string, kind: ReservationKind, rule: Partial<SaidRule>): SiteRules {
  const { [kind]: _, ...others } = site[group] ?? {};
  const kinds = Object.keys(rule).length === 0 ? others : { ...others, [kind]: rule };
  const { [group]: __, ...groups } = site;
  return Object.keys(kinds).length === 0 ? groups : { ...groups, [group]: kinds };
}

export function calendarServices({ deps }: Parts): CalendarServices {
  const { db } = deps.store;

  async function show(list: readonly rows.Closure[]): Promise<Maintenance[]> {
    const names = new Map((await providers.list(db)).map((p) => [p.id, p.name]));
    const touched = await calendar.touched(
      db,
      list.map((row) => row.id),
      MOST_TOUCHED,
    );
    return list.map((row) => ({
      id: row.id,
      provider: names.get(row.providerId) ?? row.providerId,
      startsAt: row.during.start.toISOString(),
      reason: row.reason,
      createdBy: row.createdBy,
      reservations: touched.get(row.id) ?? [],
      ...given({ endsAt: iso(row.during.end) }),
    }));
  }

  async function rules(who: Who): Promise<Rules> {
    const rule = await rulesOf(db, who);
    return {
      mine: KINDS.map((kind) => ({ kind, ...rule(kind), together: [...rule(kind).together] })),
      site: (await siteRules(db)) as Rules['site'],
    };
  }

  return {
    async availability(caller, request) {
      const asked = startOf(request, deps.now());
      const starts = request.rule === undefined ? undefined : seriesStarts(request.rule, request.at, asked.startsAt);
      const answer = await answers.availability(deps, caller, { ...asked, starts });
      const provider = await providers.find(db, answer.providerId);
      return {
        image: answer.image,
        revision: answer.revision,
        provider: provider.name,
        kind: answer.kind,
        startsAt: answer.from.toISOString(),
        possible: answer.possible,
        free: answer.free.map(({ start, end }) => ({ from: new Date(start).toISOString(), ...given({ until: spanEnd(end) }) })),
        horizon: answer.horizon.toISOString(),
        prepareMs: answer.leadMs,
        disk: answer.disk,
        ...given({
          endsAt: spanEnd(answer.from.getTime() + answer.forMs),
          reason: whyNot(answer),
          next: iso(answer.next),
          estimate: answer.estimate,
          times: starts && answer.times.map(({ at, free }) => ({ at: at.toISOString(), free })),
        }),
      };
    },
    async listMaintenance() {
      return show(await calendar.closures(db, undefined, { start: deps.now(), end: null }));
    },
    async addMaintenance(caller, { provider: name, at, forMs, reason }) {
      const provider = (await providers.list(db)).find((p) => p.name === name);
      if (!provider) throw new CarrelError('not-found', `there is no provider ${name}`, { hint: 'List them with `carrel provider ls`.' });
      const start = startAhead(at && moment(at, deps.now()), deps.now());
      const [shown] = await show([await addClosure(deps, caller, { providerId: provider.id, start, forMs, reason })]);
      return shown as Maintenance;
    },
    removeMaintenance: (caller, id) => removeClosure(deps, caller, id),
    showRules: (caller) => rules(caller),
    async setRule(caller, change) {
      const group = change.group ?? EVERYBODY;
      await deps.store.tx(async (tx) => {
        await lockSiteRules(tx);
        const site = await siteRules(tx);
        // What was said of one in former times can be taken away.
        if (group !== EVERYBODY && !(ROLES as readonly string[]).includes(group) && site[group] === undefined) {
          throw new CarrelError('bad-request', `there is no group ${group}`, {
            hint: `The groups are ${ROLES.join(' and ')}; without one it is for everybody.`,
          });
        }
        const before = change.reset ? {} : site[group]?.[change.kind];
        const next = without(site, group, change.kind, { ...before, ...kept(change) });
        await saveSiteRules(tx, next);
        await audit.append(tx, {
          at: deps.now(),
          actor: caller.name,
          action: 'rule.changed',
          subjectKind: 'account',
          subjectId: group,
          detail: change,
        });
      });
      return rules(caller);
    },
  };
}
