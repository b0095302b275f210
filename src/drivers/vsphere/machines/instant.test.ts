import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Case, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import { CLOUD_WORLD, type VSphereWorldOptions } from '../../../../test/support/vsphere-harness.ts';
import { gate } from '../../../core/lineage.ts';
import { makeCtx } from '../../../lib/context.ts';
import { errorCode } from '../../../lib/errors.ts';
import { waitFor } from '../../../lib/retry.ts';
import { MACHINE_ID } from '../../../vsim/guest/system.ts';
import { powerOff } from '../../../vsim/model/power.ts';
import { disksOf, nicsOf } from '../../../vsim/model/vm-record.ts';

const ACCOUNT: VSphereWorldOptions = { vsim: { hosts: 1 } };
const CLOUD: VSphereWorldOptions = { ...CLOUD_WORLD, vsim: { ...CLOUD_WORLD.vsim, hosts: 1 } };

const parentsOf = (c: Case) => c.m.findVms((vm) => vm.record.extraConfig.get('carrel.kind') === 'frozen');
const leafOf = (c: Case, machineId: string) => disksOf(c.w.vm(machineId).record)[0]?.path ?? '';
const booted = async (c: Case, machineId: string) => {
  await c.driver.power(ctx(), machineId, 'on');
  return await c.driver.guest.ready(ctx(), machineId);
};

describe.each([
  ['an account in the image', ACCOUNT],
  ['cloud-init', CLOUD],
] as const)('instant clones of an image with %s', (_, world) => {
  it('stand on one frozen parent, are cut off until they are switched on, and are then themselves', async () => {
    await inWorld(world, async (c) => {
      const [a, b] = await Promise.all([c.clone('instant'), c.clone('instant')]);
      const [parent, ...others] = parentsOf(c);
      expect(others).toEqual([]);
      expect([parent?.frozen, nicsOf(parent?.record ?? c.golden.record)[0]?.connected]).toEqual([true, false]);
      const shared = disksOf(parent?.record ?? c.golden.record)[0]?.path;
      for (const made of [a, b]) {
        expect([made.mode, made.notes]).toEqual(['instant', []]);
        expect(made.masterPaths).toContain(shared);
        expect(made.chains.map((chain) => [chain[1]?.path, gate(chain, made)])).toEqual([[shared, []]]);
        expect(nicsOf(c.w.vm(made.machineId).record)[0]?.connected).toBe(false);
      }
      const { machines, strays } = await c.driver.inventory(ctx());
      const ours = machines.filter((m) => m.owned);
      expect(ours.map((m) => [m.power, m.mode])).toEqual([
        ['suspended', 'instant'],
        ['suspended', 'instant'],
      ]);
      expect([machines.some((m) => m.machineId === parent?.record.instanceUuid), strays]).toEqual([false, []]);
      await expect(c.driver.guest.ready(ctx(), a.machineId)).rejects.toMatchObject({ code: 'wrong-state' });
      const seen = new Set<string>();
      for (const { machineId } of [a, b]) {
        const ready = await booted(c, machineId);
        const { guest, record } = c.w.vm(machineId);
        for (const fact of [
          ...ready.hostKeys,
          ready.address.host,
          guest?.system.files.get(MACHINE_ID)?.toString() ?? '',
          nicsOf(record)[0]?.mac ?? '',
        ]) {
          expect([fact, seen.has(fact)]).toEqual([fact, false]);
          seen.add(fact);
        }
        expect(guest?.system.hostname).toBe('h');
        await c.driver.power(ctx(), machineId, 'off');
        expect(await booted(c, machineId)).toEqual(ready);
      }
      expect(parent?.guest?.system.files.has('/etc/ssh/ssh_host_ed25519_key')).toBe(false);
      expect(c.calls('InstantClone_Task')).toBe(2);
    });
  });

  it('have a password of their own for the account that Carrel gets in by, and the master stays while they stand', async () => {
    await inWorld(world, async (c) => {
      const [a, b] = [await c.clone('instant'), await c.clone('instant')];
      for (const { machineId } of [a, b]) await booted(c, machineId);
      const [parent] = parentsOf(c);
      if (parent === undefined) throw new Error('there is no frozen parent');
      const hashes = [parent, c.w.vm(a.machineId), c.w.vm(b.machineId)].map((vm) => vm.guest?.system.accounts.get('carrel-ops')?.hash);
      expect(new Set(hashes).size).toBe(world === CLOUD ? 3 : 1);
      expect(parent.record.extraConfig.get('guestinfo.userdata') ?? '').toBe('');
      const given = { user: 'student', passwordHash: '$6$x$y', authorizedKeys: [] };
      c.w.vm(a.machineId).guest?.system.accounts.set('student', { uid: 1500, home: '/home/student', hash: '!', password: undefined });
      await c.driver.guest.handover(ctx(), a.machineId, given);
      expect(c.w.vm(a.machineId).guest?.system.accounts.get('student')?.hash).toBe('$6$x$y');
      const shared = disksOf(parent.record)[0]?.path ?? '';
      const bytes = c.w.goldenDigest([shared]);
      const refused = c.driver.removeMaster(ctx(), c.master.revisionId);
      await expect(refused).rejects.toMatchObject({
        code: 'has-children',
        details: { children: [leafOf(c, a.machineId), leafOf(c, b.machineId)].sort() },
      });
      expect(parentsOf(c)).toEqual([parent]);
      const proof = await c.driver.destroy(ctx(), a.machineId);
      expect(proof.parents.map((p) => [p.path, p.existsAfter])).toContainEqual([shared, true]);
      expect([c.w.goldenDigest([shared]), parent.frozen]).toEqual([bytes, true]);
      await c.driver.destroy(ctx(), b.machineId);
      await c.nothingLeft();
      await c.unchanged();
    });
  });
});

it('an instant clone can be taken off its frozen parent, and be captured: what comes of it stands on nothing of theirs', async () => {
  await inWorld({ ...CLOUD, masterChanges: true }, async (c) => {
    const { machineId } = await c.clone('instant');
    await booted(c, machineId);
    await c.driver.power(ctx(), machineId, 'off');
    const revisionId = randomUUID();
    const captured = await c.driver.capture(ctx(), { machineId, revisionId });
    expect([captured.facts['unclean'], c.w.mastersOf(revisionId).length]).toEqual([undefined, 1]);
    const [parent] = parentsOf(c);
    const shared = disksOf(parent?.record ?? c.golden.record)[0]?.path ?? '';
    const bytes = c.w.goldenDigest([shared]);
    const alone = await c.driver.unlink(ctx(), machineId);
    expect([alone.mode, alone.chains.map((chain) => chain.length)]).toEqual(['full', [1]]);
    expect([c.w.goldenDigest([shared]), parent?.frozen]).toEqual([bytes, true]);
    await c.unchanged();
    await c.driver.removeMaster(ctx(), c.master.revisionId);
    expect(parentsOf(c)).toEqual([]);
    expect((await booted(c, machineId)).hostKeys).toHaveLength(1);
    await c.driver.destroy(ctx(), machineId);
  });
});

it('what a frozen parent holds of its host is told, until it is switched off', async () => {
  await inWorld(CLOUD, async (c) => {
    const held = async () => {
      const { heldMemoryMiB, heldVcpus } = await c.driver.room(ctx());
      return [heldMemoryMiB, heldVcpus];
    };
    expect(await held()).toEqual([undefined, undefined]);
    await c.clone('linked');
    const { machineId } = await c.clone('instant');
    const [parent] = parentsOf(c);
    if (parent === undefined) throw new Error('there is no frozen parent');
    expect(await held()).toEqual([parent.record.memoryMB, parent.record.numCPUs]);
    await c.driver.destroy(ctx(), machineId);
    powerOff(c.m, parent);
    await waitFor(makeCtx({ timeoutMs: 600_000 }), 5, async () => ((await held())[0] === undefined ? true : undefined));
  });
});

const notes = async (c: Case, machineId: string) => (await c.driver.readBack(ctx(), machineId)).notes;

describe('a linked clone with a note, where there can be no instant one', () => {
  /** The answer to an instant clone was a linked machine that says why, also when asked again, and works. */
  async function isLinked(c: Case, why: RegExp): Promise<void> {
    const machineId = randomUUID();
    const made = await c.clone('instant', machineId);
    expect(made).toMatchObject({ mode: 'linked', notes: [expect.stringMatching(why)] });
    expect(made.chains.map((chain) => gate(chain, made))).toEqual([[]]);
    expect((await c.clone('instant', machineId)).notes).toEqual(made.notes);
    expect(await notes(c, machineId)).toEqual(made.notes);
    await expect(c.clone('linked', machineId)).rejects.toMatchObject({ code: 'already-exists' });
    expect((await c.driver.inventory(ctx())).machines.filter((m) => m.owned).map((m) => m.mode)).toEqual(['linked']);
    expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
    await c.nothingLeft([machineId]);
    await c.driver.destroy(ctx(), machineId);
  }

  it('no way into the guest', async () => {
    await inWorld({ ...CLOUD, driver: { guest: undefined, machineSecret: undefined } }, async (c) => {
      await isLinked(c, /no way into the guest/);
      expect(c.calls('InstantClone_Task')).toBe(0);
    });
  });

  it('a TPM, whose secrets the clone would have', async () => {
    await inWorld(ACCOUNT, async (c) => {
      c.golden.record.devices.push({ kind: 'other', model: 'VirtualTPM', key: 11_000, label: 'Virtual TPM' });
      c.m.changed(c.golden, 'config.hardware.device');
      expect((await c.clone('instant')).notes).toEqual([expect.stringMatching(/secrets of its parent's TPM/)]);
    });
  });

  it('an account that may not plug a card in: nothing is frozen for it', async () => {
    await inWorld(ACCOUNT, async (c) => {
      c.m.denied.add(`${c.w.vsim.username} VirtualMachine.Interact.DeviceConnection`);
      const { limits } = await c.driver.checkAccount(ctx());
      expect(limits.map((limit) => limit.without)).toEqual(['machines there are linked where instant clones are asked for']);
      await isLinked(c, /lacks VirtualMachine.Interact.DeviceConnection/);
      expect(parentsOf(c)).toEqual([]);
    });
  });

  it('an account that may not, and a server that keeps the network address of the parent', async () => {
    await inWorld(ACCOUNT, async (c) => {
      const fault = { fault: 'NoPermission', fields: { privilegeId: 'VirtualMachine.Provisioning.Clone' }, message: 'no' } as const;
      c.w.vsim.fault({ point: 'start', method: 'InstantClone_Task', fault });
      await isLinked(c, /the account lacks VirtualMachine\./);
      const mac = nicsOf(parentsOf(c)[0]?.record ?? c.golden.record)[0]?.mac ?? '';
      const enroll = c.m.vms.set.bind(c.m.vms);
      c.m.vms.set = (id, vm) => {
        for (const nic of nicsOf(vm.record)) if (vm.record.extraConfig.get('carrel.mode') === 'instant') nic.mac = mac;
        return enroll(id, vm);
      };
      await isLinked(c, /parent's network address/);
    });
  });

  it('a guest that does not come up is tried once, not for each machine', async () => {
    await inWorld({ ...ACCOUNT, profile: { bootTimeoutS: 1 } }, async (c) => {
      c.golden.record.extraConfig.set('vsim.noTools', '1');
      const [a, b] = [await c.clone('instant'), await c.clone('instant')];
      expect([a.mode, b.mode, b.notes]).toEqual(['linked', 'linked', [expect.stringMatching(/VMware Tools/)]]);
      expect([c.calls('PowerOnVM_Task'), parentsOf(c)]).toEqual([1, []]);
    });
  });

  it.each([
    ['a lone host', { vsim: { kind: 'esxi' } }],
    ['a vCenter before 6.7', { vsim: { apiVersion: '6.5.0.0' } }],
    ['another way of making linked clones', { vsim: {}, driver: { linkedStrategy: 'child-disk' } }],
  ] as const)('%s, which lists none', async (_, world) => {
    await inWorld(world, async (c) => {
      expect(c.w.capabilities).toMatchObject({ cloneModes: ['linked', 'full'], instantElseLinked: true });
      await isLinked(c, /not an instant one: this provider makes none/);
      expect(c.calls('InstantClone_Task')).toBe(0);
    });
  });
});

it('a parent that was switched off makes no more clones; it stays while one stands on it, and goes with the next after that', async () => {
  await inWorld(ACCOUNT, async (c) => {
    const first = await c.clone('instant');
    const [old] = parentsOf(c);
    if (old === undefined) throw new Error('there is no frozen parent');
    await c.w.settle(powerOff(c.m, old));
    const second = await c.clone('instant');
    expect([parentsOf(c).length, parentsOf(c).includes(old), first.chains[0]?.[1]?.path === second.chains[0]?.[1]?.path]).toEqual([
      2,
      true,
      false,
    ]);
    await c.driver.destroy(ctx(), first.machineId);
    const [, next] = parentsOf(c);
    if (next === undefined) throw new Error('there is no second parent');
    await c.w.settle(powerOff(c.m, next));
    await c.clone('instant');
    expect([parentsOf(c).includes(old), parentsOf(c).includes(next), parentsOf(c).length]).toEqual([false, true, 2]);
  });
});

describe('a clone that was cut off before it had its identity', () => {
  it('is seen as half, made whole by the next try, and taken away by destroy', async () => {
    await inWorld(ACCOUNT, async (c) => {
      for (const again of [true, false]) {
        const machineId = randomUUID();
        if (again) await c.driver.destroy(ctx(), (await c.clone('instant')).machineId);
        // the process ends right after the call: nobody is there to tidy up
        const remove = c.w.vsim.fault({ point: 'delay', method: 'ReconfigVM_Task', delayMs: 1e9 });
        const [parent] = parentsOf(c);
        const stop = new AbortController();
        const calls = c.calls('ReconfigVM_Task');
        const cut = c.driver.clone(makeCtx({ signal: stop.signal }), c.spec(machineId, 'instant')).catch(errorCode);
        await waitFor(ctx(), 5, () => (c.calls('ReconfigVM_Task') > calls ? true : undefined));
        stop.abort();
        expect(await cut).toBe('cancelled');
        remove();
        await c.w.restart();
        const half = (await c.driver.inventory(ctx())).machines.filter((m) => m.owned);
        expect(half.map((m) => [m.machineId, m.power])).toEqual([[machineId, 'half']]);
        if (again) {
          const made = await c.clone('instant', machineId);
          expect([made.mode, c.m.byInstanceUuid(machineId)?.power]).toEqual(['instant', 'poweredOn']);
        }
        await c.driver.destroy(ctx(), machineId);
        expect(parentsOf(c)).toEqual([parent]);
        await c.nothingLeft();
      }
    });
  });
});
