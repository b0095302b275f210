/** Customization as a server does it: what it refuses, and what Sysprep leaves in a guest. */
import { expect, onTestFinished, test } from 'vitest';
import type { Ref } from '../vsphere/types/value.ts';
import type { CustomizationSpec } from '../vsphere/types/vim.gen.ts';
import type { Vm } from './model/entities.ts';
import { GUEST_KEYS } from './model/guest.ts';
import type { VsimOptions } from './vsim.ts';
import { WireClient } from './wire-testing.ts';
import { startVsim } from './vsim.ts';

const ref = (e: { type: string; id: string }): Ref => ({ type: e.type, value: e.id });

const cardsOf = (count: number): CustomizationSpec['nicSettingMap'] =>
  Array.from({ length: count }, () => ({ adapter: { ip: { _type: 'CustomizationDhcpIpGenerator' as const } } }));

const sysprep = (name = 'desk-7', cards = 1): CustomizationSpec => ({
  identity: {
    _type: 'CustomizationSysprep',
    guiUnattended: { password: { value: 'Own-1', plainText: true }, timeZone: 90, autoLogon: false, autoLogonCount: 0 },
    userData: { fullName: 'L', orgName: 'L', computerName: { _type: 'CustomizationFixedName', name }, productId: '' },
    identification: { joinWorkgroup: 'WORKGROUP' },
  },
  globalIPSettings: {},
  nicSettingMap: cardsOf(cards),
});

const linux = (): CustomizationSpec => ({
  identity: { _type: 'CustomizationLinuxPrep', hostName: { _type: 'CustomizationFixedName', name: 'desk-7' }, domain: 'lab' },
  globalIPSettings: {},
  nicSettingMap: cardsOf(1),
});

async function server(guestId: string, more: VsimOptions = {}): Promise<WireClient> {
  const vsim = await startVsim({ guestId, guestUser: 'Administrator', guestPassword: 'of the image', ...more });
  onTestFinished(() => vsim.close());
  const client = new WireClient(vsim);
  await client.login();
  return client;
}

async function clone(client: WireClient, customization: CustomizationSpec): Promise<Vm> {
  const { model: m, sim } = client.vsim;
  const master = sim.master().vm;
  const spec = { location: { pool: ref(m.pool) }, template: false, powerOn: false, customization };
  const task = await client.call('CloneVM_Task', ref(master), { folder: ref(m.datacenter.vmFolder), name: 'c1', spec });
  const { result } = await client.task(task);
  return m.vms.get((result as Ref).value) as Vm;
}

const WINDOWS = 'windows2019srvNext_64Guest';

test.each([
  ['Sysprep for a guest that is no Windows', 'ubuntu64Guest', sysprep(), 'UncustomizableGuest', { uncustomizableGuestOS: 'ubuntu64Guest' }],
  ['what Linux is told, for Windows', WINDOWS, linux(), 'UncustomizableGuest', { uncustomizableGuestOS: WINDOWS }],
  [
    'settings of more cards than there are',
    WINDOWS,
    sysprep('desk-7', 2),
    'NicSettingMismatch',
    { numberOfNicsInSpec: 2, numberOfNicsInVM: 1 },
  ],
  ['a computer name of 16 characters', WINDOWS, sysprep('abcdefghijklmnop'), 'CustomizationFault', {}],
  ['a computer name of digits alone', WINDOWS, sysprep('123'), 'CustomizationFault', {}],
] as const)('%s is refused, and nothing is made', async (_, guestId, spec, fault, detail) => {
  const client = await server(guestId);
  const before = client.vsim.model.vms.size;
  await expect(clone(client, spec)).rejects.toMatchObject({ fault, detail });
  const vm = client.vsim.sim.master().vm;
  await expect(client.call('CustomizeVM_Task', ref(vm), { spec })).rejects.toMatchObject({ fault });
  expect(client.vsim.model.vms.size).toBe(before);
});

test.each([
  ['one that goes well sets name and password', undefined, ['TOOLSDEPLOYPKG_SUCCEEDED', 'desk-7', 'Own-1']],
  [
    'one that fails leaves the password, and says why',
    'an app is in its way',
    ['TOOLSDEPLOYPKG_FAILED', 'an app is in its way', 'of the image'],
  ],
] as const)('Sysprep: %s', async (_, error, [status, said, password]) => {
  const client = await server(WINDOWS);
  const vm = await clone(client, sysprep());
  if (error !== undefined) vm.record.extraConfig.set(GUEST_KEYS.customizationError, error);
  await client.task(await client.call('PowerOnVM_Task', ref(vm), {}));
  await expect.poll(() => vm.guest?.customization?.status).toBe(status);
  expect(error === undefined ? vm.guest?.hostName : vm.guest?.customization?.error).toBe(said);
  expect(vm.guest?.system.accounts.get('Administrator')?.password).toBe(password);
});
