/** Carrel as the benchmarks drive it: the whole control plane in this process, asked through its services, without HTTP. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Caller } from '../../src/services/interface.ts';
import type { CloneMode } from '../../src/contract/common.ts';
import type { Revision } from '../../src/contract/images.ts';
import type { Reservation } from '../../src/contract/reservations.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { makeLogger } from '../../src/lib/log.ts';
import { type ControlPlane, startControlPlane } from '../../src/main/control-plane.ts';
import { openInstallation } from '../../src/main/installation.ts';
import { makeSshKey, type SshKey } from '../../src/lib/ssh-key.ts';
import { sshRun } from '../../src/main/ssh-login.ts';
import { findProcesses, killProcess } from '../../src/qemu/process.ts';
import * as accounts from '../../src/store/accounts.ts';
import type { Scene } from './scene.ts';
import { cpuSeconds, family, processes } from './usage.ts';

export const IMAGE = 'starter';
const WAIT_MS = 15 * 60_000;

/** Milliseconds since the reservation was asked for, by what had happened; `login` is the whole. */
export interface Lent {
  reservation: Reservation;
  pid: number;
  folder: string;
  stages: Record<string, number>;
}

/** Wakes whoever waits for a reservation or revision as soon as the store tells of a change. */
class Follower {
  readonly #waiting = new Set<(subject: string) => void>();

  constructor(plane: ControlPlane, after: string, signal: AbortSignal) {
    void (async () => {
      for await (const event of plane.services.events({ after, signal })) for (const wake of this.#waiting) wake(event.subject ?? '');
    })().catch(() => {});
  }

  /** Looks at once and after each event of the subject, until `check` gives something. */
  async until<T>(subject: string, check: () => Promise<T | undefined>): Promise<T> {
    let heard!: () => void;
    let next = new Promise<void>((resolve) => (heard = resolve));
    const wake = (of: string) => {
      if (of === subject) heard();
    };
    this.#waiting.add(wake);
    const deadline = performance.now() + WAIT_MS;
    try {
      for (;;) {
        const found = await check();
        if (found !== undefined) return found;
        if (performance.now() > deadline) throw new Error(`nothing came of ${subject} in ${WAIT_MS} ms`);
        let timer: NodeJS.Timeout | undefined;
        await Promise.race([next, new Promise<void>((resolve) => (timer = setTimeout(resolve, 2_000)))]);
        clearTimeout(timer);
        next = new Promise<void>((resolve) => (heard = resolve));
      }
    } finally {
      this.#waiting.delete(wake);
    }
  }
}

export class CarrelRig {
  readonly plane: ControlPlane;
  readonly dir: string;
  readonly caller: Caller;
  readonly key: SshKey;
  readonly follower: Follower;

  private constructor(plane: ControlPlane, dir: string, caller: Caller, key: SshKey, follower: Follower) {
    this.plane = plane;
    this.dir = dir;
    this.caller = caller;
    this.key = key;
    this.follower = follower;
  }

  /** Starts it in a folder of its own with the starter image built; all of it is gone when the scene closes. */
  static async start(scene: Scene, say: (text: string) => void): Promise<CarrelRig> {
    const dir = scene.folder('carrel');
    const log = makeLogger({ level: process.env['CARREL_LOG'] ?? 'warn' });
    const installation = openInstallation(dir);
    // Registered before anything starts: whatever a failure or Ctrl-C leaves running ends here.
    scene.defer(async () => {
      for (const each of await findProcesses(`carrel:${installation.id}:`)) await killProcess(each);
      // The installation's control group stays behind, empty; it is of no use once the data directory is gone.
      for (const part of ['', 'cpu', 'memory', 'pids']) {
        await rmdir(join('/sys/fs/cgroup', part, `carrel-${installation.id.slice(0, 8)}`)).catch(() => {});
      }
    });
    const plane = await startControlPlane(makeCtx({ log }), {
      installation,
      databaseUrl: undefined,
      log,
      version: 'bench',
      limits: { machines: 1000, vcpus: 1000 },
      // As `carrel serve` has it.
      concurrency: 64,
    });
    scene.defer(() => plane.stop());
    const { db } = plane.store;
    const account =
      (await accounts.findByName(db, 'admin')) ??
      (await accounts.create(db, { id: randomUUID(), name: 'admin', role: 'admin', now: new Date() }));
    const over = new AbortController();
    scene.defer(() => over.abort());
    const follower = new Follower(plane, await plane.services.lastEventId(), over.signal);
    const rig = new CarrelRig(plane, dir, { accountId: account.id, name: 'admin', role: 'admin' }, makeSshKey('carrel bench'), follower);
    say('building the starter image');
    const built = await plane.services.buildImage(rig.caller, { image: IMAGE, recipe: 'starter', publish: true });
    await rig.revisionReady(IMAGE, built.revision);
    return rig;
  }

  /** Account that people get in the guest. */
  user = '';

  /** Kernel command line of the master. */
  get cmdline(): string {
    const [revision = ''] = readdirSync(join(this.dir, 'masters'));
    const record = JSON.parse(readFileSync(join(this.dir, 'masters', revision, 'master.json'), 'utf8')) as { cmdline?: string };
    return record.cmdline ?? '';
  }

  /** The acceleration that the driver chose by its own measurement. */
  get accelerator(): string {
    const [known] = [...this.plane.parts.deps.capabilities.values()];
    return known?.facts['accel'] ?? 'unknown';
  }

  async revisionReady(image: string, revision: Pick<Revision, 'id' | 'number'>): Promise<Revision> {
    const found = await this.follower.until(revision.id, async () => {
      const now = await this.plane.services.showRevision(image, revision.number);
      return now === undefined || now.state === 'preparing' ? undefined : now;
    });
    if (found.state !== 'published' && found.state !== 'draft')
      throw new Error(`revision ${found.number} of ${image} is ${found.state}: ${found.failure?.message ?? ''}`);
    return found;
  }

  /** Processor milliseconds that the living processes of the database have used. */
  #storeCpu(): number {
    const all = processes();
    const postmaster = all.find((each) => each.args.includes(join(this.dir, 'pg', 'data')));
    return postmaster === undefined ? 0 : family(postmaster.pid, all).reduce((sum, pid) => sum + (cpuSeconds(pid) || 0) * 1000, 0);
  }

  /** What the driver wrote down about a master. */
  async masterFacts(revisionId: string): Promise<Record<string, string>> {
    const text = readFileSync(join(this.dir, 'masters', revisionId, 'master.json'), 'utf8');
    return (JSON.parse(text) as { facts: Record<string, string> }).facts;
  }

  machineFolder(machineId: string): string {
    return join(this.dir, 'machines', machineId);
  }

  /** Reserve, wait until it is ready, connect with a key, log in and read the answer of a command. */
  async lend(mode: CloneMode): Promise<Lent> {
    const { services } = this.plane;
    const id = randomUUID();
    const storeBefore = this.#storeCpu();
    const nodeBefore = process.cpuUsage();
    const began = Date.now();
    const t0 = performance.now();
    const stages: Record<string, number> = {};
    const mark = (what: string) => (stages[what] = performance.now() - t0);
    await services.reserve(this.caller, { id, image: IMAGE, mode, forMs: 3_600_000 });
    mark('reserved');
    const reservation = await this.follower.until(id, async () => {
      const now = await services.showReservation(id);
      return now === undefined || now.state === 'preparing' ? undefined : now;
    });
    mark('ready');
    if (reservation.state !== 'ready') throw new Error(`the reservation is ${reservation.state}: ${reservation.failure?.message ?? ''}`);
    const connection = await services.connect(this.caller, { id, publicKey: this.key.publicKey }, AbortSignal.timeout(120_000));
    mark('connected');
    this.user = connection.user;
    await sshRun({ ...connection, privateKey: this.key.privateKey }, 'hostname');
    mark('login');
    const node = process.cpuUsage(nodeBefore);
    stages['CPU of Node'] = (node.user + node.system) / 1000;
    // Below zero when a process of it ended meanwhile.
    stages['CPU of PostgreSQL'] = Math.max(0, this.#storeCpu() - storeBefore);
    Object.assign(stages, await this.steps(id, began));
    const folder = this.machineFolder(reservation.machine.id);
    const { pid } = JSON.parse(readFileSync(join(folder, 'pid.json'), 'utf8')) as { pid: number };
    stages['CPU of QEMU'] = cpuSeconds(pid) * 1000;
    return { reservation, pid, folder, stages };
  }

  /** When each step of the provisioning began and ended, from its journal, in ms since `began`. */
  private async steps(reservationId: string, began: number): Promise<Record<string, number>> {
    const { items } = await this.plane.services.listJobs({ limit: 500 });
    const job = items.find((each) => each.key === `provision:${reservationId}`);
    const detail = job && (await this.plane.services.showJob(job.id));
    return Object.fromEntries(
      (detail?.steps ?? []).flatMap((step) => [
        [`${step.name} begun`, Date.parse(step.startedAt) - began],
        ...(step.finishedAt === undefined ? [] : [[`${step.name} done`, Date.parse(step.finishedAt) - began] as const]),
      ]),
    );
  }

  /** Ends a reservation and waits until its machine is gone; gives how long that took, in ms. */
  async end(id: string): Promise<number> {
    const t0 = performance.now();
    await this.plane.services.endReservation(this.caller, { id });
    await this.follower.until(id, async () => {
      const now = await this.plane.services.showReservation(id);
      return now?.state === 'ended' || now?.state === 'failed' ? true : undefined;
    });
    return performance.now() - t0;
  }
}
