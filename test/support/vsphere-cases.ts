/** What the tests of the vSphere driver share: a world with a master, and what must hold at the end of each case. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { CloneMode } from '../../src/core/image.ts';
import type { CloneResult, Master } from '../../src/driver/driver.ts';
import { type Ctx, makeCtx } from '../../src/lib/context.ts';
import type { Vm } from '../../src/vsim/model/entities.ts';
import { VSphereWorld, type VSphereWorldOptions } from './vsphere-harness.ts';

export const ctx = (timeoutMs = 300_000): Ctx => makeCtx({ timeoutMs });

export class Case {
  readonly w: VSphereWorld;
  readonly master: Master;
  readonly digest: string;

  constructor(w: VSphereWorld, master: Master, digest: string) {
    this.w = w;
    this.master = master;
    this.digest = digest;
  }

  get driver() {
    return this.w.driver;
  }

  get m() {
    return this.w.m;
  }

  async clone(mode: CloneMode = 'linked', machineId: string = randomUUID()): Promise<CloneResult> {
    return await this.driver.clone(ctx(), this.spec(machineId, mode));
  }

  spec(machineId: string, mode: CloneMode = 'linked') {
    return { machineId, revisionId: this.master.revisionId, mode, hardware: { vcpus: 1, memoryMiB: 1024 }, hostname: 'h' };
  }

  /** The master's machine on the first datastore that has one. */
  get golden(): Vm {
    return this.w.mastersOf(this.master.revisionId)[0] as Vm;
  }

  calls(method: string): number {
    return this.w.vsim.stats.byMethod.get(method) ?? 0;
  }

  /** Whether the case deletes checkpoints; else no snapshot may be removed at all. */
  deletesCheckpoints = false;

  /** The golden disks as the storage has them, by path: also when no machine names them any more. */
  async unchanged(): Promise<void> {
    expect(this.w.goldenDigest(this.master.files.map((f) => f.path))).toBe(this.digest);
    const removes = this.deletesCheckpoints ? [] : ['RemoveSnapshot_Task'];
    for (const never of ['Destroy_Task', ...removes, 'RemoveAllSnapshots_Task', 'ConsolidateVMDisks_Task']) {
      expect([never, this.calls(never)]).toEqual([never, 0]);
    }
  }

  /** Nothing of ours is there but these machines and the master. */
  async nothingLeft(machines: readonly string[] = []): Promise<void> {
    expect(await this.w.leaks({ machines, masters: [this.master.revisionId] })).toEqual([]);
  }
}

/** Runs a case in a world of its own; its master must be what it was in the end, unless the case says that somebody else changed it. */
export async function inWorld(options: VSphereWorldOptions & { masterChanges?: boolean }, work: (c: Case) => Promise<void>): Promise<void> {
  const w = await VSphereWorld.make(options);
  try {
    const master = await w.driver.prepareMaster(ctx(), w.prepareSpec(randomUUID()));
    const c = new Case(w, master, w.goldenDigest(master.files.map((f) => f.path)));
    await work(c);
    if (!options.masterChanges) await c.unchanged();
  } finally {
    await w.dispose();
  }
}

/** The code with which a promise is rejected; `nothing` if it is not. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'nothing',
    (error: unknown) => String((error as { code?: unknown }).code),
  );
}
