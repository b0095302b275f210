import { randomUUID } from 'node:crypto';
import type { CloneMode } from '../../core/image.ts';
import { type Ctx, makeCtx } from '../../lib/context.ts';
import { describeError } from '../../lib/errors.ts';
import { waitFor } from '../../lib/retry.ts';
import type { Capabilities, CloneResult, CloneSpec, Driver, Inventory, Master, SeenMachine } from '../driver.ts';
import type { Foreign, Harness, Kept } from './harness.ts';
import { observed } from './observed.ts';

/**
 * The table that checks work on: ids, contexts with bounds, machines and masters that are cleared away after each check,
 * and where boots are dear, booted machines that checks share.
 */
export class Bench {
  readonly #harness: Harness;
  readonly caps: Capabilities;
  /** Rejections outside the closed list, over everything that was called. */
  readonly openErrors: string[] = [];
  /** What could not be cleared away after a check. */
  readonly tidyErrors: string[] = [];
  #driver: Driver;
  #shared: Promise<Master> | undefined;
  #lent: string[] = [];
  readonly #keptMachines = new Set<string>();
  readonly #machines = new Set<string>();
  readonly #masters = new Set<string>();
  readonly #sharedMasters = new Set<string>();
  readonly #foreigns = new Set<Foreign>();

  constructor(harness: Harness) {
    this.#harness = harness;
    this.caps = harness.capabilities;
    this.#driver = this.#observe();
  }

  get harness(): Harness {
    return this.#harness;
  }

  get driver(): Driver {
    return this.#driver;
  }

  async restart(): Promise<void> {
    await this.#harness.restart();
    this.#driver = this.#observe();
  }

  ctx(kind: keyof Harness['timeouts'] = 'verbMs'): Ctx {
    return makeCtx({ timeoutMs: this.#harness.timeouts[kind] });
  }

  /** A fresh id; what is made under it is cleared away after the check. */
  machineId(): string {
    const id = randomUUID();
    this.#machines.add(id);
    return id;
  }

  revisionId(): string {
    const id = randomUUID();
    this.#masters.add(id);
    return id;
  }

  /** A machine and a master of this check are there for later ones too. */
  keep(machineId: string, revisionId: string): void {
    if (this.#machines.delete(machineId)) this.#keptMachines.add(machineId);
    this.#masters.delete(revisionId);
    this.#sharedMasters.add(revisionId);
  }

  /** The master that all checks share; nobody removes it. */
  async master(): Promise<Master> {
    if (this.#shared === undefined) {
      const revisionId = randomUUID();
      this.#sharedMasters.add(revisionId);
      this.#shared = this.#driver.prepareMaster(this.ctx('masterMs'), this.#harness.prepareSpec(revisionId));
    }
    return await this.#shared;
  }

  /** A master for this check alone. */
  async ownMaster(): Promise<Master> {
    return await this.#driver.prepareMaster(this.ctx('masterMs'), this.#harness.prepareSpec(this.revisionId()));
  }

  spec(revision: Master, mode: CloneMode, machineId = this.machineId()): CloneSpec {
    const { vcpus, memoryMiB } = revision.profile.hardware;
    return { machineId, revisionId: revision.revisionId, mode, hardware: { vcpus, memoryMiB }, hostname: `m-${machineId.slice(0, 8)}` };
  }

  async clone(mode: CloneMode = 'linked', revision?: Master): Promise<CloneResult> {
    return await this.#driver.clone(this.ctx('masterMs'), this.spec(revision ?? (await this.master()), mode));
  }

  /** A machine that runs, with a guest that answers. Shared machines (the n-th) where boots are dear, else a new one. */
  async booted(nth = 0): Promise<string> {
    if (this.#harness.cheap) {
      const { machineId } = await this.clone();
      await this.boot(machineId);
      return machineId;
    }
    for (let i = this.#lent.length; i <= nth; i++) {
      const { machineId } = await this.clone(this.quick());
      this.#machines.delete(machineId);
      this.#lent.push(machineId);
    }
    const machineId = this.#lent[nth] as string;
    await this.boot(machineId);
    return machineId;
  }

  /** Whether what a disk holds is written and read past the guest of a machine that is off, which is then not booted for it. */
  get pastGuest(): boolean {
    const { brief, diskWrite, diskRead } = this.#harness;
    return brief === true && diskWrite !== undefined && diskRead !== undefined;
  }

  /** The mode that is ready soonest, where a brief run does with any; else that of most machines. */
  quick(): CloneMode {
    return this.#harness.brief === true && this.caps.cloneModes.includes('instant') ? 'instant' : 'linked';
  }

  /** Powers on and waits until the guest is ready. */
  async boot(machineId: string): Promise<void> {
    await this.#driver.power(this.ctx(), machineId, 'on');
    await this.#driver.guest.ready(this.ctx('guestMs'), machineId);
  }

  async plantForeign(parentPath?: string): Promise<Foreign> {
    const foreign = await this.#harness.plantForeign(parentPath);
    this.#foreigns.add(foreign);
    return foreign;
  }

  async inventory(): Promise<Inventory> {
    return await this.#driver.inventory(this.ctx());
  }

  async seen(machineId: string): Promise<SeenMachine | undefined> {
    return (await this.inventory()).machines.find((m) => m.machineId === machineId);
  }

  /** Waits until the inventory shows the machine in one of these states; gives what it showed last when time is up. */
  async settles(machineId: string, states: readonly SeenMachine['power'][]): Promise<string> {
    let last = 'nothing';
    try {
      // Where boots are dear an inventory is too, and takes the processors from the guest.
      return await waitFor(this.ctx('guestMs'), this.#harness.cheap ? 25 : 300, async () => {
        last = (await this.seen(machineId))?.power ?? 'nothing';
        return (states as readonly string[]).includes(last) ? last : undefined;
      });
    } catch {
      return last;
    }
  }

  async digest(revisionId: string): Promise<string | undefined> {
    return await this.#harness.masterDigest(revisionId);
  }

  /** Leftovers, given that these and what checks share should be there. */
  async leaks(keep: Partial<Kept> = {}): Promise<readonly string[]> {
    return await this.#harness.leaks({
      machines: [...this.#lent, ...this.#keptMachines, ...(keep.machines ?? [])],
      masters: [...this.#sharedMasters, ...(keep.masters ?? [])],
    });
  }

  /** Clears away what the last check made. */
  async tidy(): Promise<void> {
    for (const foreign of this.#foreigns) await this.#attempt('foreign', () => foreign.remove());
    for (const id of this.#machines) await this.#attempt(`machine ${id}`, () => this.#driver.destroy(this.ctx(), id));
    for (const id of this.#masters) await this.#attempt(`master ${id}`, () => this.#driver.removeMaster(this.ctx('masterMs'), id));
    this.#foreigns.clear();
    this.#machines.clear();
    this.#masters.clear();
  }

  /** Gives up the shared machines and masters too. */
  async finish(): Promise<void> {
    for (const id of [...this.#lent, ...this.#keptMachines]) this.#machines.add(id);
    for (const id of this.#sharedMasters) this.#masters.add(id);
    this.#lent = [];
    this.#keptMachines.clear();
    this.#sharedMasters.clear();
    this.#shared = undefined;
    await this.tidy();
  }

  #observe(): Driver {
    const { verbMs, masterMs, guestMs, abortMs } = this.#harness.timeouts;
    return observed(this.#harness.driver, this.openErrors, Math.max(verbMs, masterMs, guestMs) + abortMs);
  }

  async #attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.tidyErrors.push(`${what}: ${describeError(error)}`);
    }
  }
}
