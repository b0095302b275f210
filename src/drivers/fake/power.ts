import { describeViolation, gate } from '../../core/lineage.ts';
import type { Checkpoint, PowerOp, PowerState } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import { makeIdentity } from './guest-files.ts';
import type { FakeHost } from './host.ts';
import { addOverlay } from './machines.ts';
import { masterPathsOf } from './reads.ts';
import { chainFrom, childrenOf, type FakeMachine, type FakeState } from './state.ts';

/** What each operation makes of each state; undefined = refused with `wrong-state`. */
const POWER: Readonly<Record<PowerOp, Readonly<Record<PowerState, PowerState | undefined>>>> = {
  on: { off: 'on', crashed: 'on', suspended: 'on', on: 'on' },
  off: { off: 'off', crashed: 'off', suspended: 'off', on: 'off' },
  reset: { off: undefined, crashed: undefined, suspended: undefined, on: 'on' },
  suspend: { off: undefined, crashed: undefined, suspended: 'suspended', on: 'suspended' },
  resume: { off: undefined, crashed: undefined, suspended: 'on', on: 'on' },
  shutdown: { off: 'off', crashed: 'off', suspended: undefined, on: 'off' },
};

export async function power(host: FakeHost, ctx: Ctx, machineId: string, op: PowerOp): Promise<PowerState> {
  const { world } = host;
  return await host.perform(ctx, 'power', machineId, world.delays.power, async (middle) => {
    const machine = host.whole(world.state, machineId);
    if (!host.caps.suspend && (op === 'suspend' || op === 'resume'))
      throw driverError('not-supported', 'machines cannot be suspended here');
    const next = POWER[op][machine.power];
    if (next === undefined) throw driverError('wrong-state', `${op} is not possible while ${machineId} is ${machine.power}`);
    if (next === machine.power && op !== 'reset') return next;
    if (next === 'on') {
      passGate(world.state, machine);
      if (machine.power !== 'on') hasRoom(world.state, machine);
    }
    await middle();
    return world.change((state) => {
      const now = host.whole(state, machineId);
      setPower(state, now, next, op, world.clock.now(), now.mode === 'instant' ? world.delays.instantBoot : world.delays.boot);
      return next;
    });
  });
}

function setPower(state: FakeState, machine: FakeMachine, next: PowerState, op: PowerOp, now: number, bootMs: number): void {
  const boots = op === 'reset' || (next === 'on' && machine.power !== 'suspended') || machine.readyAt === undefined;
  machine.power = next;
  if (next === 'off') machine.readyAt = undefined;
  if (next !== 'on' || !boots) return;
  machine.readyAt = now + bootMs;
  makeIdentity(state, machine);
}

/** Promise 3, checked by the driver too: on what the chains are now. */
function passGate(state: Readonly<FakeState>, machine: FakeMachine): void {
  const masterPaths = masterPathsOf(state, machine);
  for (const leaf of machine.disks) {
    const chain = chainFrom(state, leaf);
    const [violation] = gate(chain, { mode: machine.mode, ownFolder: machine.folder, masterPaths });
    if (violation !== undefined) throw driverError('gate-refused', describeViolation(violation), { details: { violation } });
    for (const { path } of chain) {
      const disk = state.disks[path];
      if (disk?.parent !== undefined && state.disks[disk.parent]?.generation !== disk.parentGeneration) {
        throw driverError('master-changed', `${disk.parent} was written to after ${path} was put on it`);
      }
    }
  }
  if (machine.disks.length === 0) throw driverError('gate-refused', describeViolation({ rule: 'no-disk' }));
}

function hasRoom(state: Readonly<FakeState>, machine: FakeMachine): void {
  const on = Object.values(state.machines).filter((m) => m.power === 'on');
  const memoryMiB = on.reduce((sum, m) => sum + m.hardware.memoryMiB, machine.hardware.memoryMiB);
  if (memoryMiB > state.limits.memoryMiB) throw driverError('no-capacity', `there is no memory left for ${machine.machineId}`);
}

function needsCheckpoints(host: FakeHost): void {
  if (!host.caps.checkpoints) throw driverError('not-supported', 'there are no checkpoints here');
}

export async function checkpoint(host: FakeHost, ctx: Ctx, machineId: string, name: string): Promise<Checkpoint> {
  const { world } = host;
  return await host.perform(ctx, 'checkpoint', machineId, 0, async (middle) => {
    needsCheckpoints(host);
    const there = host.whole(world.state, machineId).checkpoints.find((c) => c.name === name);
    if (there !== undefined) return { name, createdAt: there.createdAt };
    const leaves = world.change((state) => {
      const machine = host.whole(state, machineId);
      dropUnused(state, machine);
      return addLeaves(state, machine, machine.disks);
    });
    await middle();
    return world.change((state) => {
      const machine = host.whole(state, machineId);
      const made = { name, createdAt: world.isoNow(), disks: machine.disks };
      machine.checkpoints.push(made);
      machine.disks = leaves;
      return { name, createdAt: made.createdAt };
    });
  });
}

export async function revert(host: FakeHost, ctx: Ctx, machineId: string, name: string): Promise<void> {
  const { world } = host;
  await host.perform(ctx, 'revert', machineId, 0, async (middle) => {
    needsCheckpoints(host);
    const machine = host.whole(world.state, machineId);
    if (machine.power === 'on') throw driverError('wrong-state', `the machine ${machineId} runs`, { hint: 'Power it off first.' });
    const point = machine.checkpoints.find((c) => c.name === name);
    if (point === undefined) throw driverError('not-found', `${machineId} has no checkpoint ${name}`);
    const leaves = world.change((state) => addLeaves(state, host.whole(state, machineId), point.disks));
    await middle();
    world.change((state) => {
      const now = host.whole(state, machineId);
      now.disks = leaves;
      // A suspended machine remembers the memory of the disks that are gone.
      now.power = 'off';
      now.readyAt = undefined;
      dropUnused(state, now);
    });
  });
}

export async function deleteCheckpoint(host: FakeHost, ctx: Ctx, machineId: string, name: string): Promise<void> {
  const { world } = host;
  await host.perform(ctx, 'deleteCheckpoint', machineId, 0, async (middle) => {
    needsCheckpoints(host);
    host.whole(world.state, machineId);
    world.change((state) => {
      const machine = host.whole(state, machineId);
      machine.checkpoints = machine.checkpoints.filter((c) => c.name !== name);
    });
    await middle();
    world.change((state) => dropUnused(state, host.whole(state, machineId)));
  });
}

/** New leaves in the machine's own folder, one on each of these disks. */
function addLeaves(state: FakeState, machine: FakeMachine, parents: readonly string[]): string[] {
  return parents.map((parent, i) => {
    let n = 1;
    while (state.disks[`${machine.folder}disk-${i}-${n}.fake`] !== undefined) n += 1;
    const path = `${machine.folder}disk-${i}-${n}.fake`;
    addOverlay(state, path, parent, machine.tag);
    return path;
  });
}

/** Removes own disks that neither the machine nor a checkpoint uses, unless something stands on them. */
export function dropUnused(state: FakeState, machine: FakeMachine): void {
  const leaves = [...machine.disks, ...machine.checkpoints.flatMap((c) => c.disks)];
  const used = new Set(leaves.flatMap((leaf) => chainFrom(state, leaf).map((d) => d.path)));
  const unused = Object.keys(state.disks).filter((path) => path.startsWith(machine.folder) && !used.has(path));
  for (const path of unused.sort((a, b) => chainFrom(state, b).length - chainFrom(state, a).length)) {
    if (childrenOf(state, [path]).length === 0) delete state.disks[path];
  }
}
