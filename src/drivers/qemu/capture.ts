import { chown, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gate } from '../../core/lineage.ts';
import type { CaptureSpec, Master } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import { type Ctx, checkCtx, sleep, withTimeout } from '../../lib/context.ts';
import { applianceAccel, type SectorBytes } from '../../qemu/argv.ts';
import { cleanStore } from '../../qemu/efi-store.ts';
import { whileStill } from '../../qemu/fs-freeze.ts';
import { copyStore, STORE } from './efi.ts';
import type { Fleet } from './fleet.ts';
import { grantFile, type Host, pathExists } from './host.ts';
import type { Machines } from './machines.ts';
import type { MasterParts, Masters } from './masters.ts';
import { leafPath, type MachineRecord } from './records.ts';
import { type Runtime, unreachable } from './runtime.ts';
import { systemDisk } from './system-disk.ts';

/**
 * Of the copy that is scrubbed. A qcow2 ignores the discard of a part of a cluster, so with the usual 64 KiB a freed block beside a used
 * one keeps what a person wrote; with the block size of the usual file systems every free block goes.
 */
const SCRUB_CLUSTER_BYTES = 4096;

/** Files that a new master has from the one before. */
const TAKEN = ['kernel', 'initrd'] as const;

/** Makes the master of a new revision from a machine's disk, running or not. */
export class Capture {
  private readonly host: Host;
  private readonly masters: Masters;
  private readonly machines: Machines;
  private readonly fleet: Fleet;

  constructor(parts: { host: Host; masters: Masters; machines: Machines; fleet: Fleet }) {
    this.host = parts.host;
    this.masters = parts.masters;
    this.machines = parts.machines;
    this.fleet = parts.fleet;
  }

  async run(ctx: Ctx, spec: CaptureSpec): Promise<Master> {
    const record = await this.machines.needMade(spec.machineId);
    return await this.masters.make(ctx, spec.revisionId, async (folder) => await this.parts(ctx, record, folder));
  }

  private async parts(ctx: Ctx, record: MachineRecord, folder: string): Promise<MasterParts> {
    // What stands on changed bytes is not what anybody saw; a full copy takes kernel and initrd from there, if it has them.
    const master = await this.masters.of(record);
    const alone = record.mode === 'full' && TAKEN.every((name) => this.masters.optional(master, name) === undefined);
    const source = alone ? master : await this.masters.unchangedOf(ctx, record);
    await this.mustStandWhereItShould(ctx, record);
    const flat = join(folder, 'flat.qcow2');
    const facts = await this.flatten(ctx, record, { flat, store: join(folder, STORE) });
    ctx.progress({ text: "removing what is the machine's own" });
    const variables = join(folder, STORE);
    const hasVariables = await pathExists(variables);
    const { sectorBytes } = source.profile.hardware;
    const scrub = await this.scrub(
      ctx,
      { disk: flat, sectorBytes },
      hasVariables ? await cleanedVariables(variables) : { left: [], report: [] },
    );
    const disk = join(folder, 'compact.qcow2');
    await grantFile(this.host, disk);
    await this.host.img.convert(ctx, { path: flat, format: 'qcow2' }, disk, {
      onProgress: (fraction) => ctx.progress({ text: 'packing the disk', fraction }),
    });
    await rm(flat, { force: true });
    const parts: MasterParts = {
      disk,
      cmdline: source.cmdline,
      profile: { ...source.profile, hardware: { ...source.profile.hardware } },
      facts: { ...facts, ...scrub, capturedFrom: record.revisionId },
    };
    if (hasVariables) parts.variables = variables;
    for (const name of TAKEN) {
      const from = this.masters.optional(source, name);
      if (from === undefined) continue;
      parts[name] = join(folder, name);
      await copyFile(from, join(folder, name));
    }
    return parts;
  }

  /** A chain that is not the machine's own is not read: it could name any file of this host. */
  private async mustStandWhereItShould(ctx: Ctx, record: MachineRecord): Promise<void> {
    const { chains, mode, ownFolder, masterPaths } = await this.machines.readBack(ctx, record);
    const wrong = (chains.length === 0 ? [[]] : chains).flatMap((chain) => gate(chain, { mode, ownFolder, masterPaths }));
    if (wrong.length > 0)
      throw driverError('gate-refused', `machine ${record.machineId} is not captured: its disks are not as they should be`);
  }

  /** Copies the machine's disk, and the store of its firmware's variables where it has one, of the same moment. */
  private async flatten(ctx: Ctx, record: MachineRecord, to: { flat: string; store: string }): Promise<Record<string, string>> {
    const folder = this.machines.folder(record.machineId);
    const started = performance.now();
    const state = await this.fleet.power(ctx, record.machineId, folder);
    const copyVariables = async () => void (await copyStore(folder, to.store));
    await grantFile(this.host, to.flat);
    let how: string;
    if (state === 'on' || state === 'suspended') {
      const runtime = this.fleet.get(record.machineId);
      if (runtime === undefined) throw unreachable(record.machineId);
      how = (await this.backUp(ctx, runtime, to.flat, copyVariables))
        ? 'running, file systems held still'
        : 'running, as after a power cut';
    } else {
      const report = (fraction: number) => ctx.progress({ text: 'copying the disk', fraction });
      await this.host.img.convert(ctx, { path: leafPath(folder, record), format: 'qcow2' }, to.flat, {
        onProgress: report,
        clusterBytes: SCRUB_CLUSTER_BYTES,
      });
      await copyVariables();
      how = 'stopped';
    }
    return { captured: how, copyMs: String(Math.round(performance.now() - started)) };
  }

  /** Copies a running machine's disk as it is at this moment, when `also` is done too; true if the guest held its file systems still for that moment. */
  private async backUp(ctx: Ctx, runtime: Runtime, to: string, also: () => Promise<void>): Promise<boolean> {
    const { qmp } = runtime;
    const { node, virtualBytes } = await systemDisk(ctx, qmp);
    await this.host.img.createEmpty(ctx, to, virtualBytes, SCRUB_CLUSTER_BYTES);
    const target = `capture-${process.hrtime.bigint().toString(36)}`;
    await qmp.execute(ctx, 'blockdev-add', {
      driver: 'qcow2',
      'node-name': target,
      file: { driver: 'file', filename: to },
      discard: 'unmap',
    });
    try {
      const onStuck = (stuck: boolean) => this.fleet.setStuck(runtime, stuck);
      const { held } = await whileStill(ctx, runtime.guestAgent, { onStuck }, async () => {
        checkCtx(ctx);
        await qmp.execute(ctx, 'blockdev-backup', {
          'job-id': target,
          device: node,
          target,
          sync: 'full',
          'auto-dismiss': false,
        });
        await also();
      });
      await this.follow(ctx, runtime, target);
      return held;
    } finally {
      const own = withTimeout({ ...ctx, signal: new AbortController().signal }, 20_000);
      await dropJob(own, runtime, target);
      await qmp.execute(own, 'blockdev-del', { 'node-name': target }).catch(() => {});
    }
  }

  private async follow(ctx: Ctx, runtime: Runtime, job: string): Promise<void> {
    for (;;) {
      const [found] = (await queryJobs(ctx, runtime)).filter((each) => each.id === job);
      if (found === undefined) throw driverError('internal', 'QEMU lost the copy of the disk');
      if (found.status === 'concluded') {
        if (found.error === undefined) return;
        throw driverError(/No space left/.test(found.error) ? 'no-space' : 'internal', `the disk could not be copied: ${found.error}`);
      }
      if (found.total > 0) ctx.progress({ text: 'copying the disk', fraction: found.current / found.total });
      await sleep(ctx, 15);
    }
  }

  /** Takes host keys, accounts of a reservation and the like off the disk, in the helper guest: nothing of the disk is mounted here. */
  private async scrub(
    ctx: Ctx,
    its: { disk: string; sectorBytes: SectorBytes | undefined },
    firmware: Said,
  ): Promise<Record<string, string>> {
    const { host } = this;
    const appliance = await host.tools.ensureAppliance(ctx, host.layout.appliance);
    // The helper guest runs under the file's owner; with KVM it needs the group of the device.
    const account = host.launchAccount();
    if (account !== undefined) await chown(its.disk, account.uid, account.gid);
    const accelArgs = applianceAccel(host.accel());
    const { scrubbed, left, report } = await host.tools.runScrub(ctx, { ...appliance, ...its, accelArgs });
    const why = 'no Linux root file system was found on its disk, so nothing was removed from it';
    const unclean = [...(scrubbed ? [] : [why]), ...left, ...firmware.left];
    return {
      ...(unclean.length === 0
        ? { scrubbed: 'yes' }
        : { scrubbed: scrubbed ? 'in part' : 'no', unclean: unclean.join('; ').slice(0, 1000) }),
      scrubReport: [...report, ...firmware.report].join('; ').slice(0, 4000),
    };
  }
}

/** What was not cleaned, and what is said of the rest. */
interface Said {
  left: readonly string[];
  report: readonly string[];
}

/** Takes what is one machine's out of the copy of its firmware's variables. */
async function cleanedVariables(path: string): Promise<Said> {
  const cleaned = cleanStore(await readFile(path));
  if (cleaned === undefined) return { left: ["its firmware's variables are of a kind that cannot be read here"], report: [] };
  await writeFile(path, cleaned.bytes);
  return { left: [], report: [`firmware variables: removed ${cleaned.removed.join(', ') || 'none'}`] };
}

interface Job {
  id: string;
  status: string;
  current: number;
  total: number;
  error: string | undefined;
}

async function queryJobs(ctx: Ctx, runtime: Runtime): Promise<Job[]> {
  const jobs = await runtime.qmp.execute<
    { id: string; status: string; 'current-progress': number; 'total-progress': number; error?: string }[]
  >(ctx, 'query-jobs');
  return jobs.map((job) => ({
    id: job.id,
    status: job.status,
    current: job['current-progress'],
    total: job['total-progress'],
    error: job.error,
  }));
}

/** Ends a job and waits until QEMU has forgotten it. */
async function dropJob(ctx: Ctx, runtime: Runtime, id: string): Promise<void> {
  const job = async () => (await queryJobs(ctx, runtime).catch(() => [])).find((each) => each.id === id);
  for (let found = await job(); found !== undefined; found = await job()) {
    const command = found.status === 'concluded' ? 'job-dismiss' : 'job-cancel';
    await runtime.qmp.execute(ctx, command, { id }).catch(() => {});
    if (ctx.signal.aborted) return;
    await sleep(ctx, 10).catch(() => {});
  }
}
