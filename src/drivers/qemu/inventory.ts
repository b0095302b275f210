import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Inventory, LineageReport, LineageScope, SeenMachine, SeenMaster, Stray } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import { type Ctx, checkCtx } from '../../lib/context.ts';
import { killProcess } from '../../qemu/process.ts';
import type { Fleet } from './fleet.ts';
import type { Frozen } from './frozen.ts';
import { type Host, pathExists } from './host.ts';
import { isId, stagingId } from './layout.ts';
import type { Machines } from './machines.ts';
import type { Masters } from './masters.ts';
import { leafPath } from './records.ts';
import type { Removal } from './removal.ts';
import { chainOf, readDisk, scanDisks } from './scan.ts';

/** What is there: read from storage and the process list each time, never from memory of ours. */
export class Survey {
  private readonly host: Host;
  private readonly masters: Masters;
  private readonly machines: Machines;
  private readonly frozen: Frozen;
  private readonly fleet: Fleet;
  private readonly removal: Removal;

  constructor(parts: { host: Host; masters: Masters; machines: Machines; frozen: Frozen; fleet: Fleet; removal: Removal }) {
    this.host = parts.host;
    this.masters = parts.masters;
    this.machines = parts.machines;
    this.frozen = parts.frozen;
    this.fleet = parts.fleet;
    this.removal = parts.removal;
  }

  async inventory(ctx: Ctx): Promise<Inventory> {
    const machines: SeenMachine[] = [];
    const strays: Stray[] = [];
    let complete = true;
    const read = async (work: () => Promise<void>) => {
      checkCtx(ctx);
      await work().catch((error: unknown) => {
        this.host.log.warn({ err: error }, 'a part of the inventory cannot be read');
        complete = false;
      });
    };
    for (const name of await readdir(this.host.layout.machines)) {
      await read(async () => {
        const seen = isId(name) ? await this.seeMachine(ctx, name) : undefined;
        if (seen !== undefined) machines.push(seen);
        else strays.push(this.strayMachineFolder(name));
      });
    }
    const masters: SeenMaster[] = [];
    await read(async () => void masters.push(...(await this.seeMasters())));
    await read(async () => void strays.push(...(await this.strayProcesses()), ...(await this.strayFolders(masters))));
    return { complete, machines, masters, strays };
  }

  private async seeMachine(ctx: Ctx, machineId: string): Promise<SeenMachine | undefined> {
    const record = await this.machines.load(machineId);
    if (record === undefined || record.machineId !== machineId) return undefined;
    const folder = this.machines.folder(machineId);
    const { mode, revisionId, createdAt } = record;
    const owned = this.machines.isOurs(record);
    const whole = record.phase === 'made' && (await pathExists(leafPath(folder, record)));
    const look = owned && whole ? await this.fleet.look(ctx, machineId, folder) : { power: owned ? ('half' as const) : ('off' as const) };
    return { machineId, ...look, mode, revisionId, owned, createdAt };
  }

  /** A folder without a tag is not ours; `.new-` ones are clones that were cut off before they had their name. */
  private strayMachineFolder(name: string): Stray {
    const owned = name.startsWith('.new-');
    return {
      kind: 'folder',
      ref: join(this.host.layout.machines, name),
      detail: owned ? 'rest of a clone that was cut off' : 'a folder without a tag of ours among the machines',
      owned,
    };
  }

  private async seeMasters(): Promise<SeenMaster[]> {
    const { sealed, half } = await this.masters.list();
    const seen: SeenMaster[] = [];
    for (const record of sealed) {
      const { revisionId } = record;
      const owned = record.installationId === this.host.installationId;
      const changed = owned ? await this.masters.looksChanged(record) : undefined;
      seen.push({ revisionId, owned, state: 'sealed', ...(changed === undefined ? {} : { changed }) });
    }
    for (const revisionId of half) seen.push({ revisionId, owned: false, state: 'half' });
    for (const name of await readdir(this.host.layout.staging)) {
      const id = stagingId(name);
      const isMaster = name.endsWith('.build') || name.endsWith('.seal');
      if (id !== undefined && isMaster && !seen.some((each) => each.revisionId === id)) {
        seen.push({ revisionId: id, owned: true, state: 'half' });
      }
    }
    return seen;
  }

  /** QEMUs with our tag whose machine is not there. */
  private async strayProcesses(): Promise<Stray[]> {
    const strays: Stray[] = [];
    for (const { pid, startTime, tail } of await this.fleet.processes()) {
      const known = isId(tail) && (await pathExists(this.machines.folder(tail)));
      if (known || this.fleet.get(tail) !== undefined) continue;
      strays.push({ kind: 'process', ref: `${pid}:${startTime}`, detail: `a QEMU of ours for ${tail}, which does not exist`, owned: true });
    }
    return strays;
  }

  /** Frozen parents whose master is gone, and rests of frozen parents that nobody is making. */
  private async strayFolders(masters: readonly SeenMaster[]): Promise<Stray[]> {
    const { layout } = this.host;
    const strays: Stray[] = [];
    for (const revisionId of await readdir(layout.frozen)) {
      if (masters.some((each) => each.revisionId === revisionId)) continue;
      const ref = join(layout.frozen, revisionId);
      strays.push({ kind: 'folder', ref, detail: 'frozen parents of a master that is gone', owned: true });
    }
    for (const name of await readdir(layout.staging)) {
      const id = stagingId(name);
      if (!name.endsWith('.frozen') || (id !== undefined && this.frozen.isMaking(id))) continue;
      strays.push({ kind: 'folder', ref: join(layout.staging, name), detail: 'rest of a frozen parent that was cut off', owned: true });
    }
    return strays;
  }

  /** Takes a stray away if it still is one; what the caller says about it counts for nothing. */
  async sweep(ctx: Ctx, stray: Stray): Promise<void> {
    const now = (await this.inventory(ctx)).strays.find((each) => each.kind === stray.kind && each.ref === stray.ref);
    if (now === undefined) {
      const there = stray.kind === 'process' ? false : await pathExists(stray.ref);
      if (there) throw driverError('not-owned', `${stray.ref} is not a stray of this installation`);
      return;
    }
    if (!now.owned) throw driverError('not-owned', `${stray.ref} does not carry the tag of this installation`);
    if (now.kind === 'process') {
      const [pid = '0', startTime = ''] = now.ref.split(':');
      await killProcess({ pid: Number(pid), startTime });
      return;
    }
    await this.removal.strayFolder(ctx, now.ref);
    const parent = dirname(now.ref);
    if (basename(dirname(parent)) === 'frozen') await rm(parent, { recursive: false }).catch(() => {});
  }

  async lineage(_ctx: Ctx, scope: LineageScope): Promise<LineageReport> {
    const scan = await scanDisks(this.host.layout.root);
    const paths = new Map(scan.disks);
    const parents = new Set([...scan.disks.values()].map((disk) => disk.parent));
    const chains: LineageReport['chains'][number][] = [];
    for (const disk of scan.disks.values()) {
      const { owner, id } = await this.ownerOf(disk.path);
      // Golden disks show by themselves too, whatever stands on them.
      if (parents.has(disk.path) && owner !== 'master' && owner !== 'frozen') continue;
      const chain = await chainOf(disk.path, scan.disks).catch(() => [disk]);
      for (const each of chain) if (!paths.has(each.path)) paths.set(each.path, each);
      chains.push({ owner, id, chain });
    }
    const wanted = chains.filter(({ owner, id, chain }) => this.inScope(scope, owner, id, chain));
    return { complete: scan.complete, chains: wanted, disks: [...paths.values()] };
  }

  private inScope(scope: LineageScope, owner: string, id: string, chain: readonly { path: string }[]): boolean {
    if (scope.kind === 'all') return true;
    if (scope.kind === 'machine') return owner === 'machine' && id === scope.machineId;
    const { layout } = this.host;
    const folders = [`${layout.master(scope.revisionId)}/`, `${join(layout.frozen, scope.revisionId)}/`];
    return chain.some((disk) => folders.some((folder) => disk.path.startsWith(folder)));
  }

  /** Whose disk that is, by where it lies and what tag lies beside it. */
  private async ownerOf(path: string): Promise<{ owner: LineageReport['chains'][number]['owner']; id: string }> {
    const { layout } = this.host;
    const [kind = '', id = ''] = path.slice(layout.root.length + 1).split('/');
    if (kind === 'machines' && isId(id)) {
      const record = await this.machines.load(id).catch(() => undefined);
      const folder = this.machines.folder(id);
      const isMine = record !== undefined && this.machines.isOurs(record) && dirname(path) === folder;
      if (
        isMine &&
        (path === leafPath(folder, record) || (await this.standsBelow(path, leafPath(folder, record), record.checkpoints, folder)))
      ) {
        return { owner: 'machine', id };
      }
    }
    if (kind === 'masters' && isId(id) && (await this.masters.load(id).catch(() => undefined))) return { owner: 'master', id };
    if (kind === 'frozen') return { owner: 'frozen', id };
    return { owner: 'foreign', id: path };
  }

  private async standsBelow(path: string, leaf: string, checkpoints: readonly { file: string }[], folder: string): Promise<boolean> {
    if (checkpoints.some((each) => join(folder, each.file) === path)) return true;
    return (await chainOf(leaf).catch(() => [])).some((disk) => disk.path === path);
  }

  /** The leaf of a machine as storage shows it. */
  async leafExists(machineId: string): Promise<boolean> {
    const record = await this.machines.load(machineId);
    return record !== undefined && (await readDisk(leafPath(this.machines.folder(machineId), record))) !== undefined;
  }
}
