/** Guests of images with cloud-init and without an agent: by which way Carrel gets in, and what counts as ready. */
import { afterEach, expect, test } from 'vitest';
import { closeSshGuests, hostKey, sshGuest } from '../../../test/support/ssh-guest.ts';
import type { GuestProfile } from '../../core/image.ts';
import type { DriverEvent } from '../../driver/driver.ts';
import { makeCtx } from '../../lib/context.ts';
import { describeError } from '../../lib/errors.ts';
import type { Fleet } from './fleet.ts';
import { Guests } from './guests.ts';
import type { Machines } from './machines.ts';
import type { Masters } from './masters.ts';
import { operationsKey } from './operations.ts';
import type { MachineRecord } from './records.ts';

const secret = Buffer.alloc(32, 7);
const machineId = '5f0f7d5e-0000-4000-8000-000000000001';
const ctx = () => makeCtx({ timeoutMs: 600_000 });
const CREDENTIALS = { user: 'debian', passwordHash: '$6$salt$hash', authorizedKeys: ['ssh-ed25519 AAAA me'] };

afterEach(closeSshGuests);

/** A running machine whose SSH server is here. */
async function guest(
  options: {
    full?: boolean;
    letIn?: boolean;
    secret?: Buffer | undefined;
    bootTimeoutS?: number;
    access?: GuestProfile['access'];
    ends?: number;
    watched?: (listener: (event: DriverEvent) => void) => void;
  } = {},
) {
  const host = hostKey();
  const scripts: string[] = [];
  const authorized = options.letIn === false ? 'ssh-ed25519 other' : operationsKey(secret, machineId).publicKey;
  const address = await sshGuest(
    host,
    () => authorized,
    (script) => {
      scripts.push(script);
      return [options.ends ?? 0, `instance ${machineId}\norigin ssh-ed25519 OLD\nown ${host.line} root@m\n`];
    },
  );
  const record = { machineId, revisionId: 'r', settled: false } as MachineRecord;
  const profile = { agent: 'none', user: 'debian', bootTimeoutS: options.bootTimeoutS ?? 60, access: options.access ?? 'cloud-init' };
  const guests = new Guests({
    host: { machineSecret: 'secret' in options ? options.secret : secret },
    masters: { of: async () => ({ profile: { guest: profile } }) } as unknown as Masters,
    machines: {
      needMade: async () => record,
      folder: () => '/nowhere',
      update: async (_: string, change: object) => Object.assign(record, change),
    } as unknown as Machines,
    fleet: {
      look: async () => (options.full ? { power: 'suspended', condition: 'out-of-space' } : { power: 'on' }),
      watch: (listener: (event: DriverEvent) => void) => {
        options.watched?.(listener);
        return () => {};
      },
      get: () => ({
        sshPort: async () => address.sshPort,
        ended: () => new Promise<never>(() => {}),
        whileBooting: <T>(c: unknown, work: (c: unknown) => T): T => work(c),
      }),
    } as unknown as Fleet,
  });
  return { guests, record, scripts, host };
}

test("ready once Carrel's account is let in, with the guest's own keys; asked once, not after each start", async () => {
  const { guests, record, scripts, host } = await guest();
  expect((await guests.ready(ctx(), machineId)).hostKeys).toEqual([host.line]);
  expect(scripts).toHaveLength(1);
  expect(record.settled).toBe(true);
  expect((await guests.ready(ctx(), machineId)).hostKeys).toEqual([host.line]);
  expect(scripts).toHaveLength(1);
});

test('a machine of an earlier version, which has no such account, is ready as before', async () => {
  const { guests, record, scripts, host } = await guest({ letIn: false });
  record.settled = undefined;
  expect((await guests.ready(ctx(), machineId)).hostKeys).toEqual([host.line]);
  expect(scripts).toEqual([]);
});

test('an SSH server that answers and does not let the account in is not ready, and that is what is said', async () => {
  const { guests, record } = await guest({ letIn: false, bootTimeoutS: 3 });
  await expect(guests.ready(ctx(), machineId)).rejects.toMatchObject({
    code: 'guest-timeout',
    message: expect.stringContaining('does not let carrel-ops in'),
    hint: expect.stringContaining('cloud-init'),
  });
  expect(record.settled).toBe(false);
});

test.each(['before anybody listens', 'while it is waited for'])(
  'one that stands still because the storage is full, %s, is said to be that at once',
  async (when) => {
    const early = when === 'before anybody listens';
    const watched = (listener: (event: DriverEvent) => void): void => {
      const event = { kind: 'machine', machineId, power: 'suspended', condition: 'out-of-space' } as const;
      if (!early) setImmediate(() => [{ ...event, machineId: 'another' }, event].forEach((each) => listener(each)));
    };
    // Whose boot time is longer than any test waits.
    const { guests } = await guest({ letIn: false, bootTimeoutS: 3_600, full: early, watched });
    const failed: unknown = await guests.ready(ctx(), machineId).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'no-space', hint: expect.stringContaining('free some space') });
    expect(describeError(failed)).toMatch(/storage under it is full$/);
  },
);

test('password and keys are set and taken away by that account', async () => {
  const { guests, scripts } = await guest();
  await guests.handover(ctx(), machineId, CREDENTIALS);
  expect(scripts[0]).toContain(`printf '%s:%s\\n' "$u" '$6$salt$hash' | chpasswd -e`);
  expect(scripts[0]).toContain('ssh-ed25519 AAAA me');
  await guests.revoke(ctx(), machineId, 'debian');
  expect(scripts[1]).toContain(`usermod -p '!' "$u"`);
  expect(await guests.byOperations(ctx(), machineId, 'poweroff')).toBe(true);
  expect(scripts[2]).toContain('poweroff');
});

test('what keeps the account out all the same is told by how that script ends; another end is an error', async () => {
  const seen = async (ends: number) => await (await guest({ ends })).guests.handover(ctx(), machineId, CREDENTIALS);
  expect(await seen(0)).toEqual([]);
  expect(await seen(64 + 1 + 4)).toEqual(['expired', 'password']);
  await expect(seen(2)).rejects.toMatchObject({ code: 'guest-failed', details: { exitCode: 2 } });
});

test('who uses it is asked by that account, whose own connection is nobody; where there is none it cannot be asked', async () => {
  const idle = async (ends: number) => await (await guest({ ends })).guests.idleFor(ctx(), machineId);
  expect([await idle(64), await idle(66), await idle(0)]).toEqual([0, 75_000, 0]);
  await expect(idle(2)).rejects.toMatchObject({ code: 'guest-failed' });
  const { guests, scripts } = await guest({ ends: 70 });
  await guests.idleFor(ctx(), machineId);
  expect(scripts[0]).toMatch(/ idle 'carrel-ops' ''$/m);
  await expect((await guest({ access: 'guest-operations' })).guests.idleFor(ctx(), machineId)).rejects.toMatchObject({
    code: 'not-supported',
  });
});

test("Carrel's own account is not handed over", async () => {
  const { guests, scripts } = await guest();
  await expect(guests.handover(ctx(), machineId, { ...CREDENTIALS, user: 'carrel-ops' })).rejects.toMatchObject({ code: 'not-supported' });
  expect(scripts).toEqual([]);
});

test.each([
  ['without cloud-init', { access: 'guest-operations' as const }],
  ["without the installation's secret", { secret: undefined }],
])('%s there is no such account, and what helps is said', async (_, options) => {
  const { guests } = await guest(options);
  await expect(guests.handover(ctx(), machineId, CREDENTIALS)).rejects.toMatchObject({
    code: 'not-supported',
    hint: expect.stringContaining('--access cloud-init'),
  });
  expect(await guests.byOperations(ctx(), machineId, 'poweroff')).toBe(false);
});
