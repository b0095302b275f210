import type { Duplex } from 'node:stream';
import type { DeletionProof } from '../../core/lineage.ts';
import type {
  Capabilities,
  CaptureSpec,
  Checkpoint,
  CloneResult,
  CloneSpec,
  ConsoleTarget,
  Driver,
  DriverEvent,
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
import { checkCtx, type Ctx } from '../../lib/context.ts';
import { consoleOf, FakeGuest, screenOf, serialOf } from './guest.ts';
import { FakeHost } from './host.ts';
import { clone, destroy, sweep } from './machines.ts';
import { capture, FAKE_IMPORT_FORMATS, FAKE_RECIPES, prepareMaster, removeMaster, resealMaster, verifyMaster } from './masters.ts';
import { checkpoint, deleteCheckpoint, power, revert } from './power.ts';
import { cloneResult, inventory, lineage, room } from './reads.ts';
import { FakeSerial } from './serial.ts';
import { unlink } from './unlink.ts';
import type { FakeWorld } from './world.ts';

/** Another process has no way to call back: a world in a file is looked at this often, in milliseconds. */
const WATCH_EVERY_MS = 100;

export const FAKE_CAPABILITIES: Capabilities = {
  cloneModes: ['linked', 'full', 'instant'],
  liveCapture: true,
  checkpoints: true,
  unlink: true,
  relocate: true,
  growsDisk: ['linked', 'full'],
  suspend: true,
  console: 'vnc',
  screenshot: true,
  serialConsole: true,
  recipes: FAKE_RECIPES,
  protocols: ['ssh', 'rdp'],
  importFormats: FAKE_IMPORT_FORMATS,
  startSlots: 8,
  copySlots: 4,
  facts: { accelerator: 'none: machines are only recorded' },
};

export interface FakeDriverOptions {
  world: FakeWorld;
  /** The installation that the driver works for; what carries another tag is foreign. */
  tag?: string | undefined;
  /** What this provider can do, where it differs from {@link FAKE_CAPABILITIES}. */
  capabilities?: Partial<Capabilities> | undefined;
}

/**
 * A driver without a hypervisor: it keeps every rule of the port on a {@link FakeWorld}, at thousands of operations per
 * second, and fails as it is told to. For tests, and for trying Carrel where no virtual machine can run.
 */
export class FakeDriver implements Driver {
  readonly kind = 'fake';
  readonly world: FakeWorld;
  readonly guest: FakeGuest;
  readonly #host: FakeHost;
  readonly #serial: FakeSerial;
  readonly #stops = new Set<() => void>();

  constructor(options: FakeDriverOptions) {
    this.world = options.world;
    this.#host = new FakeHost(options.world, options.tag ?? 'carrel', { ...FAKE_CAPABILITIES, ...options.capabilities });
    this.guest = new FakeGuest(this.#host);
    this.#serial = new FakeSerial(options.world);
  }

  /** The installation that it works for. */
  get tag(): string {
    return this.#host.tag;
  }

  async open(ctx: Ctx): Promise<Capabilities> {
    checkCtx(ctx);
    return this.#host.caps;
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#serial.close();
  }

  async inventory(ctx: Ctx): Promise<Inventory> {
    return await this.#host.read(ctx, 'inventory', undefined, (state, half) => inventory(this.#host, state, half));
  }

  watch(onEvent: (event: DriverEvent) => void): () => void {
    const stopListening = this.world.onPower(onEvent);
    const stopPolling = this.world.shared ? this.#poll(onEvent) : undefined;
    const stop = (): void => {
      stopListening();
      stopPolling?.();
      this.#stops.delete(stop);
    };
    this.#stops.add(stop);
    return stop;
  }

  whereabouts(): Whereabouts {
    return { host: 'fake', datastores: [] };
  }

  async room(ctx: Ctx): Promise<ProviderRoom> {
    return await this.#host.read(ctx, 'room', undefined, room);
  }

  async prepareMaster(ctx: Ctx, spec: MasterSpec): Promise<Master> {
    return await prepareMaster(this.#host, ctx, spec);
  }

  async verifyMaster(ctx: Ctx, revisionId: string): Promise<MasterCheck> {
    return await verifyMaster(this.#host, ctx, revisionId);
  }

  async resealMaster(ctx: Ctx, revisionId: string, recorded: Parameters<typeof resealMaster>[3]): Promise<Master> {
    return await resealMaster(this.#host, ctx, revisionId, recorded);
  }

  async removeMaster(ctx: Ctx, revisionId: string): Promise<DeletionProof> {
    return await removeMaster(this.#host, ctx, revisionId);
  }

  async clone(ctx: Ctx, spec: CloneSpec): Promise<CloneResult> {
    return await clone(this.#host, ctx, spec);
  }

  async readBack(ctx: Ctx, machineId: string): Promise<CloneResult> {
    return await this.#host.read(ctx, 'readBack', machineId, (state) => cloneResult(state, this.#host.own(state, machineId)));
  }

  async power(ctx: Ctx, machineId: string, op: PowerOp): Promise<PowerState> {
    return await power(this.#host, ctx, machineId, op).finally(() => this.#serial.look(machineId));
  }

  async checkpoint(ctx: Ctx, machineId: string, name: string): Promise<Checkpoint> {
    return await checkpoint(this.#host, ctx, machineId, name);
  }

  async checkpoints(ctx: Ctx, machineId: string): Promise<readonly Checkpoint[]> {
    return await this.#host.read(ctx, 'checkpoints', machineId, (state) =>
      this.#host.own(state, machineId).checkpoints.map(({ name, createdAt }) => ({ name, createdAt })),
    );
  }

  async revert(ctx: Ctx, machineId: string, name: string): Promise<void> {
    await revert(this.#host, ctx, machineId, name).finally(() => this.#serial.look(machineId));
  }

  async deleteCheckpoint(ctx: Ctx, machineId: string, name: string): Promise<void> {
    await deleteCheckpoint(this.#host, ctx, machineId, name);
  }

  async unlink(ctx: Ctx, machineId: string): Promise<CloneResult> {
    return await unlink(this.#host, ctx, machineId);
  }

  async relocate(ctx: Ctx, machineId: string, _datastore: string): Promise<CloneResult> {
    return await unlink(this.#host, ctx, machineId, 'relocate');
  }

  async capture(ctx: Ctx, spec: CaptureSpec): Promise<Master> {
    return await capture(this.#host, ctx, spec);
  }

  async destroy(ctx: Ctx, machineId: string): Promise<DeletionProof> {
    return await destroy(this.#host, ctx, machineId).finally(() => this.#serial.look(machineId));
  }

  async sweep(ctx: Ctx, stray: Stray): Promise<void> {
    await sweep(this.#host, ctx, stray);
  }

  async lineage(ctx: Ctx, scope: LineageScope): Promise<LineageReport> {
    return await this.#host.read(ctx, 'lineage', undefined, (state, half) => lineage(this.#host, state, scope, half));
  }

  async console(ctx: Ctx, machineId: string): Promise<ConsoleTarget> {
    return await consoleOf(this.#host, ctx, machineId);
  }

  async screenshot(ctx: Ctx, machineId: string): Promise<Buffer> {
    return await screenOf(this.#host, ctx, machineId);
  }

  async serialLog(ctx: Ctx, machineId: string, { after = 0 }: { after?: number | undefined } = {}): Promise<SerialPart> {
    return await serialOf(this.#host, ctx, machineId, after);
  }

  async serialConsole(ctx: Ctx, machineId: string): Promise<Duplex> {
    return await this.#serial.join(this.#host, ctx, machineId);
  }

  /** Tells of machines that another process saw crash. */
  #poll(onEvent: (event: DriverEvent) => void): () => void {
    const crashed = (): Set<string> => {
      const machines = Object.values(this.world.state.machines);
      return new Set(machines.filter((m) => m.power === 'crashed' && m.tag === this.#host.tag).map((m) => m.machineId));
    };
    let known = crashed();
    const timer = setInterval(() => {
      const now = crashed();
      for (const machineId of now) if (!known.has(machineId)) onEvent({ kind: 'machine', machineId, power: 'crashed' });
      known = now;
    }, WATCH_EVERY_MS);
    timer.unref();
    return () => clearInterval(timer);
  }
}
