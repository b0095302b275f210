import { type Duplex, PassThrough } from 'node:stream';
import type { Driver, PowerOp, PowerState } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import { type Ctx, makeCtx } from '../../lib/context.ts';
import { CarrelError, isCode } from '../../lib/errors.ts';
import { FakeDriver } from './fake-driver.ts';
import { guestAccount, makeIdentity } from './guest-files.ts';
import { alter, aroundAll, guestOf, type SabotageEntry, type Victim } from './sabotage-tools.ts';

/** Sets the state that was asked for, whatever came before. */
function force({ world }: Victim, machineId: string, power: PowerState): PowerState {
  world.change((state) => {
    const machine = state.machines[machineId];
    if (machine === undefined) throw driverError('not-found', 'it is not there');
    machine.power = power;
    machine.readyAt = power === 'on' ? world.clock.now() : undefined;
    if (power === 'on') makeIdentity(state, machine);
  });
  return power;
}

async function serialOf(inner: Driver, ctx: Ctx, machineId: string): Promise<Duplex> {
  if (inner.serialConsole === undefined) throw driverError('not-supported', 'there is no such verb');
  return await inner.serialConsole(ctx, machineId);
}

const onPower = (v: Victim, wanted: PowerOp, instead: (ctx: Ctx, machineId: string) => Promise<PowerState>) => ({
  power: (ctx: Ctx, machineId: string, op: PowerOp) => (op === wanted ? instead(ctx, machineId) : v.inner.power(ctx, machineId, op)),
});

export const RUNNING_SABOTAGES = {
  'no-gate': { means: 'power on does not look at the chain', apply: (v) => onPower(v, 'on', async (_ctx, id) => force(v, id, 'on')) },
  'power-not-idempotent': {
    means: 'power is refused when the machine is in that state already',
    apply: ({ inner, world }) => ({
      power: async (ctx, machineId, op) => {
        if (world.state.machines[machineId]?.power === op) throw driverError('wrong-state', `it is ${op} already`);
        return await inner.power(ctx, machineId, op);
      },
    }),
  },
  'always-ailing': {
    means: 'something is the matter with every machine',
    apply: ({ inner }) => ({
      inventory: async (ctx) => {
        const seen = await inner.inventory(ctx);
        return { ...seen, machines: seen.machines.map((m) => ({ ...m, condition: 'unreachable' as const })) };
      },
    }),
  },
  'power-takes-anything': {
    means: 'an operation that the state does not allow is answered as done',
    apply: ({ inner }) => ({
      power: async (ctx, machineId, op) => {
        try {
          return await inner.power(ctx, machineId, op);
        } catch (error) {
          if (isCode(error, 'wrong-state')) return 'on';
          throw error;
        }
      },
    }),
  },
  'suspend-powers-off': {
    means: 'suspend powers off',
    apply: (v) => onPower(v, 'suspend', (ctx, machineId) => v.inner.power(ctx, machineId, 'off')),
  },
  'reset-powers-off': {
    means: 'reset leaves the machine off',
    apply: (v) => onPower(v, 'reset', (ctx, machineId) => v.inner.power(ctx, machineId, 'off')),
  },
  'shutdown-ignored': {
    means: 'shutdown does nothing',
    apply: (v) => onPower(v, 'shutdown', async () => 'off'),
  },
  'console-of-nothing': {
    means: 'console gives a target whatever the state of the machine',
    apply: () => ({ console: async () => ({ kind: 'vnc', socketPath: '/fake/vnc.sock' }) as const }),
  },
  'screenshot-of-nothing': {
    means: 'there is a picture of the screen whatever the state of the machine',
    apply: () => ({ screenshot: async () => Buffer.from('\x89PNG') }),
  },
  'serial-console-of-nothing': {
    means: 'somebody is joined to a serial console whatever the state of the machine',
    apply: ({ inner }) => ({
      serialConsole: async (ctx, machineId) => await serialOf(inner, ctx, machineId).catch(() => new PassThrough()),
    }),
  },
  'serial-console-deaf': {
    means: 'what is typed at a serial console reaches no guest',
    apply: ({ inner }) => ({
      serialConsole: async (ctx, machineId) => {
        const joint = await serialOf(inner, ctx, machineId);
        joint.write = () => true;
        return joint;
      },
    }),
  },
  'serial-console-for-one': {
    means: 'who joins a serial console takes it from who is there',
    apply: ({ inner }) => {
      let before: Duplex | undefined;
      return {
        serialConsole: async (ctx, machineId) => {
          before?.destroy();
          before = await serialOf(inner, ctx, machineId);
          return before;
        },
      };
    },
  },
  'revert-does-nothing': { means: 'revert answers and does nothing', apply: () => ({ revert: async () => {} }) },
  'delete-checkpoint-does-nothing': {
    means: 'deleting a checkpoint answers and does nothing',
    apply: () => ({ deleteCheckpoint: async () => {} }),
  },
  'delete-checkpoint-goes-back': {
    means: 'deleting a checkpoint takes the machine back to it',
    apply: ({ inner }) => ({
      deleteCheckpoint: async (ctx, machineId, name) => {
        await inner.power(ctx, machineId, 'off');
        await inner.revert(ctx, machineId, name).catch(() => {});
        await inner.deleteCheckpoint(ctx, machineId, name);
      },
    }),
  },
  'checkpoint-twice': {
    means: 'a checkpoint made twice is there twice',
    apply: ({ inner, world }) => ({
      checkpoint: async (ctx, machineId, name) => {
        const made = await inner.checkpoint(ctx, machineId, name);
        alter(world, machineId, (m) => {
          const again = m.checkpoints.at(-1);
          if (again !== undefined) m.checkpoints.push({ ...again });
        });
        return made;
      },
    }),
  },
  'checkpoints-unlisted-work': {
    means: 'checkpoints work although they are not listed',
    apply: ({ world, tag }) => {
      const able = new FakeDriver({ world, tag });
      return { checkpoint: (ctx, machineId, name) => able.checkpoint(ctx, machineId, name) };
    },
  },
  'same-identity': {
    means: 'all guests have the same host key',
    apply: ({ inner }) =>
      guestOf(inner, {
        ready: async (ctx, machineId) => ({ ...(await inner.guest.ready(ctx, machineId)), hostKeys: ['ssh-ed25519 AAAA'] }),
      }),
  },
  'ready-changes': {
    means: 'the guest shows another host key each time',
    apply: ({ inner }) => {
      let n = 0;
      return guestOf(inner, {
        ready: async (ctx, machineId) => ({ ...(await inner.guest.ready(ctx, machineId)), hostKeys: [`ssh-ed25519 AAAA${n++}`] }),
      });
    },
  },
  'guest-of-stopped': {
    means: 'the guest of a machine that is off is called ready',
    apply: ({ inner }) =>
      guestOf(inner, {
        ready: async (ctx, machineId) => {
          try {
            return await inner.guest.ready(ctx, machineId);
          } catch {
            return { address: { host: '127.0.0.1', sshPort: 22 }, hostKeys: ['ssh-ed25519 AAAA'] };
          }
        },
      }),
  },
  'handover-adds': {
    means: 'handover leaves earlier keys in place',
    apply: ({ inner, world }) =>
      guestOf(inner, {
        handover: async (ctx, machineId, given) => {
          const before = guestAccount(world, machineId, given.user).authorizedKeys;
          const authorizedKeys = [...new Set([...before, ...given.authorizedKeys])];
          return await inner.guest.handover(ctx, machineId, { ...given, authorizedKeys });
        },
      }),
  },
  'handover-once': {
    means: 'a second handover to the same account is an error',
    apply: ({ inner }) => {
      const given = new Set<string>();
      return guestOf(inner, {
        handover: async (ctx, machineId, credentials) => {
          if (given.has(machineId)) throw new CarrelError('guest-failed', 'the account has keys already');
          given.add(machineId);
          return await inner.guest.handover(ctx, machineId, credentials);
        },
      });
    },
  },
  'deaf-ready': {
    means: 'waiting for the guest does not end with its context',
    apply: ({ inner }) => guestOf(inner, { ready: () => new Promise(() => {}) }),
  },
  'ignores-abort': {
    means: 'the context is not looked at',
    apply: ({ inner }) => aroundAll(inner, (call, [, ...rest]) => call(makeCtx(), ...rest)),
  },
  'open-errors': {
    means: 'errors are plain ones, without a code',
    apply: ({ inner }) =>
      aroundAll(inner, (call, args) =>
        call(...args).catch((cause: unknown) => {
          throw new Error('something went wrong', { cause });
        }),
      ),
  },
  'wrong-retry': {
    means: 'errors have a retry class of their own',
    apply: ({ inner }) =>
      aroundAll(inner, (call, args) =>
        call(...args).catch((error: unknown) => {
          throw error instanceof CarrelError
            ? new CarrelError(error.code, error.message, { details: error.details, retry: 'elsewhere' })
            : error;
        }),
      ),
  },
  'unknown-is-fine': {
    means: 'verbs on an unknown id succeed',
    apply: ({ inner }) =>
      aroundAll(inner, (call, args) =>
        call(...args).catch((error: unknown) => {
          if (!isCode(error, 'not-found')) throw error;
        }),
      ),
  },
  'touches-foreign': {
    means: 'verbs do not look at the ownership tag',
    apply: ({ inner, world, tag }) =>
      aroundAll(inner, async (call, args) => {
        const id = typeof args[1] === 'string' ? args[1] : (args[1] as { machineId?: string } | undefined)?.machineId;
        const theirs = id === undefined ? undefined : world.state.machines[id]?.tag;
        if (id === undefined || theirs === undefined || theirs === tag) return await call(...args);
        alter(world, id, (m) => (m.tag = tag));
        return await call(...args).finally(() => alter(world, id, (m) => (m.tag = theirs)));
      }),
  },
  'hides-foreign': {
    means: 'inventory and lineage leave out what is not ours',
    apply: ({ inner }) => ({
      inventory: async (ctx) => {
        const seen = await inner.inventory(ctx);
        return { ...seen, machines: seen.machines.filter((m) => m.owned), strays: seen.strays.filter((s) => s.owned) };
      },
      lineage: async (ctx, scope) => {
        const report = await inner.lineage(ctx, scope);
        return { ...report, chains: report.chains.filter((c) => c.owner !== 'foreign') };
      },
    }),
  },
  'claims-foreign': {
    means: 'inventory shows foreign machines as ours',
    apply: ({ inner }) => ({
      inventory: async (ctx) => {
        const seen = await inner.inventory(ctx);
        return { ...seen, machines: seen.machines.map((m) => ({ ...m, owned: true })) };
      },
    }),
  },
  'silent-watch': { means: 'watch never calls back', apply: () => ({ watch: () => () => {} }) },
  'watch-never-ends': {
    means: 'watch goes on after it was stopped',
    apply: ({ inner }) => ({
      watch: (onEvent) => {
        inner.watch(onEvent);
        return () => {};
      },
    }),
  },
  nowhere: { means: 'it knows of no machine where it is', apply: () => ({ whereabouts: () => undefined }) },
  'room-in-fractions': {
    means: 'room is not in whole numbers',
    apply: ({ inner }) => ({
      room: async (ctx) => {
        const room = await inner.room(ctx);
        return { ...room, memoryMiB: room.memoryMiB / 3, storageFreeBytes: room.storageBytes * 2 };
      },
    }),
  },
} as const satisfies Record<string, SabotageEntry>;
