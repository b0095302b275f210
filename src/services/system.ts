import { Gauge, type Registry } from 'prom-client';
import type { SystemServices } from './interface.ts';
import type { Finding } from '../contract/system.ts';
import type { Job } from '../contract/machines.ts';
import type { CapacityLimits } from '../core/capacity.ts';
import { CONDITION_WORDS } from '../core/condition.ts';
import type { Mended } from '../engine/reconcilers/reconcile.ts';
import { findingKey } from '../engine/reconcilers/plan.ts';
import { makeCtx } from '../lib/context.ts';
import { CarrelError, describeError } from '../lib/errors.ts';
import * as audit from '../store/audit.ts';
import * as jobs from '../store/jobs.ts';
import * as machines from '../store/machines.ts';
import * as providers from '../store/providers.ts';
import { countJobs, listJobs } from '../store/queue.ts';
import * as servers from '../store/servers.ts';
import type * as rows from '../store/schema.ts';
import { follow, lastEventId } from './follow.ts';
import { readAbout, textIn } from './job-about.ts';
import { given, iso, page, type Parts } from './parts.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function systemServices(parts: Parts): SystemServices {
  const { deps } = parts;
  const { db } = deps.store;
  return {
    async readiness() {
      const store = await db
        .selectNoFrom((eb) => eb.lit(1).as('one'))
        .execute()
        .then(
          () => ({ name: 'store', ok: true }),
          (error: unknown) => ({ name: 'store', ok: false, detail: describeError(error) }),
        );
      const checks = [
        store,
        { name: 'providers', ok: deps.drivers.size > 0, ...(deps.drivers.size > 0 ? {} : { detail: 'no provider is open' }) },
      ];
      return { ready: checks.every((c) => c.ok), checks };
    },
    async reconcile(caller, { dryRun }, signal) {
      const names = new Map((await providers.list(db)).map((p) => [p.id, p.name]));
      const ctx = makeCtx({ signal, log: deps.log });
      const findings: Finding[] = [];
      let complete = true;
      const unread: string[] = [];
      for (const providerId of deps.drivers.keys()) {
        const result = await parts.reconciler.run(ctx, providerId, { dryRun, askedFor: true });
        complete &&= result.complete;
        unread.push(...result.unread.map((place) => `${names.get(providerId) ?? providerId}: ${place}`));
        findings.push(...result.results.map((r) => showFinding(r, names.get(providerId) ?? providerId)));
      }
      if (!dryRun) {
        await audit.append(db, {
          at: deps.now(),
          actor: caller.name,
          action: 'reconcile.asked',
          subjectKind: 'provider',
          subjectId: 'all',
          detail: { findings: findings.length },
        });
      }
      return { dryRun, complete, ...(unread.length === 0 ? {} : { unread }), findings };
    },
    async listServers() {
      return (await servers.list(db)).map((row) => ({
        ...{ id: row.id, name: row.name, state: row.state, version: row.version, hosts: row.hosts, holds: row.holds },
        startedAt: row.startedAt.toISOString(),
        heardAt: row.beatAt.toISOString(),
        ...given({ url: row.url }),
      }));
    },
    async forgetServer(caller, id) {
      return deps.store.tx(async (tx) => {
        const row = (await servers.list(tx)).find((s) => s.id === id);
        if (row === undefined) return false;
        if (row.state === 'up') throw new CarrelError('wrong-state', `${row.name} serves`, { hint: 'Stop it first.' });
        const [host] = (await providers.list(tx)).filter((p) => p.serverId === id && p.writtenOffAt === null);
        if (host !== undefined) {
          throw new CarrelError('has-children', `${host.name} is the host of ${row.name}, and what is there counts as being there`, {
            hint: `If it is gone for good: \`carrel provider write-off ${host.name} --reason TEXT\`, then again.`,
          });
        }
        await servers.forget(tx, id);
        const detail = { name: row.name, state: row.state };
        await audit.append(tx, {
          at: deps.now(),
          actor: caller.name,
          action: 'server.forgotten',
          subjectKind: 'server',
          subjectId: id,
          detail,
        });
        return true;
      });
    },
    async listAudit({ limit, after, subject }) {
      const before = after === undefined ? undefined : Number(after);
      if (before !== undefined && !Number.isSafeInteger(before))
        throw new CarrelError('bad-request', '"after" is not the "next" of an earlier page');
      const list = await audit.list(db, { limit: limit + 1, before, subjectId: subject });
      return page(
        list,
        limit,
        (row) => ({
          id: String(row.id),
          at: row.at.toISOString(),
          actor: row.actor,
          action: row.action,
          subjectKind: row.subjectKind,
          subjectId: row.subjectId,
          detail: row.detail,
        }),
        (row) => String(row.id),
      );
    },
    async listJobs({ limit, after, state }) {
      if (after !== undefined && !(UUID.test(after) && (await jobs.findJob(db, after))))
        throw new CarrelError('bad-request', '"after" is not the "next" of an earlier page');
      const found = await listJobs(db, { limit: limit + 1, after, ...(state ? { states: [state] } : {}) });
      const about = await readAbout(db, found);
      return page(
        found,
        limit,
        (row) => showJob(row, about(row)),
        (row) => row.id,
      );
    },
    async showJob(id) {
      const row = await jobs.findJob(db, id);
      if (!row) return undefined;
      const steps = await jobs.jobSteps(db, id);
      return {
        ...showJob(row, (await readAbout(db, [row]))(row)),
        steps: steps.map((s) => ({
          seq: s.seq,
          name: s.name,
          state: s.state,
          startedAt: s.startedAt.toISOString(),
          ...given({ finishedAt: iso(s.finishedAt) }),
        })),
      };
    },
    async retryJob(caller, id) {
      const row = await jobs.findJob(db, id);
      if (!row) return undefined;
      if (!(await jobs.unstick(db, id))) throw new CarrelError('wrong-state', `the job is ${row.state}, not stuck`);
      await audit.append(db, {
        at: deps.now(),
        actor: caller.name,
        action: 'job.retried',
        subjectKind: 'job',
        subjectId: id,
        detail: { saga: row.saga },
      });
      const now = await jobs.findJob(db, id);
      return now && showJob(now, (await readAbout(db, [now]))(now));
    },
    lastEventId: () => lastEventId(deps.store),
    events: (request) => follow(deps.store, request),
  };
}

function showJob(row: rows.Job, about: Job['about']): Job {
  return {
    id: row.id,
    saga: row.saga,
    key: row.key,
    lane: row.lane,
    state: row.state,
    direction: row.direction,
    attempt: row.attempt,
    about,
    cancelAsked: row.cancelAsked,
    runAt: row.runAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    ...given({
      account: textIn(row.input, 'actor'),
      error: row.error,
      progress: row.state === 'running' ? row.progress : undefined,
      finishedAt: iso(row.finishedAt),
    }),
  };
}

function factsOf(finding: Mended['finding']): Finding['facts'] {
  if (finding.kind === 'power-changed') return { power: finding.power };
  return finding.kind === 'condition' && finding.condition !== undefined ? { condition: finding.condition } : undefined;
}

function showFinding({ finding, outcome, problem }: Mended, provider: string): Finding {
  const detail: Record<Mended['finding']['kind'], string> = {
    'leaked-machine': 'it carries our tag, and no reservation has it',
    'missing-machine': 'it is on record, and it is not there',
    'power-changed': 'power' in finding ? `it is ${finding.power} now` : '',
    condition:
      'condition' in finding && finding.condition !== undefined
        ? `its machine ${CONDITION_WORDS[finding.condition].says}; ${CONDITION_WORDS[finding.condition].wayOut}`
        : 'nothing is the matter with it any more',
    'leaked-master': 'it carries our tag, and no revision has it',
    'missing-master': 'a revision has it, and it is not there: stop handing it out and restore it from a backup',
    'open-delete': 'its delete was cut off before its proof was kept',
    'changed-master': 'what' in finding ? finding.what : '',
    stray: 'stray' in finding ? finding.stray.detail : '',
    foreign:
      'detail' in finding && finding.detail ? `${finding.detail}; it is left alone` : 'it does not carry our tag, so it is left alone',
    frozen: 'reason' in finding ? finding.reason : '',
  };
  const subject = findingKey(finding).slice(finding.kind.length + 1);
  return {
    kind: finding.kind,
    provider,
    subject,
    detail: detail[finding.kind],
    ...given({ facts: factsOf(finding) }),
    action: finding.action,
    outcome,
    ...given({ problem }),
  };
}

/** What the site is asked for by Prometheus: jobs by state, machines and promised memory by provider. Read at each scrape. */
export function addMetrics(registry: Registry, { deps }: Parts): void {
  new Gauge({
    name: 'carrel_jobs',
    help: 'Saga runs by state.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const [state, n] of Object.entries(await countJobs(deps.store.db))) this.set({ state }, n ?? 0);
    },
  });
  const perProvider = (name: string, help: string, pick: (used: CapacityLimits) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['provider'],
      registers: [registry],
      async collect() {
        for (const provider of await providers.list(deps.store.db)) {
          this.set({ provider: provider.name }, Number(pick(await machines.used(deps.store.db, provider.id))));
        }
      },
    });
  perProvider('carrel_machines', 'Machines that hold capacity.', (used) => used.machines);
  perProvider('carrel_machine_memory_mib', 'Memory promised to machines, in MiB.', (used) => used.memoryMiB);
  perProvider('carrel_machine_vcpus', 'Virtual CPUs promised to machines.', (used) => used.vcpus);
  perProvider('carrel_machine_storage_mib', 'Storage promised to disks of machines, in MiB.', (used) => used.storageMiB);
}
