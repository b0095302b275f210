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
  Guest,
  Inventory,
  LineageReport,
  LineageScope,
  MachineAnswer,
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
import { driverError } from '../../driver/errors.ts';
import { checkCtx, type Ctx } from '../../lib/context.ts';
import { shownCertificate, type ShownCertificate } from '../../vsphere/index.ts';
import { type AccountCheck, checkAccount } from './check/account.ts';
import { checkProvider, type ProviderReport } from './check/check.ts';
import { guarded } from './endpoint/faults.ts';
import type { VSphereProviderOptions } from './options.ts';
import type { Reseal } from './masters/reseal.ts';
import { openParts, type Parts } from './parts.ts';
import { type EndpointVm, listVms } from './check/vms.ts';

/** The certificate that an endpoint shows, for first contact. Errors: `unavailable`, `no-permission` (no TLS), `deadline`. */
export async function certificateOf(ctx: Ctx, url: string): Promise<ShownCertificate> {
  return await guarded(ctx, async () => await shownCertificate(ctx, url));
}

export type { AccountCheck } from './check/account.ts';
export type { DatastoreReport, ProviderProblem, ProviderReport } from './check/check.ts';
export type { LinkedStrategy, VSphereLimits, VSphereProviderOptions } from './options.ts';

/** The driver port over a vCenter or a lone ESXi host. The rooms beside it have the parts; this one says which verb goes where. */
export class VSphereDriver implements Driver {
  readonly kind: 'vcenter' | 'esxi';
  readonly #options: VSphereProviderOptions;
  #opened: Parts | undefined;

  constructor(options: VSphereProviderOptions) {
    this.kind = options.kind;
    this.#options = options;
  }

  async open(ctx: Ctx): Promise<Capabilities> {
    return await guarded(ctx, async () => {
      checkCtx(ctx);
      await this.close();
      const { parts, capabilities } = await openParts(ctx, this.#options);
      this.#opened = parts;
      return capabilities;
    });
  }

  async close(): Promise<void> {
    const parts = this.#opened;
    this.#opened = undefined;
    parts?.end.close();
    await parts?.end.client.close();
  }

  async inventory(ctx: Ctx): Promise<Inventory> {
    return await this.#verb(ctx, async ({ survey }) => await survey.inventory(ctx));
  }

  watch(onEvent: (event: DriverEvent) => void): () => void {
    return this.#need().watch(onEvent);
  }

  whereabouts(machineId: string): Whereabouts | undefined {
    return this.#opened?.survey.whereabouts(machineId);
  }

  async room(ctx: Ctx): Promise<ProviderRoom> {
    return await this.#verb(ctx, async ({ survey }) => await survey.room(ctx));
  }

  async answer(ctx: Ctx, machineId: string, answer: MachineAnswer): Promise<void> {
    await this.#verb(ctx, async ({ questions }) => await questions.answer(ctx, machineId, answer));
  }

  async prepareMaster(ctx: Ctx, spec: MasterSpec): Promise<Master> {
    return await this.#verb(ctx, async ({ masterVerbs }) => await masterVerbs.prepare(ctx, spec));
  }

  async verifyMaster(ctx: Ctx, revisionId: string, { full = false }: { full?: boolean | undefined } = {}): Promise<MasterCheck> {
    return await this.#verb(ctx, async ({ masterVerbs }) => await masterVerbs.verify(ctx, revisionId, full));
  }

  async resealMaster(ctx: Ctx, revisionId: string, recorded: Parameters<Reseal['run']>[2]): Promise<Master> {
    return await this.#verb(ctx, async ({ reseal }) => await reseal.run(ctx, revisionId, recorded));
  }

  async removeMaster(ctx: Ctx, revisionId: string): Promise<DeletionProof> {
    return await this.#verb(ctx, async ({ masterVerbs }) => await masterVerbs.remove(ctx, revisionId));
  }

  async clone(ctx: Ctx, spec: CloneSpec): Promise<CloneResult> {
    return await this.#onMachine(ctx, spec.machineId, async ({ machines }) => await machines.clone(ctx, spec));
  }

  async readBack(ctx: Ctx, machineId: string): Promise<CloneResult> {
    return await this.#verb(ctx, async ({ machines }) => await machines.readBack(ctx, machineId));
  }

  async power(ctx: Ctx, machineId: string, op: PowerOp): Promise<PowerState> {
    return await this.#onMachine(ctx, machineId, async ({ power }) => await power.run(ctx, machineId, op));
  }

  async checkpoint(ctx: Ctx, machineId: string, name: string): Promise<Checkpoint> {
    return await this.#onMachine(ctx, machineId, async ({ checkpoints }) => await checkpoints.make(ctx, machineId, name));
  }

  async checkpoints(ctx: Ctx, machineId: string): Promise<readonly Checkpoint[]> {
    return await this.#verb(ctx, async ({ checkpoints }) => await checkpoints.list(ctx, machineId));
  }

  async revert(ctx: Ctx, machineId: string, name: string): Promise<void> {
    await this.#onMachine(ctx, machineId, async ({ checkpoints }) => await checkpoints.revert(ctx, machineId, name));
  }

  async deleteCheckpoint(ctx: Ctx, machineId: string, name: string): Promise<void> {
    await this.#onMachine(ctx, machineId, async ({ checkpoints }) => await checkpoints.remove(ctx, machineId, name));
  }

  async unlink(ctx: Ctx, machineId: string): Promise<CloneResult> {
    return await this.#onMachine(ctx, machineId, async ({ unlink }) => await unlink.run(ctx, machineId));
  }

  async relocate(ctx: Ctx, machineId: string, datastore: string): Promise<CloneResult> {
    return await this.#onMachine(ctx, machineId, async ({ relocate }) => await relocate.run(ctx, machineId, datastore));
  }

  async capture(ctx: Ctx, spec: CaptureSpec): Promise<Master> {
    return await this.#onMachine(ctx, spec.machineId, async ({ locate, machines, masterVerbs }) => {
      const view = await locate.machine(ctx, spec.machineId);
      machines.mustBeWhole(view);
      return await masterVerbs.capture(ctx, view, spec);
    });
  }

  async destroy(ctx: Ctx, machineId: string): Promise<DeletionProof> {
    return await this.#onMachine(ctx, machineId, async ({ machines }) => await machines.destroy(ctx, machineId));
  }

  async sweep(ctx: Ctx, stray: Stray): Promise<void> {
    await this.#verb(ctx, async ({ survey }) => await survey.sweep(ctx, stray));
  }

  async lineage(ctx: Ctx, scope: LineageScope): Promise<LineageReport> {
    return await this.#verb(ctx, async ({ survey }) => await survey.lineage(ctx, scope));
  }

  readonly guest: Guest = {
    ready: async (ctx, machineId) => await this.#verb(ctx, async ({ guests }) => await guests.ready(ctx, machineId)),
    address: async (ctx, machineId) => await this.#verb(ctx, async ({ guests }) => await guests.address(ctx, machineId)),
    handover: async (ctx, machineId, given) => await this.#verb(ctx, async ({ guests }) => await guests.handover(ctx, machineId, given)),
    announce: async (ctx, machineId, text) => await this.#verb(ctx, async ({ guests }) => await guests.announce(ctx, machineId, text)),
    idleFor: async (ctx, machineId) => await this.#verb(ctx, async ({ guests }) => await guests.idleFor(ctx, machineId)),
    ownPassword: async (ctx, machineId) => await this.#verb(ctx, async ({ guests }) => await guests.ownPassword(ctx, machineId)),
    revoke: async (ctx, machineId, user) => await this.#verb(ctx, async ({ guests }) => await guests.revoke(ctx, machineId, user)),
  };

  async console(ctx: Ctx, machineId: string): Promise<ConsoleTarget> {
    return await this.#verb(ctx, async ({ guests }) => await guests.console(ctx, machineId));
  }

  /** A serial port of a VM on vSphere leads to a file or a network address of the site's own choice: Carrel keeps none. */
  async serialLog(): Promise<SerialPart> {
    throw driverError('not-supported', 'machines on vSphere have no log of a serial console', { hint: 'look at the screen instead' });
  }

  /** What the account may and may not do there, for `provider check`; beyond the port. */
  async checkAccount(ctx: Ctx): Promise<AccountCheck> {
    return await this.#verb(ctx, async ({ end }) => await checkAccount(ctx, end));
  }

  /**
   * Everything there is to say of this endpoint, for `provider check`; beyond the port. It has a connection of its own, changes nothing, and
   * works also where `open` would refuse. Errors: as of {@link checkProvider}.
   */
  async check(ctx: Ctx): Promise<ProviderReport> {
    return await guarded(ctx, async () => await checkProvider(ctx, this.#options));
  }

  /** What there is to import, for `provider vms`; beyond the port. Errors: as of {@link check}. */
  async vms(ctx: Ctx): Promise<EndpointVm[]> {
    return await guarded(ctx, async () => await listVms(ctx, this.#options));
  }

  /** Requests made so far, for benchmarks: SOAP calls of the one session. */
  get requests(): number {
    return this.#opened?.end.client.session.requests ?? 0;
  }

  #need(): Parts {
    if (this.#opened === undefined) throw driverError('unavailable', 'the vSphere driver is not open');
    return this.#opened;
  }

  async #verb<T>(ctx: Ctx, work: (parts: Parts) => Promise<T>): Promise<T> {
    return await guarded(ctx, async () => {
      checkCtx(ctx);
      return await work(this.#need());
    });
  }

  /** Verbs on one machine wait for each other, and for what an aborted one still has running at the server. */
  async #onMachine<T>(ctx: Ctx, machineId: string, work: (parts: Parts) => Promise<T>): Promise<T> {
    return await this.#verb(ctx, async (parts) => await parts.end.work.run(ctx, machineId, async () => await work(parts)));
  }
}
