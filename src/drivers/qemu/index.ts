import { mustHaveHardware } from './import.ts';
import type { HardwareProfile } from '../../core/image.ts';
import { type CapacityLimits, storageIn } from '../../core/capacity.ts';
import { realpathSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type {
  Capabilities,
  CaptureSpec,
  Checkpoint,
  CloneResult,
  CloneSpec,
  ConsoleTarget,
  Driver,
  DriverEvent,
  Guest,
  Inventory,
  LineageReport,
  LineageScope,
  Master,
  MasterCheck,
  MasterSpec,
  PowerOp,
  PowerState,
  ProviderRoom,
  SerialPart,
  Stray,
  Whereabouts,
} from '../../driver/driver.ts';
import type { DeletionProof } from '../../core/lineage.ts';
import { driverError } from '../../driver/errors.ts';
import { type Ctx, checkCtx } from '../../lib/context.ts';
import { type Logger, silentLogger } from '../../lib/log.ts';
import type { Accel } from '../../qemu/argv.ts';
import { makeFolder } from '../../lib/folder.ts';
import { guarded } from './faults.ts';
import type { ImageTools } from './host.ts';
import { hostMemoryMiB } from './probe.ts';
import { openParts, type Parts } from './parts.ts';
import type { MachineRecord } from './records.ts';
import { unreachable } from './runtime.ts';
import { takeScreenshot } from './screenshot.ts';
import { readSerial } from './serial.ts';

export interface QemuDriverOptions {
  /** A folder that belongs to this driver alone. One driver at a time: the caller sees to that. */
  dataDir: string;
  installationId: string;
  log?: Logger | undefined;
  /** `qemu-system-x86_64` by default. */
  qemuBinary?: string | undefined;
  /** `auto` measures; the others skip the probe. */
  accel?: Accel | 'auto' | undefined;
  /** Largest disk of an imported image in bytes; 200 GiB by default. */
  maxImageBytes?: number | undefined;
  /** What the keys of Carrel's accounts in guests are made from, 32 bytes; without it no guest has one. */
  machineSecret?: Buffer | undefined;
  /** No way out of the guests but their forwarded SSH port. */
  restrictNetwork?: boolean | undefined;
  /** Limits of the operator; the rest is the host's. */
  limits?: Partial<CapacityLimits> | undefined;
  /** Image builders; Carrel's own by default. */
  tools?: ImageTools | undefined;
}

/** Memory that stays with the host, in MiB, and vCPUs that are promised per core: lab machines are idle most of the time. */
const HOST_RESERVE_MIB = 1024;
const VCPUS_PER_CORE = 8;

/** The driver port over this machine's QEMU. See the folder's other files for the parts; this one says which verb goes where. */
export class QemuDriver implements Driver {
  readonly kind = 'qemu';
  private readonly options: QemuDriverOptions;
  private opened: Parts | undefined;

  constructor(options: QemuDriverOptions) {
    this.options = options;
  }

  async open(ctx: Ctx): Promise<Capabilities> {
    return await guarded(ctx, async () => {
      checkCtx(ctx);
      await this.close();
      makeFolder(this.options.dataDir, 0o711);
      const dataDir = realpathSync(this.options.dataDir);
      const { parts, capabilities } = await openParts(ctx, { ...this.options, dataDir, log: this.options.log ?? silentLogger });
      this.opened = parts;
      return capabilities;
    });
  }

  async close(): Promise<void> {
    const parts = this.opened;
    this.opened = undefined;
    await parts?.fleet.close();
    await parts?.frozen.close();
    await parts?.host.cgroups.close();
  }

  async inventory(ctx: Ctx): Promise<Inventory> {
    return await this.verb(ctx, async ({ survey }) => await survey.inventory(ctx));
  }

  watch(onEvent: (event: DriverEvent) => void): () => void {
    return this.need().fleet.watch(onEvent);
  }

  whereabouts(): Whereabouts {
    return { host: hostname(), datastores: [] };
  }

  async room(ctx: Ctx): Promise<ProviderRoom> {
    return await this.verb(ctx, async ({ host }) => {
      const storage = await statfs(host.layout.root);
      const { limits } = this.options;
      const memoryMiB = limits?.memoryMiB ?? Math.max(0, (await hostMemoryMiB()) - HOST_RESERVE_MIB);
      const storageBytes = storage.blocks * storage.bsize;
      return {
        machines: limits?.machines ?? Math.floor(memoryMiB / 128),
        memoryMiB,
        vcpus: limits?.vcpus ?? availableParallelism() * VCPUS_PER_CORE,
        storageMiB: limits?.storageMiB ?? storageIn(storageBytes),
        storageBytes,
        storageFreeBytes: storage.bavail * storage.bsize,
      };
    });
  }

  async checkHardware(ctx: Ctx, hardware: Partial<HardwareProfile>): Promise<void> {
    await this.verb(ctx, async ({ host }) => mustHaveHardware(host, hardware));
  }

  async prepareMaster(ctx: Ctx, spec: MasterSpec): Promise<Master> {
    return await this.verb(ctx, async (parts) => {
      const master = await parts.masters.prepare(ctx, spec);
      await parts.decideAccel(ctx);
      return master;
    });
  }

  async verifyMaster(ctx: Ctx, revisionId: string): Promise<MasterCheck> {
    return await this.verb(ctx, async ({ masters }) => await masters.verify(ctx, revisionId));
  }

  async removeMaster(ctx: Ctx, revisionId: string): Promise<DeletionProof> {
    return await this.verb(ctx, async ({ host, removal }) => {
      return await host.locks.run(ctx, `master ${revisionId}`, async () => await removal.master(ctx, revisionId));
    });
  }

  async clone(ctx: Ctx, spec: CloneSpec): Promise<CloneResult> {
    return await this.onMachine(ctx, spec.machineId, async ({ machines }) => await machines.clone(ctx, spec));
  }

  async readBack(ctx: Ctx, machineId: string): Promise<CloneResult> {
    return await this.onMachine(ctx, machineId, async ({ machines }) => await machines.readBack(ctx, await machines.needMade(machineId)));
  }

  async power(ctx: Ctx, machineId: string, op: PowerOp): Promise<PowerState> {
    return await this.onMachine(ctx, machineId, async ({ power }) => await power.run(ctx, machineId, op));
  }

  async checkpoint(ctx: Ctx, machineId: string, name: string): Promise<Checkpoint> {
    return await this.onMachine(ctx, machineId, async ({ checkpoints }) => await checkpoints.make(ctx, machineId, name));
  }

  async checkpoints(ctx: Ctx, machineId: string): Promise<readonly Checkpoint[]> {
    return await this.onMachine(ctx, machineId, async ({ checkpoints }) => await checkpoints.list(machineId));
  }

  async revert(ctx: Ctx, machineId: string, name: string): Promise<void> {
    await this.onMachine(ctx, machineId, async ({ checkpoints }) => await checkpoints.revert(ctx, machineId, name));
  }

  async deleteCheckpoint(ctx: Ctx, machineId: string, name: string): Promise<void> {
    await this.onMachine(ctx, machineId, async ({ checkpoints }) => await checkpoints.remove(ctx, machineId, name));
  }

  async unlink(ctx: Ctx, machineId: string): Promise<CloneResult> {
    return await this.onMachine(ctx, machineId, async ({ unlink }) => await unlink.run(ctx, machineId));
  }

  async capture(ctx: Ctx, spec: CaptureSpec): Promise<Master> {
    return await this.onMachine(ctx, spec.machineId, async ({ capture }) => await capture.run(ctx, spec));
  }

  async destroy(ctx: Ctx, machineId: string): Promise<DeletionProof> {
    return await this.onMachine(ctx, machineId, async ({ removal }) => await removal.machine(ctx, machineId));
  }

  async sweep(ctx: Ctx, stray: Stray): Promise<void> {
    await this.verb(ctx, async ({ survey }) => await survey.sweep(ctx, stray));
  }

  async lineage(ctx: Ctx, scope: LineageScope): Promise<LineageReport> {
    return await this.verb(ctx, async ({ survey }) => await survey.lineage(ctx, scope));
  }

  readonly guest: Guest = {
    ready: async (ctx, machineId) => await this.verb(ctx, async ({ guests }) => await guests.ready(ctx, machineId)),
    address: async (ctx, machineId) => await this.verb(ctx, async ({ guests }) => await guests.address(ctx, machineId)),
    handover: async (ctx, machineId, given) => await this.verb(ctx, async ({ guests }) => await guests.handover(ctx, machineId, given)),
    announce: async (ctx, machineId, text) => await this.verb(ctx, async ({ guests }) => await guests.announce(ctx, machineId, text)),
    idleFor: async (ctx, machineId) => await this.verb(ctx, async ({ guests }) => await guests.idleFor(ctx, machineId)),
    revoke: async (ctx, machineId, user) => await this.verb(ctx, async ({ guests }) => await guests.revoke(ctx, machineId, user)),
  };

  async console(ctx: Ctx, machineId: string): Promise<ConsoleTarget> {
    return await this.verb(ctx, async (parts) => {
      await withScreen(ctx, parts, machineId);
      return { kind: 'vnc', socketPath: parts.host.layout.runPaths(machineId).vnc };
    });
  }

  async screenshot(ctx: Ctx, machineId: string): Promise<Buffer> {
    return await this.verb(ctx, async (parts) => {
      await withScreen(ctx, parts, machineId);
      const runtime = parts.fleet.get(machineId);
      if (runtime === undefined) throw unreachable(machineId);
      return await takeScreenshot(ctx, runtime, join(parts.machines.folder(machineId), 'run'));
    });
  }

  async serialLog(ctx: Ctx, machineId: string, options: { after?: number | undefined; waitMs?: number | undefined }): Promise<SerialPart> {
    return await this.verb(ctx, async ({ machines, fleet }) => {
      await machines.need(machineId);
      return await readSerial(ctx, machines.folder(machineId), fleet.get(machineId)?.serial.log, options);
    });
  }

  async serialConsole(ctx: Ctx, machineId: string): Promise<Duplex> {
    return await this.verb(ctx, async (parts) => {
      await mustRun(ctx, parts, machineId);
      const runtime = parts.fleet.get(machineId);
      if (runtime === undefined) throw unreachable(machineId);
      return runtime.serial.join();
    });
  }

  private need(): Parts {
    if (this.opened === undefined) throw driverError('unavailable', 'the QEMU driver is not open');
    return this.opened;
  }

  private async verb<T>(ctx: Ctx, work: (parts: Parts) => Promise<T>): Promise<T> {
    return await guarded(ctx, async () => {
      checkCtx(ctx);
      return await work(this.need());
    });
  }

  /** Verbs on one machine wait for each other. */
  private async onMachine<T>(ctx: Ctx, machineId: string, work: (parts: Parts) => Promise<T>): Promise<T> {
    return await this.verb(ctx, async (parts) => await parts.host.locks.run(ctx, `machine ${machineId}`, async () => await work(parts)));
  }
}

/** Refuses a machine that is off, or whose image has no display. */
async function withScreen(ctx: Ctx, parts: Parts, machineId: string): Promise<void> {
  const { profile } = await parts.masters.of(await mustRun(ctx, parts, machineId));
  if (!profile.hardware.display) throw driverError('not-supported', 'this image has no display');
}

/** Refuses a machine that is off. */
async function mustRun(ctx: Ctx, { machines, fleet }: Parts, machineId: string): Promise<MachineRecord> {
  const record = await machines.needMade(machineId);
  const state = await fleet.power(ctx, machineId, machines.folder(machineId));
  if (state === 'off' || state === 'crashed') throw driverError('wrong-state', `machine ${machineId} is ${state}`);
  return record;
}
