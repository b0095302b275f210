import { createHash } from 'node:crypto';
import { chmod, type FileHandle, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { driverError } from '../../driver/errors.ts';
import { type Ctx, makeCtx, race, withTimeout } from '../../lib/context.ts';
import { isCode } from '../../lib/errors.ts';
import { saveState } from '../../qemu/saved-state.ts';
import { sealedCopy } from '../../qemu/sealed-memory.ts';
import type { Fleet } from './fleet.ts';
import { grantFile, type Host, macFor, pathExists, sealFile } from './host.ts';
import { launchArgs } from './launch.ts';
import { describeFile, DISK, type Masters } from './masters.ts';
import { type FrozenRecord, type MachineRecord, type MasterRecord, readJson, writeJson } from './records.ts';
import type { Runtime } from './runtime.ts';
import { waitForBanner } from './ssh-banner.ts';

export interface FrozenParent {
  key: string;
  disk: string;
  /** How long it took to make, in ms; undefined when it was there. */
  madeMs?: number;
}

/**
 * Frozen parents: a machine of the master that was started, brought to the point where only an identity is missing, and copied: disk,
 * memory and device state. Instant clones stand on its disk and map its memory privately. It is a cache: anything that does not fit
 * (QEMU's version, acceleration, sizes) gives another key, and it can always be made anew from the master.
 */
export class Frozen {
  private readonly host: Host;
  private readonly masters: Masters;
  private readonly fleet: Fleet;
  private readonly making = new Map<string, Promise<FrozenParent>>();
  private readonly memory = new Map<string, Promise<FileHandle>>();
  /** All removing is in removal.ts, which knows this class; so it is given later. */
  removal:
    | { strayFolder(ctx: Ctx, folder: string): Promise<void>; staleFrozen(revisionId: string, keep: string): Promise<void> }
    | undefined;

  constructor(host: Host, masters: Masters, fleet: Fleet) {
    this.host = host;
    this.masters = masters;
    this.fleet = fleet;
  }

  folder(revisionId: string, key: string): string {
    return this.host.layout.frozenParent(revisionId, key);
  }

  disk(revisionId: string, key: string): string {
    return join(this.folder(revisionId, key), DISK);
  }

  /** All that a saved state must fit to, in twelve hex digits. */
  keyFor(master: MasterRecord, hardware: MachineRecord['hardware']): string {
    const { host } = this;
    const facts = [
      'v2',
      master.revisionId,
      host.qemuVersion,
      host.machineType,
      host.accel(),
      hardware.vcpus,
      hardware.memoryMiB,
      host.restrictNetwork,
      master.profile.hardware,
      master.sealedAt,
    ];
    return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 12);
  }

  /** The frozen parent for machines of that size, made if need be, once however many ask. */
  async ensure(ctx: Ctx, master: MasterRecord, hardware: MachineRecord['hardware']): Promise<FrozenParent> {
    const { revisionId } = master;
    const base = this.keyFor(master, hardware);
    const key = await this.placeFor(ctx, revisionId, base);
    if (await this.isSound(revisionId, key)) return { key, disk: this.disk(revisionId, key) };
    const name = `${revisionId}/${key}`;
    let work = this.making.get(name);
    if (work === undefined) {
      // Made for everybody who waits, so it does not end with the one who came first.
      const own = makeCtx({ timeoutMs: (master.profile.guest.bootTimeoutS + 60) * 1000, log: ctx.log, progress: ctx.progress });
      work = this.make(own, master, hardware, key).finally(() => this.making.delete(name));
      work.catch(() => {});
      this.making.set(name, work);
    }
    return await race(ctx, work);
  }

  /** Whether a parent's key is one for that master and size as things are now. */
  fits(key: string, master: MasterRecord, hardware: MachineRecord['hardware']): boolean {
    return key.split('-')[0] === this.keyFor(master, hardware);
  }

  /** Where a sound parent is or can be made. A spoilt one goes, unless machines stand on its disk; then the next is made beside it. */
  private async placeFor(ctx: Ctx, revisionId: string, base: string): Promise<string> {
    for (let n = 1; ; n++) {
      const key = n === 1 ? base : `${base}-${n}`;
      if (!(await pathExists(this.folder(revisionId, key))) || (await this.isSound(revisionId, key))) return key;
      try {
        await this.release(revisionId, key);
        await this.removal?.strayFolder(ctx, this.folder(revisionId, key));
        return key;
      } catch (error) {
        if (!isCode(error, 'has-children')) throw error;
      }
    }
  }

  isMaking(revisionOrKey: string): boolean {
    return [...this.making.keys()].some((name) => name.split('/').includes(revisionOrKey));
  }

  /** Sizes and times as sealed; anything else counts as lost. */
  async isSound(revisionId: string, key: string): Promise<boolean> {
    const record = await readJson<FrozenRecord>(join(this.folder(revisionId, key), 'frozen.json'));
    if (record === undefined || record.qemuVersion !== this.host.qemuVersion || record.accel !== this.host.accel()) return false;
    for (const file of record.files) {
      const facts = await stat(join(this.folder(revisionId, key), file.name)).catch(() => undefined);
      if (facts === undefined || facts.size !== file.bytes || facts.mtimeMs !== file.mtimeMs) return false;
    }
    return true;
  }

  stateFile(revisionId: string, key: string): string {
    return join(this.folder(revisionId, key), 'state');
  }

  /** The parent's memory as a sealed descriptor for a QEMU to inherit; it stays open for the next. */
  async openMemory(ctx: Ctx, revisionId: string, key: string): Promise<FileHandle> {
    const name = `${revisionId}/${key}`;
    let memory = this.memory.get(name);
    if (memory === undefined) {
      memory = sealedCopy(makeCtx({ timeoutMs: 60_000, log: ctx.log }), join(this.folder(revisionId, key), 'ram'));
      memory.catch(() => this.memory.delete(name));
      this.memory.set(name, memory);
    }
    return await race(ctx, memory);
  }

  /** Lets go of a parent's memory; clones that run keep theirs. */
  async release(revisionId: string, key?: string): Promise<void> {
    for (const [name, memory] of this.memory) {
      if (name !== `${revisionId}/${key}` && (key !== undefined || !name.startsWith(`${revisionId}/`))) continue;
      this.memory.delete(name);
      await memory.then((handle) => handle.close()).catch(() => {});
    }
  }

  async close(): Promise<void> {
    for (const [name, memory] of this.memory) {
      this.memory.delete(name);
      await memory.then((handle) => handle.close()).catch(() => {});
    }
  }

  /** Keys that are there for a revision, sound or not. */
  async keys(revisionId: string): Promise<string[]> {
    return await readdir(join(this.host.layout.frozen, revisionId)).catch(() => []);
  }

  private async make(ctx: Ctx, master: MasterRecord, hardware: MachineRecord['hardware'], key: string): Promise<FrozenParent> {
    const started = performance.now();
    const { host } = this;
    const { revisionId } = master;
    const id = `frozen-${key}`;
    const folder = host.layout.stagingFor(key, 'frozen');
    const target = this.folder(revisionId, key);
    await this.fleet.end(ctx, id, folder, false);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { mode: 0o711 });
    ctx.progress({ text: 'starting a machine to freeze' });
    try {
      const runtime = await this.boot(ctx, master, hardware, { id, folder });
      await this.freeze(ctx, runtime, folder, hardware.memoryMiB);
      await this.fleet.end(ctx, id, folder, true);
      await this.seal(ctx, folder, revisionId, key);
      await mkdir(join(host.layout.frozen, revisionId), { recursive: true, mode: 0o711 });
      await rename(folder, target);
      await chmod(target, 0o555);
      // Room for the new one: those of an earlier QEMU that nobody uses any more go.
      await this.removal?.staleFrozen(revisionId, key).catch((error: unknown) => host.log.warn({ err: error }, 'old frozen parents stay'));
    } finally {
      await this.fleet.end(makeCtx({ timeoutMs: 30_000 }), id, folder, false);
      await rm(folder, { recursive: true, force: true });
    }
    return { key, disk: this.disk(revisionId, key), madeMs: Math.round(performance.now() - started) };
  }

  /** Starts the machine with its memory in a file and waits until it is one that could be lent. */
  private async boot(
    ctx: Ctx,
    master: MasterRecord,
    hardware: MachineRecord['hardware'],
    place: { id: string; folder: string },
  ): Promise<Runtime> {
    const { host } = this;
    const { id, folder } = place;
    const disk = join(folder, DISK);
    const ram = join(folder, 'ram');
    await grantFile(host, disk);
    await host.img.createOverlay(ctx, disk, this.masters.disk(master.revisionId));
    await grantFile(host, ram);
    const args = await launchArgs(host, this.masters, master, {
      id,
      folder,
      disk,
      hardware,
      hostname: 'carrel',
      mac: macFor(id),
      memoryFile: { path: ram, share: true },
    });
    const runtime = await this.fleet.start(ctx, { id, folder, args, ...hardware });
    const bounded = withTimeout(ctx, master.profile.guest.bootTimeoutS * 1000);
    await runtime.whileBooting(bounded, async (waiting) => {
      await runtime.waitReady(waiting);
      // A whole SSH greeting once, so that its pages are in the memory that the clones share.
      await waitForBanner(waiting, '127.0.0.1', await runtime.sshPort(waiting), runtime.ended());
    });
    return runtime;
  }

  private async freeze(ctx: Ctx, runtime: Runtime, folder: string, memoryMiB: number): Promise<void> {
    await runtime.agent.freezePrepare(ctx);
    const after = await runtime.agent.info(ctx);
    if (after.hostKeys.length > 0) throw driverError('guest-failed', 'the guest kept its SSH host keys, which clones would share');
    const { qmp } = runtime;
    await qmp.execute(ctx, 'stop');
    await saveState(ctx, qmp, join(folder, 'run', 'st'), join(folder, 'state'));
    const { size } = await stat(join(folder, 'ram'));
    if (size !== memoryMiB * 1024 ** 2) throw driverError('internal', 'the memory file has an unexpected size');
  }

  private async seal(ctx: Ctx, folder: string, revisionId: string, key: string): Promise<void> {
    const files: FrozenRecord['files'] = [];
    for (const name of ['ram', 'state', DISK]) {
      await sealFile(join(folder, name));
      files.push(await describeFile(ctx, join(folder, name), name));
    }
    for (const name of await readdir(folder)) {
      if (!files.some((file) => file.name === name)) await rm(join(folder, name), { recursive: true, force: true });
    }
    const record: FrozenRecord = {
      format: 1,
      installationId: this.host.installationId,
      revisionId,
      key,
      qemuVersion: this.host.qemuVersion,
      accel: this.host.accel(),
      createdAt: new Date().toISOString(),
      files,
    };
    await writeJson(join(folder, 'frozen.json'), record, 0o444);
  }
}
