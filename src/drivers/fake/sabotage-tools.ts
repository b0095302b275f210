import type { Driver, Guest } from '../../driver/driver.ts';
import type { FakeMachine } from './state.ts';
import type { FakeWorld } from './world.ts';

/** What a sabotage works on: the driver below (which may be sabotaged already), the world, and whose things are ours. */
export interface Victim {
  inner: Driver;
  world: FakeWorld;
  tag: string;
}

export type Overrides = { [K in keyof Driver]?: Driver[K] | undefined };

/** One way in which a driver can break a promise. */
export interface SabotageEntry {
  /** What it does, as a sentence. */
  means: string;
  apply: (victim: Victim) => Overrides;
}

/** A driver with some of its verbs replaced. */
export function override(inner: Driver, overrides: Overrides): Driver {
  return new Proxy(inner, {
    get(target, key) {
      if (key in overrides) return overrides[key as keyof Driver];
      // Bound, since the methods use private fields.
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Verbs whose first argument is a context; what `around` returns takes the place of each. */
const VERBS = [
  'inventory',
  'prepareMaster',
  'verifyMaster',
  'removeMaster',
  'clone',
  'readBack',
  'power',
  'checkpoint',
  'checkpoints',
  'revert',
  'deleteCheckpoint',
  'unlink',
  'relocate',
  'capture',
  'destroy',
  'sweep',
  'lineage',
  'console',
  'screenshot',
  'serialLog',
  'serialConsole',
] as const;
const GUEST_VERBS = ['ready', 'address', 'handover', 'revoke', 'announce', 'idleFor'] as const;

type AnyCall = (...args: unknown[]) => Promise<unknown>;
export type Around = (call: AnyCall, args: unknown[], verb: string) => Promise<unknown>;

/** Puts the same thing around every verb. */
export function aroundAll(inner: Driver, around: Around): Overrides {
  const wrap = (owner: object, verb: string): AnyCall => {
    const call = (Reflect.get(owner, verb, owner) as AnyCall).bind(owner);
    return (...args) => around(call, args, verb);
  };
  // a driver need not have every verb
  const there = VERBS.filter((verb) => Reflect.get(inner, verb, inner) !== undefined);
  const verbs = Object.fromEntries(there.map((verb) => [verb, wrap(inner, verb)]));
  const said = GUEST_VERBS.filter((verb) => Reflect.get(inner.guest, verb, inner.guest) !== undefined);
  const guest = Object.fromEntries(said.map((verb) => [verb, wrap(inner.guest, verb)])) as unknown as Guest;
  return { ...(verbs as Overrides), guest };
}

/** Replaces verbs of the guest only. */
export function guestOf(inner: Driver, overrides: Partial<Guest>): Overrides {
  const { guest } = inner;
  const announce = overrides.announce ?? guest.announce?.bind(guest);
  const idleFor = overrides.idleFor ?? guest.idleFor?.bind(guest);
  return {
    guest: {
      ready: overrides.ready ?? guest.ready.bind(guest),
      address: overrides.address ?? guest.address.bind(guest),
      handover: overrides.handover ?? guest.handover.bind(guest),
      revoke: overrides.revoke ?? guest.revoke.bind(guest),
      ...(announce && { announce }),
      ...(idleFor && { idleFor }),
    },
  };
}

/** Changes a machine's record if it is there. */
export function alter(world: FakeWorld, machineId: string, work: (machine: FakeMachine) => void): void {
  world.change((state) => {
    const machine = state.machines[machineId];
    if (machine !== undefined) work(machine);
  });
}
