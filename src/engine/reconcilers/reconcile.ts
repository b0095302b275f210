/** The reconciler at work: reads provider and store, lets plan.ts judge, and mends what is due. */
import { WRITTEN_OFF } from '../../driver/index.ts';
import { CarrelError, isCode, describeError } from '../../lib/errors.ts';
import { type Ctx, makeCtx, sleep } from '../../lib/context.ts';
import * as assignments from '../../store/assignments.ts';
import * as audit from '../../store/audit.ts';
import * as deletions from '../../store/deletions.ts';
import * as images from '../../store/images.ts';
import * as jobs from '../../store/jobs.ts';
import * as machines from '../../store/machines.ts';
import * as masters from '../../store/masters.ts';
import { withoutWork } from '../../store/due.ts';
import * as reservations from '../../store/reservations.ts';
import type { Db, Tx } from '../../store/schema.ts';
import { damage, takeOutOfService } from '../damage.ts';
import { type Deletable, deleteProved } from '../deletes.ts';
import { endWithin } from '../intents/end.ts';
import { endKey, enqueueEnd, machineKey, provisionKey } from '../enqueue.ts';
import { recordSeen } from '../condition.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import { type Expected, type Finding, plan, type PlanLimits, type Strikes } from './plan.ts';

export interface Mended {
  finding: Finding;
  outcome: 'would-mend' | 'mended' | 'reported' | 'failed';
  problem?: string;
}

export interface ReconcileResult {
  providerId: string;
  complete: boolean;
  /** Places of it that could not be read, where others could. */
  unread: readonly string[];
  results: Mended[];
}

const LIMITS: PlanLimits = { strikes: 3, bulk: 5 };
/** Machines that went this recently are still compared: a rest of one is a leak, not a stranger. */
const GONE_LOOK_BACK_MS = 3_600_000;

export class Reconciler {
  readonly #deps: EngineDeps;
  readonly #strikes = new Map<string, Strikes>();

  constructor(deps: EngineDeps) {
    this.#deps = deps;
  }

  /**
   * One run over a provider. With `dryRun` nothing is changed or counted, and what is found is told as what would be done.
   * `askedFor`: a person asked for this run, and so one sight is enough; the rules of plan.ts about partial and bulk reads hold all the same.
   */
  async run(ctx: Ctx, providerId: string, options: { dryRun: boolean; askedFor: boolean }): Promise<ReconcileResult> {
    const driver = driverOf(this.#deps, providerId);
    // Nothing is there to look at, and nothing of it is missed.
    if (driver.kind === WRITTEN_OFF) return { providerId, complete: true, unread: [], results: [] };
    const before = await this.#expected(providerId);
    const seen = await driver.inventory(ctx);
    // Read again after the inventory: what began or ended in between is busy in one of the two and is left alone.
    const expected = union(before, await this.#expected(providerId));
    const limits = options.askedFor ? { ...LIMITS, strikes: 1 } : LIMITS;
    const judged = plan(seen, expected, this.#strikes.get(providerId) ?? new Map(), limits);
    if (!options.dryRun) this.#strikes.set(providerId, judged.strikes);
    const due = new Set(judged.due);
    const results: Mended[] = [];
    for (const finding of judged.findings) {
      if (!due.has(finding)) results.push({ finding, outcome: 'reported' });
      else if (options.dryRun) results.push({ finding, outcome: 'would-mend' });
      else results.push(await this.#mend(ctx, providerId, finding));
    }
    if (seen.complete) {
      for (const finding of await this.#cutOff(providerId, expected, judged.findings))
        results.push(options.dryRun ? { finding, outcome: 'would-mend' } : await this.#mend(ctx, providerId, finding));
    }
    if (!options.dryRun) await this.#rows();
    return { providerId, complete: seen.complete, unread: seen.places?.unread ?? [], results };
  }

  async #expected(providerId: string): Promise<Expected> {
    const { db } = this.#deps.store;
    const rows = await machines.forReconcile(db, providerId, new Date(this.#deps.now().getTime() - GONE_LOOK_BACK_MS));
    const busy = await jobs.busyIds(db);
    const recorded = new Set((await masters.onProvider(db, providerId)).map((m) => m.revisionId));
    const revisions = new Set([...recorded, ...(await images.revisionIds(db))]);
    return {
      machines: rows.map((m) => ({
        machineId: m.id,
        reservationId: m.holder ?? undefined,
        state: m.state,
        condition: m.condition,
        busy: busy.has(m.id),
      })),
      masters: [...revisions].map((revisionId) => ({ revisionId, recorded: recorded.has(revisionId), busy: busy.has(revisionId) })),
    };
  }

  /** Deletes that were begun and have no record, of what is not seen any more and nothing is at work on. */
  async #cutOff(providerId: string, expected: Expected, findings: readonly Finding[]): Promise<Finding[]> {
    const busy = new Set(
      [...expected.machines, ...expected.masters].filter((x) => x.busy).map((x) => ('machineId' in x ? x.machineId : x.revisionId)),
    );
    const seen = new Set(findings.map((f) => ('machineId' in f ? f.machineId : 'revisionId' in f ? f.revisionId : '')));
    return (await deletions.onProvider(this.#deps.store.db, providerId))
      .filter((d) => !busy.has(d.subjectId) && !seen.has(d.subjectId))
      .map((d): Finding => ({ kind: 'open-delete', of: d.kind, id: d.subjectId, action: 'prove' }));
  }

  async #mend(ctx: Ctx, providerId: string, finding: Finding): Promise<Mended> {
    const deps = this.#deps;
    const driver = driverOf(deps, providerId);
    try {
      switch (finding.kind) {
        case 'leaked-machine':
          await deleteProved(ctx, deps, deletable('machine', providerId, finding.machineId));
          break;
        case 'leaked-master':
          await deleteProved(ctx, deps, deletable('master', providerId, finding.revisionId));
          break;
        case 'open-delete':
          await deleteProved(ctx, deps, deletable(finding.of, providerId, finding.id));
          break;
        case 'changed-master': {
          const check = await driver.verifyMaster(ctx, finding.revisionId);
          if (check.ok) return { finding, outcome: 'reported', problem: 'every byte is what was sealed: it stays in service' };
          const what = check.files.flatMap((f) => (f.problem === undefined ? [] : [`${f.path}: ${f.problem}`])).join(', ');
          await takeOutOfService(deps, finding.revisionId, what, 'reconciler');
          // Nothing here can mend it, so it is told at each look until the revision is removed.
          return { finding, outcome: 'failed', problem: `${damage(what).message}; its revision is out of service` };
        }
        case 'stray':
          await driver.sweep(ctx, finding.stray);
          await this.#audit('reconciler.swept', 'provider', providerId, { ...finding.stray });
          break;
        case 'power-changed':
        case 'condition':
          await deps.store.tx((tx) => this.#recordSeen(tx, finding));
          break;
        case 'missing-machine':
          // One transaction: a machine that is lost with a reservation that nobody ends would stay so for ever.
          await deps.store.tx(async (tx) => {
            await this.#unclaimed(tx, finding);
            await machines.transition(tx, finding.machineId, 'vanished', {});
            await this.#audit('reconciler.lost', 'machine', finding.machineId, {}, tx);
            if (finding.reservationId !== undefined) await endWithin(deps, tx, finding.reservationId, 'machineLost', 'engine');
          });
          break;
        default:
          return { finding, outcome: 'reported' };
      }
      return { finding, outcome: 'mended' };
    } catch (error) {
      // What a saga has changed meanwhile is no longer ours to mend; the next run looks again.
      deps.log.warn({ finding, err: describeError(error) }, 'mending failed');
      return { finding, outcome: 'failed', problem: describeError(error) };
    }
  }

  async #recordSeen(tx: Tx, finding: Extract<Finding, { kind: 'power-changed' | 'condition' }>): Promise<void> {
    await this.#unclaimed(tx, finding);
    await recordSeen(this.#deps, tx, finding.machineId, finding, 'reconciler');
  }

  /**
   * Locks the machine's row and its reservation's; `conflict` if a run was asked for since they were looked at, or it is another's meanwhile:
   * what was seen is no longer so, or will not be. The machine's row first, as the sagas do.
   */
  async #unclaimed(tx: Tx, { machineId, reservationId }: { machineId: string; reservationId?: string }): Promise<void> {
    await machines.lock(tx, machineId);
    if (reservationId !== undefined) await reservations.lock(tx, reservationId);
    const keys = [machineKey(machineId), endKey(machineId)];
    if (reservationId !== undefined) keys.push(endKey(reservationId), provisionKey(reservationId));
    for (const key of keys)
      if (await jobs.liveJob(tx, key))
        throw new CarrelError('conflict', 'a run is at work on it since it was looked at', { retry: 'later' });
    if ((await assignments.holderOf(tx, machineId)) !== reservationId)
      throw new CarrelError('conflict', "it is another reservation's since it was looked at", { retry: 'later' });
  }

  /** Live reservations that no work stands behind: a promise whose job is gone. Ended in the ordinary way. */
  async #rows(): Promise<void> {
    const { store } = this.#deps;
    for (const row of await withoutWork(store.db)) {
      await store.tx(async (tx) => {
        const locked = await reservations.lock(tx, row.id);
        if (locked.state !== 'preparing' && locked.state !== 'ending') return;
        if ((await jobs.liveJob(tx, provisionKey(row.id))) || (await jobs.liveJob(tx, endKey(row.id)))) return;
        await reservations.transition(tx, row.id, 'end', { endAskedAt: this.#deps.now() });
        await enqueueEnd(tx, { reservationId: row.id, machineId: row.machineId, providerId: row.providerId });
      });
    }
  }

  #audit(
    action: string,
    subjectKind: 'machine' | 'revision' | 'provider',
    subjectId: string,
    detail: object,
    db: Db = this.#deps.store.db,
  ): Promise<void> {
    return audit.append(db, { at: this.#deps.now(), actor: 'reconciler', action, subjectKind, subjectId, detail });
  }
}

function deletable(kind: 'machine' | 'master', providerId: string, id: string): Deletable {
  return { providerId, kind, id, actor: 'reconciler', action: kind === 'machine' ? 'reconciler.destroyed' : 'reconciler.removed-master' };
}

/** A thing is busy if it was so in either reading, and known if either knew it. */
function union(a: Expected, b: Expected): Expected {
  const machineRows = new Map(a.machines.map((m) => [m.machineId, m]));
  for (const m of b.machines) machineRows.set(m.machineId, { ...m, busy: m.busy || (machineRows.get(m.machineId)?.busy ?? false) });
  const masterRows = new Map(a.masters.map((m) => [m.revisionId, m]));
  for (const m of b.masters) masterRows.set(m.revisionId, { ...m, busy: m.busy || (masterRows.get(m.revisionId)?.busy ?? false) });
  return { machines: [...machineRows.values()], masters: [...masterRows.values()] };
}

/** Runs over every open provider that is this server's to look after, each `everyMs` milliseconds until stopped. Returns how to stop. */
export function startReconciler(
  deps: EngineDeps,
  reconciler: Reconciler,
  everyMs: number,
  mine: (providerId: string) => boolean = () => true,
): () => Promise<void> {
  const stop = new AbortController();
  const loop = (async () => {
    const ctx = makeCtx({ signal: stop.signal, log: deps.log });
    for (;;) {
      for (const providerId of deps.drivers.keys()) {
        if (!mine(providerId)) continue;
        try {
          await reconciler.run(ctx, providerId, { dryRun: false, askedFor: false });
        } catch (error) {
          if (!stop.signal.aborted && !isCode(error, 'cancelled'))
            deps.log.warn({ providerId, err: describeError(error) }, 'a reconciler run failed');
        }
      }
      await sleep(ctx, everyMs);
    }
  })().catch(() => {});
  return async () => {
    stop.abort();
    await loop;
  };
}
