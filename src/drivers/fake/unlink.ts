import type { CloneResult } from '../../driver/driver.ts';
import { driverError, noRoomForCopy } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import type { FakeHost } from './host.ts';
import { dropUnused } from './power.ts';
import { cloneResult } from './reads.ts';
import { chainFrom, type FakeMachine, type FakeState, mergedFiles, usedBytes } from './state.ts';

/**
 * Copies of a machine's whole disks take their place; the former leaves go. As of the port's verbs: there is one datastore here, of any name.
 */
export async function unlink(host: FakeHost, ctx: Ctx, machineId: string, verb: 'unlink' | 'relocate' = 'unlink'): Promise<CloneResult> {
  const { world } = host;
  return await host.perform(ctx, verb, machineId, world.delays.master, async (middle) => {
    const machine = host.whole(world.state, machineId);
    if (host.caps[verb] !== true) throw driverError('not-supported', 'machines cannot be taken off their masters here');
    if (machine.disks.every((leaf) => chainFrom(world.state, leaf).length === 1)) {
      return world.change((state) => {
        const now = host.whole(state, machineId);
        now.mode = 'full';
        return cloneResult(state, now);
      });
    }
    mustBeFree(machine);
    const copies = world.change((state) => beginCopies(state, host.whole(state, machineId)));
    await middle();
    return world.change((state) => {
      const now = host.whole(state, machineId);
      now.disks = now.disks.map((leaf, i) => copyWhole(state, leaf, copies[i] as string, now.tag));
      now.mode = 'full';
      dropUnused(state, now);
      return cloneResult(state, now);
    });
  });
}

function mustBeFree({ machineId, power, checkpoints }: FakeMachine): void {
  if (power !== 'off' && power !== 'crashed') {
    throw driverError('wrong-state', `the machine ${machineId} is ${power}`, { hint: 'Switch it off first.' });
  }
  if (checkpoints.length > 0) {
    throw driverError('wrong-state', `the machine ${machineId} has checkpoints, which stand on its master too`, {
      hint: 'Delete them first.',
    });
  }
}

/** What lies there when it breaks off: empty disks of nobody. What an earlier try left is replaced. */
function beginCopies(state: FakeState, machine: FakeMachine): string[] {
  dropUnused(state, machine);
  const needed = machine.disks.flatMap((leaf) => chainFrom(state, leaf)).reduce((sum, disk) => sum + disk.bytes, 0);
  const free = Math.max(0, state.limits.storageBytes - usedBytes(state));
  if (needed > free) throw noRoomForCopy(machine.machineId, 'the storage', needed, free);
  return machine.disks.map((_leaf, i) => {
    const path = `${machine.folder}own-${i}.fake`;
    const empty = { path, seed: 'half written', files: {}, generation: 0, bytes: 512, virtualBytes: 0, sealed: false, tag: machine.tag };
    state.disks[path] = empty;
    return path;
  });
}

function copyWhole(state: FakeState, leaf: string, to: string, tag: string): string {
  const chain = chainFrom(state, leaf);
  const seed = state.disks[chain.at(-1)?.path ?? '']?.seed ?? '';
  const bytes = chain.reduce((sum, disk) => sum + disk.bytes, 0);
  const virtualBytes = chain[0]?.virtualBytes ?? 0;
  state.disks[to] = { path: to, seed, files: mergedFiles(state, leaf), generation: 0, bytes, virtualBytes, sealed: false, tag };
  return to;
}
