/** Windows machines: names and passwords, Sysprep by vCenter, cloudbase-init, and what of it may stay where. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sampleOf } from '../../../../test/support/rows.ts';
import { type Case, codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import type { VSphereWorldOptions } from '../../../../test/support/vsphere-harness.ts';
import { GUEST_KEYS } from '../../../vsim/model/guest.ts';
import { SHOWN_ON_WINDOWS } from '../../../vsim/model/guest-ops.ts';
import { tellsOfSysprep } from './customization.ts';
import { computerName, machinePassword } from './windows.ts';

const SECRET = Buffer.alloc(32, 7);

describe('computer names', () => {
  test.each([
    ['win-3f2a9c', 'win-3f2a9c'],
    ['windows-server-2022-3f2a9c', 'windows-3f2a9c'],
    ['office_2024-ab12cd', 'office-2-ab12cd'],
    ['1234567', 'm-1234567'],
    ['-', 'm'],
  ])('%s becomes %s', (hostname, name) => {
    expect(computerName(hostname)).toBe(name);
    expect(name).toMatch(/^(?!\d+$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,13}[A-Za-z0-9])?$/);
  });
});

test('a password is the same for the same machine alone, and of three kinds of characters', () => {
  const id = randomUUID();
  expect(machinePassword(SECRET, id.toUpperCase())).toBe(machinePassword(SECRET, id));
  const words = Array.from({ length: 200 }, () => machinePassword(SECRET, randomUUID()));
  expect(new Set(words).size).toBe(200);
  for (const word of words) expect(word).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9]{5}(?:-[A-Za-z0-9]{5}){3}$/);
});

test('servers keep with a machine how Sysprep went since 7.0.2', () => {
  expect(['6.7.3', '7.0.1.0', '7.0.2.0', '8.0.0.1'].map(tellsOfSysprep)).toEqual([false, false, true, true]);
});

const windows = (access: 'sysprep' | 'cloudbase-init', more: VSphereWorldOptions['vsim'] = {}): VSphereWorldOptions => ({
  vsim: { guestId: 'windows2019srvNext_64Guest', guestUser: 'Administrator', guestPassword: 'the-image-s-own', ...more },
  driver: { guest: undefined, machineSecret: SECRET, portAnswers: async () => {} },
  profile: { access, ...(access === 'sysprep' ? {} : { user: 'Administrator' }), bootTimeoutS: 5 },
});

const passwordIn = (c: Case, machineId: string) => c.w.vm(machineId).guest?.system.accounts.get('Administrator')?.password;
const extra = (c: Case, machineId: string) =>
  [...c.w.vm(machineId).record.extraConfig]
    .map(([key, value]) => `${key}=${value} ${Buffer.from(value, 'base64').toString('latin1')}`)
    .join('\n');

describe('by Sysprep', () => {
  test('each machine has a name and a password of its own, which connect is told; it stands in no configuration', async () => {
    await inWorld(windows('sysprep'), async (c) => {
      expect(c.master.profile.guest).toMatchObject({ user: 'Administrator', protocol: 'rdp' });
      const [{ machineId }, other] = [await c.clone(), await c.clone()];
      await c.driver.power(ctx(), machineId, 'on');
      const { address, hostKeys } = await c.driver.guest.ready(ctx(), machineId);
      expect([address.rdpPort, hostKeys]).toEqual([3389, []]);
      const word = await c.driver.guest.ownPassword?.(ctx(), machineId);
      expect(passwordIn(c, machineId)).toBe(word);
      expect(await c.driver.guest.ownPassword?.(ctx(), other.machineId)).not.toBe(word);
      expect(c.w.vm(machineId).guest?.hostName).toBe('h');
      expect(c.w.vm(machineId).guest?.customization?.status).toBe('TOOLSDEPLOYPKG_SUCCEEDED');
      expect(extra(c, machineId)).not.toContain(word);
      const handed = c.driver.guest.handover(ctx(), machineId, { user: 'Administrator', passwordHash: '$6$x$y', authorizedKeys: [] });
      expect(await codeOf(handed)).toBe('not-supported');
      await c.driver.guest.announce?.(ctx(), machineId, 'it "ends" in 10 min');
      expect(String(c.w.vm(machineId).guest?.system.files.get(SHOWN_ON_WINDOWS))).toBe("it 'ends' in 10 min");
    });
  });

  test('an account that may not customize is told so by the first clone, in what it lacks and cannot do; nothing is left', async () => {
    await inWorld(windows('sysprep'), async (c) => {
      c.m.denied.add(`${c.w.vsim.username} VirtualMachine.Provisioning.Customize`);
      await expect(c.clone()).rejects.toMatchObject({
        code: 'no-permission',
        message: 'the account lacks VirtualMachine.Provisioning.Customize: without it no machines there are set up by Sysprep',
        details: { privileges: ['VirtualMachine.Provisioning.Customize'] },
      });
      await c.nothingLeft();
    });
  });

  test('one that fails is told at once, with the reason of the guest', async () => {
    await inWorld({ ...windows('sysprep'), profile: { access: 'sysprep' } }, async (c) => {
      const { machineId } = await c.clone();
      c.w.vm(machineId).record.extraConfig.set(GUEST_KEYS.customizationError, 'Sysprep found a Store app that is in its way');
      await c.driver.power(ctx(), machineId, 'on');
      await expect(c.driver.guest.ready(ctx(), machineId)).rejects.toMatchObject({
        code: 'guest-failed',
        message: expect.stringContaining('a Store app that is in its way'),
        hint: expect.stringContaining('Panther'),
      });
    });
  });

  test('a guest that vSphere takes for another system is refused at the import', async () => {
    await inWorld({ driver: { machineSecret: SECRET } }, async (c) => {
      c.w.profile = { access: 'sysprep' };
      await expect(c.driver.prepareMaster(ctx(), c.w.prepareSpec(randomUUID()))).rejects.toMatchObject({
        code: 'bad-image',
        message: expect.stringContaining('Sysprep is for Windows'),
      });
    });
  });

  test('that it went well is not believed of a status alone: the guest has to take the password of this machine', async () => {
    await inWorld({ ...windows('sysprep'), profile: { access: 'sysprep', bootTimeoutS: 2 } }, async (c) => {
      const { machineId } = await c.clone();
      const vm = c.w.vm(machineId);
      vm.pendingCustomization = undefined;
      await c.driver.power(ctx(), machineId, 'on');
      if (vm.guest === undefined) throw new Error('it does not run');
      vm.guest.customization = { status: 'TOOLSDEPLOYPKG_SUCCEEDED', start: 0, end: 0, error: undefined };
      await expect(c.driver.guest.ready(ctx(), machineId)).rejects.toMatchObject({
        code: 'guest-timeout',
        details: { missing: 'access' },
        hint: expect.stringContaining('built-in Administrator'),
      });
    });
  });

  test('an instant clone of it is a linked one, which says why and is set up', async () => {
    await inWorld(windows('sysprep'), async (c) => {
      const { machineId, mode, notes } = await c.clone('instant');
      expect([mode, notes.join()]).toEqual(['linked', expect.stringContaining('instant clone of Windows')]);
      expect(c.calls('InstantClone_Task')).toBe(0);
      await c.driver.power(ctx(), machineId, 'on');
      await c.driver.guest.ready(ctx(), machineId);
      expect(passwordIn(c, machineId)).toBe(await c.driver.guest.ownPassword?.(ctx(), machineId));
    });
  });

  describe.each(sampleOf(['child-disk', 'shared-master'] as const, 0))('with linked clones by %s', (linkedStrategy) => {
    const world = windows('sysprep');
    const here = { ...world, driver: { ...world.driver, linkedStrategy } };

    test.each(['linked', 'full'] as const)('a %s machine is set up by a call of its own, or with its clone', async (mode) => {
      await inWorld(here, async (c) => {
        expect(c.w.capabilities.guestWays).toContain('sysprep');
        const { machineId } = await c.clone(mode);
        expect(c.calls('CustomizeVM_Task')).toBe(mode === 'full' ? 0 : 1);
        expect(extra(c, machineId)).not.toContain(await c.driver.guest.ownPassword?.(ctx(), machineId));
        await c.driver.power(ctx(), machineId, 'on');
        await c.driver.guest.ready(ctx(), machineId);
        expect(passwordIn(c, machineId)).toBe(await c.driver.guest.ownPassword?.(ctx(), machineId));
        await c.driver.destroy(ctx(), machineId);
        await c.nothingLeft();
        await c.unchanged();
      });
    });

    test.each([
      ['before it was told', { point: 'before', method: 'CustomizeVM_Task' }],
      ['after, with its tag still to be taken', { point: 'end', method: 'CustomizeVM_Task' }],
    ] as const)('one whose making broke off %s is a half one, never starts, and is made again', async (_, rule) => {
      await inWorld(here, async (c) => {
        const machineId = randomUUID();
        const undo = c.w.vsim.fault({ ...rule, fault: { fault: 'InvalidState', message: 'not now', fields: {} } });
        await expect(c.clone('linked', machineId)).rejects.toMatchObject({ code: 'unavailable' });
        undo();
        const { machines } = await c.driver.inventory(ctx());
        expect(machines.find((m) => m.machineId === machineId)?.power).toBe('half');
        await expect(c.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({ code: 'wrong-state' });
        await c.clone('linked', machineId);
        await c.driver.power(ctx(), machineId, 'on');
        await c.driver.guest.ready(ctx(), machineId);
        expect(passwordIn(c, machineId)).toBe(await c.driver.guest.ownPassword?.(ctx(), machineId));
      });
    });

    test('a reply that was lost does not tell it twice', async () => {
      await inWorld(here, async (c) => {
        c.w.vsim.fault({ point: 'reply', method: 'CustomizeVM_Task' });
        const { machineId } = await c.clone();
        await c.driver.power(ctx(), machineId, 'on');
        await c.driver.guest.ready(ctx(), machineId);
        expect(passwordIn(c, machineId)).toBe(await c.driver.guest.ownPassword?.(ctx(), machineId));
      });
    });

    test('a server that does not take the guest says so, with what to do', async () => {
      await inWorld(here, async (c) => {
        c.w.vsim.fault({
          point: 'before',
          method: 'CustomizeVM_Task',
          fault: { fault: 'UncustomizableGuest', message: 'no Tools', fields: { uncustomizableGuestOS: 'x' } },
        });
        const machineId = randomUUID();
        await expect(c.clone('linked', machineId)).rejects.toMatchObject({
          code: 'not-supported',
          hint: expect.stringContaining('VMware Tools'),
        });
        await c.driver.destroy(ctx(), machineId);
        await c.nothingLeft();
      });
    });
  });

  describe.each(sampleOf(['6.7.3', '7.0.1.0'], 0))('by a vCenter of API %s, which tells by events alone', (apiVersion) => {
    test.each([
      ['it went well', undefined],
      ['it failed, and why', 'Sysprep found a Store app that is in its way'],
    ])('%s', async (_, problem) => {
      await inWorld(windows('sysprep', { apiVersion }), async (c) => {
        const { machineId } = await c.clone();
        if (problem !== undefined) c.w.vm(machineId).record.extraConfig.set(GUEST_KEYS.customizationError, problem);
        await c.driver.power(ctx(), machineId, 'on');
        const ready = c.driver.guest.ready(ctx(), machineId);
        if (problem !== undefined)
          return await expect(ready).rejects.toMatchObject({ code: 'guest-failed', message: expect.stringContaining(problem) });
        await ready;
        expect(passwordIn(c, machineId)).toBe(await c.driver.guest.ownPassword?.(ctx(), machineId));
        expect(c.calls('QueryEvents')).toBeGreaterThan(0);
      });
    });
  });

  test('one that never ends by events is told by its name', async () => {
    await inWorld({ ...windows('sysprep', { apiVersion: '6.7.3' }), profile: { access: 'sysprep', bootTimeoutS: 1 } }, async (c) => {
      const { machineId } = await c.clone();
      c.w.vm(machineId).pendingCustomization = undefined;
      await c.driver.power(ctx(), machineId, 'on');
      await expect(c.driver.guest.ready(ctx(), machineId)).rejects.toMatchObject({
        code: 'guest-timeout',
        details: { missing: 'customization' },
      });
    });
  });

  test('only vCenter offers it', async () => {
    await inWorld({}, async (c) => expect(c.w.capabilities.guestWays).toContain('sysprep'));
    await inWorld({ vsim: { kind: 'esxi' } }, async (c) => {
      expect(c.w.capabilities.guestWays).toEqual(['cloud-init', 'guest-operations', 'cloudbase-init']);
    });
  });
});

describe.each(sampleOf(['vcenter', 'esxi'] as const, 0))('by cloudbase-init, on %s', (kind) => {
  test('account and password come by the metadata, and are gone from there when the guest is ready', async () => {
    await inWorld(
      windows('cloudbase-init', {
        kind,
        guestFiles: { 'C:/Program Files/Cloudbase Solutions/Cloudbase-Init/conf/cloudbase-init.conf': '' },
      }),
      async (c) => {
        const { machineId } = await c.clone();
        const word = (await c.driver.guest.ownPassword?.(ctx(), machineId)) ?? '';
        expect(extra(c, machineId)).toContain(word);
        await c.driver.power(ctx(), machineId, 'on');
        await c.driver.guest.ready(ctx(), machineId);
        expect(passwordIn(c, machineId)).toBe(word);
        expect(extra(c, machineId)).not.toContain(word);
        expect(extra(c, machineId)).toContain(`{"instance-id":"${machineId}","local-hostname":"h"}`);
        await c.driver.power(ctx(), machineId, 'off');
        await c.driver.power(ctx(), machineId, 'on');
        await c.driver.guest.ready(ctx(), machineId);
        expect(passwordIn(c, machineId)).toBe(word);
        await c.driver.power(ctx(), machineId, 'off');
        const captured = await c.driver.capture(ctx(), { machineId, revisionId: randomUUID() });
        expect(captured.facts['unclean']).toContain('does not clean Windows');
      },
    );
  });

  test('a capture of one that was never ready has no password in it, and is not clean', async () => {
    await inWorld(windows('cloudbase-init', { kind }), async (c) => {
      const { machineId } = await c.clone();
      const word = (await c.driver.guest.ownPassword?.(ctx(), machineId)) ?? '';
      expect(extra(c, machineId)).toContain(word);
      const revisionId = randomUUID();
      const { facts } = await c.driver.capture(ctx(), { machineId, revisionId });
      expect(facts).toMatchObject({ scrubbed: 'no', unclean: expect.any(String) });
      const made = c.w.mastersOf(revisionId);
      expect(made).toHaveLength(1);
      for (const { record } of made) {
        const settings = [...record.extraConfig.values()].flatMap((value) => [value, Buffer.from(value, 'base64').toString('latin1')]);
        expect(settings.join()).not.toContain(word);
      }
    });
  });
});

test('one whose cloudbase-init does nothing is not ready, and it is said where to look', async () => {
  await inWorld(windows('cloudbase-init'), async (c) => {
    const { machineId } = await c.clone();
    await c.driver.power(ctx(), machineId, 'on');
    await expect(c.driver.guest.ready(ctx(), machineId)).rejects.toMatchObject({
      code: 'guest-timeout',
      details: { missing: 'access' },
      hint: expect.stringContaining('VMwareGuestInfoService'),
    });
  });
});
