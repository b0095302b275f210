/** How Carrel gets into guests on vSphere, and what `ready` proves of them. */
import { describe, expect, test } from 'vitest';
import { sampleOf } from '../../../../test/support/rows.ts';
import { type Case, codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import { CLOUD_WORLD, type VSphereWorldOptions } from '../../../../test/support/vsphere-harness.ts';
import { SIMULATED_USER } from '../../../core/guest-idle.ts';
import { SIMULATED_EXPIRED } from '../../../core/hindrances.ts';
import { type Ctx, race } from '../../../lib/context.ts';
import type { CarrelError } from '../../../lib/errors.ts';
import { HOST_KEY, MACHINE_ID, opensWithPassword } from '../../../vsim/guest/system.ts';
import { GUEST_KEYS } from '../../../vsim/model/guest.ts';
import { CLOUD_IMAGE } from '../../../vsim/model/options.ts';
import { accessOf } from './access.ts';

const KINDS = ['vcenter', 'esxi'] as const;
const HASH = '$6$conformance$Dxcx7w7prFXR1JfqRBgS8iKkq1u.lDJSg2LZw3JtYvGeSOYfG7DXc2nKS8ES9UOf5wZsSo/IzbAVdLMBUeaLP0';
/** An image that was a machine before and that nobody cleaned. */
const BAKED = { [HOST_KEY]: 'baked', [MACHINE_ID]: `${'a'.repeat(32)}\n` };

const cloud = (vsim: VSphereWorldOptions['vsim'], driver: VSphereWorldOptions['driver'] = {}): VSphereWorldOptions => ({
  vsim: { ...CLOUD_WORLD.vsim, ...vsim },
  driver: { ...CLOUD_WORLD.driver, ...driver },
});

async function booted(c: Case): Promise<string> {
  const { machineId } = await c.clone();
  await c.driver.power(ctx(), machineId, 'on');
  return machineId;
}

const extra = (c: Case, machineId: string): string => JSON.stringify([...c.w.vm(machineId).record.extraConfig]);
const file = (c: Case, machineId: string, path: string): string => c.w.vm(machineId).guest?.system.files.get(path)?.toString('utf8') ?? '';

/** The error of a guest that does not become ready in the three seconds that its image gives it. */
async function refused(c: Case, machineId: string): Promise<CarrelError> {
  return await c.driver.guest.ready(ctx(), machineId).then(
    () => expect.fail('it became ready'),
    (error: unknown) => error as CarrelError,
  );
}

async function impatient(options: VSphereWorldOptions, work: (c: Case) => Promise<void>): Promise<void> {
  await inWorld({ ...options, profile: { bootTimeoutS: 3 } }, work);
}

describe.each(sampleOf(KINDS, 0))('on %s', (kind) => {
  test('each machine gets an account of its own by cloud-init, and its hash is gone from the configuration when the guest is ready', async () => {
    await inWorld(cloud({ kind }), async (c) => {
      const { machineId } = await c.clone();
      expect(c.w.vm(machineId).record.extraConfig.get('guestinfo.userdata')).toBeDefined();
      await c.driver.power(ctx(), machineId, 'on');
      await c.driver.guest.ready(ctx(), machineId);
      const account = c.w.vm(machineId).guest?.system.accounts.get('carrel-ops');
      expect(account?.hash).toMatch(/^\$6\$/);
      expect(extra(c, machineId)).not.toContain('userdata');
      const other = await booted(c);
      await c.driver.guest.ready(ctx(), other);
      const opens = [machineId, other].map((id) => account !== undefined && opensWithPassword(account, passwordOf(c, id)));
      expect(opens).toEqual([true, false]);
      const given = { user: 'ada', passwordHash: HASH, authorizedKeys: [] };
      expect(await c.driver.guest.handover(ctx(), machineId, given)).toEqual([]);
      expect(c.w.vm(machineId).guest?.system.accounts.get('ada')?.hash).toBe(HASH);
      c.w.vm(machineId).guest?.system.files.set(SIMULATED_EXPIRED, Buffer.alloc(0));
      expect(await c.driver.guest.handover(ctx(), machineId, given)).toEqual(['expired']);
      expect(await c.driver.guest.idleFor?.(ctx(), machineId)).toBeGreaterThan(86_400_000);
      c.w.vm(machineId).guest?.system.files.set(SIMULATED_USER, Buffer.alloc(0));
      expect(await c.driver.guest.idleFor?.(ctx(), machineId)).toBe(0);
      await c.driver.guest.announce?.(ctx(), machineId, "it's over");
      expect(c.w.vm(machineId).guest?.system.files.get('/dev/pts/0')?.toString()).toContain(
        "\n\nit's over\n".replaceAll('\n\n', '\r\n\r\n'),
      );
    });
  });

  test('its hash and password stand in no tag, and the account keeps working over a restart', async () => {
    await inWorld(cloud({ kind }), async (c) => {
      const machineId = await booted(c);
      const first = await c.driver.guest.ready(ctx(), machineId);
      const hash = c.w.vm(machineId).guest?.system.accounts.get('carrel-ops')?.hash ?? '';
      for (const secret of [hash, Buffer.from(hash).toString('base64').slice(8, 40), passwordOf(c, machineId)]) {
        expect(extra(c, machineId)).not.toContain(secret);
      }
      await c.driver.power(ctx(), machineId, 'shutdown');
      await c.driver.power(ctx(), machineId, 'on');
      expect(await c.driver.guest.ready(ctx(), machineId)).toEqual(first);
      await c.driver.guest.revoke(ctx(), machineId, 'root');
    });
  });

  test('an image that was never cleaned gives machines with host keys and a machine-id of their own all the same', async () => {
    for (const options of [cloud({ kind, guestFiles: { ...CLOUD_IMAGE.guestFiles, ...BAKED } }), { vsim: { kind, guestFiles: BAKED } }]) {
      await inWorld(options, async (c) => {
        const [a, b] = [await booted(c), await booted(c)];
        const keys = [await c.driver.guest.ready(ctx(), a), await c.driver.guest.ready(ctx(), b)].map((ready) => ready.hostKeys[0]);
        const ids = [a, b].map((id) => file(c, id, MACHINE_ID));
        expect([new Set(keys).size, new Set(ids).size, ids.includes(BAKED[MACHINE_ID] as string)]).toEqual([2, 2, false]);
      });
    }
  });
});

test("VCL's way: the hash is given after the snapshot, also when a try broke off between the two", async () => {
  await inWorld(cloud({}, { linkedStrategy: 'shared-master' }), async (c) => {
    const spec = c.spec('6f9f2f2e-3a43-4a8e-9a61-6a3f1b6f0a01');
    c.m.rules.add({ point: 'before', method: 'ReconfigVM_Task', fault: { fault: 'GenericVmConfigFault', message: 'no', fields: {} } });
    expect(await codeOf(c.driver.clone(ctx(), spec))).not.toBe('nothing');
    await c.driver.clone(ctx(), spec);
    await c.driver.power(ctx(), spec.machineId, 'on');
    await c.driver.guest.ready(ctx(), spec.machineId);
    expect(extra(c, spec.machineId)).not.toContain('userdata');
  });
});

describe('an account in the image', () => {
  test('that may not use sudo changes nothing, and the error says so', async () => {
    await inWorld({ vsim: { guestUser: 'operations', guestFiles: { '/etc/sudoers.d/operations': '' } } }, async (c) => {
      const machineId = await booted(c);
      await c.driver.guest.ready(ctx(), machineId);
      const given = c.driver.guest.handover(ctx(), machineId, { user: 'ada', passwordHash: HASH, authorizedKeys: [] });
      await expect(given).rejects.toMatchObject({ code: 'guest-failed', hint: expect.stringContaining('sudo without a password') });
    });
  });

  test('that cannot renew a baked-in host key: the second machine that shows it is refused', async () => {
    await inWorld({ vsim: { guestUser: 'operations', guestFiles: { ...BAKED, '/etc/sudoers.d/operations': '' } } }, async (c) => {
      await c.driver.guest.ready(ctx(), await booted(c));
      const error = await refused(c, await booted(c));
      expect([error.code, error.message]).toEqual(['guest-failed', expect.stringMatching(/shows the SSH host key of carrel-/)]);
      expect(error.hint).toContain('baked in');
    });
  });
});

describe('each condition that is not met is told by its own name', () => {
  test.concurrent('no Tools', async () => {
    await impatient({}, async (c) => {
      const { machineId } = await c.clone();
      c.w.vm(machineId).record.extraConfig.set(GUEST_KEYS.noTools, '1');
      await c.driver.power(ctx(), machineId, 'on');
      const error = await refused(c, machineId);
      expect([error.code, error.message]).toEqual([
        'guest-timeout',
        expect.stringMatching(/waited 3 s for VMware Tools to run in it; the server says guestToolsNotRunning/),
      ]);
    });
  });

  test.concurrent("no address on its own card: a container bridge's does not count", async () => {
    await impatient({}, async (c) => {
      const { machineId } = await c.clone();
      const { extraConfig } = c.w.vm(machineId).record;
      extraConfig.set(GUEST_KEYS.noAddress, '1').set(GUEST_KEYS.inner, '02:42:ac:11:00:01=172.17.0.1');
      await c.driver.power(ctx(), machineId, 'on');
      const error = await refused(c, machineId);
      expect(error.message).toMatch(
        /waited 3 s for an address on the machine's own card; Tools report 172\.17\.0\.1 on 02:42:ac:11:00:01; its cards are 00:/,
      );
      expect(error.details).toMatchObject({ missing: 'address' });
    });
  });

  test.concurrent('a bridge with an address of its own does not stand in the way of the real one', async () => {
    await inWorld({}, async (c) => {
      const { machineId } = await c.clone();
      c.w.vm(machineId).record.extraConfig.set(GUEST_KEYS.inner, '02:42:ac:11:00:01=172.17.0.1');
      await c.driver.power(ctx(), machineId, 'on');
      expect((await c.driver.guest.ready(ctx(), machineId)).address.host).toMatch(/^10\./);
    });
  });

  test.concurrent("another machine's address", async () => {
    await impatient({}, async (c) => {
      const first = await booted(c);
      const { address } = await c.driver.guest.ready(ctx(), first);
      const { machineId } = await c.clone();
      for (const network of c.m.objects.values()) {
        if (network.type === 'Network' || network.type === 'DistributedVirtualPortgroup') pin(network as never, address.host);
      }
      await c.driver.power(ctx(), machineId, 'on');
      expect((await refused(c, machineId)).message).toMatch(new RegExp(`its address ${address.host} is that of carrel-\\S+${first} too`));
    });
  });

  test.concurrent('no cloud-init in the image', async () => {
    await impatient(cloud({ guestFiles: {} }), async (c) => {
      const error = await refused(c, await booted(c));
      expect(error.message).toMatch(/waited 3 s for cloud-init to make Carrel's account \(carrel-ops\); the guest does not know it/);
      expect(error.hint).toContain('--access guest-operations');
    });
  });

  test.concurrent('no SSH server', async () => {
    const hostKeys = async (inner: Ctx) => await race(inner, new Promise<never>(() => {}));
    await impatient({ driver: { hostKeys } }, async (c) => {
      const error = await refused(c, await booted(c));
      expect(error.message).toMatch(/waited 3 s for an SSH server; nothing answers at 10\.\S+, port 22/);
    });
  });
});

function passwordOf(c: Case, machineId: string): string {
  return accessOf(c.w.options, undefined, machineId)?.password ?? '';
}

/** Whoever asks for an address there gets that one. */
function pin(network: { leases: Map<string, string> }, address: string): void {
  network.leases.get = () => address;
}
