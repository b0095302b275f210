/** cloud-init's VMware data source in simulated guests: what is read, what is done once per instance, and what shows outside. */
import { gzipSync } from 'node:zlib';
import { encrypt } from 'unixcrypt';
import { expect, test } from 'vitest';
import { cloneVm } from '../model/clone.ts';
import { reconfigureVm } from '../model/configure.ts';
import type { Vm } from '../model/entities.ts';
import { listProcesses, startProgram } from '../model/guest-ops.ts';
import type { Sim } from '../model/simulate.ts';
import { linkTask, makeSim, off, on } from '../testing.ts';
import { authorizedKeys, HOST_KEY, MACHINE_ID, SSH_PASSWORDS } from './system.ts';

const HASH = encrypt('open sesame', '$6$rounds=1000$saltsaltsaltsalt');
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f one';
/** A cloud image that nobody cleaned: it has the identity of the machine that it was made on. */
const DIRTY = { '/etc/cloud/cloud.cfg': '', [SSH_PASSWORDS]: 'PasswordAuthentication no\n', [HOST_KEY]: 'baked', [MACHINE_ID]: 'baked\n' };

const cloud = (files: Record<string, string> = DIRTY): Sim => makeSim({ guestUser: '', guestFiles: files });
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const user = (more: object = {}): string =>
  `#cloud-config\n${JSON.stringify({
    users: [{ name: 'ops', hashed_passwd: HASH, lock_passwd: false, sudo: 'ALL=(ALL) NOPASSWD:ALL', ssh_authorized_keys: [KEY] }],
    ...more,
  })}`;

function machine(sim: Sim, name: string, info: Record<string, string>): Vm {
  const extraConfig = Object.entries(info).map(([key, value]) => ({ key: `guestinfo.${key}`, value }));
  const vm = sim.waitVm(linkTask(sim, name, { config: { extraConfig } }));
  boot(sim, vm);
  return vm;
}

function boot(sim: Sim, vm: Vm): void {
  on(sim, vm);
  sim.manual.settle();
}

const file = (vm: Vm, path: string): string => vm.guest?.system.files.get(path)?.toString('utf8') ?? '';
const shown = (vm: Vm): (string | undefined)[] =>
  ['', '.encoding'].map((tail) => vm.guestInfo?.get(`guestinfo.userdata${tail}`) ?? vm.record.extraConfig.get(`guestinfo.userdata${tail}`));

function runIn(sim: Sim, vm: Vm, word: string, script: string): number | undefined {
  const pid = startProgram(sim.model, vm, 'ops', word, '/bin/sh', `-c '${script}'`);
  sim.manual.settle();
  return listProcesses(sim.model, vm, 'ops', word, [pid])[0]?.exitCode;
}

test.each([
  ['plain', (text: string) => ({ userdata: text })],
  ['base64', (text: string) => ({ userdata: base64(text), 'userdata.encoding': 'base64' })],
  ['gzip+base64', (text: string) => ({ userdata: gzipSync(text).toString('base64'), 'userdata.encoding': 'gzip+base64' })],
])('user data as %s make accounts that guest operations log in with', (_, encode) => {
  const sim = cloud();
  const vm = machine(sim, 'a', { metadata: JSON.stringify({ 'instance-id': 'i-1', 'local-hostname': 'desk-1' }), ...encode(user()) });
  const { system } = vm.guest ?? {};
  expect([vm.guest?.hostName, system?.accounts.get('ops')?.hash, authorizedKeys(system as never, 'ops')]).toEqual(['desk-1', HASH, [KEY]]);
  expect(runIn(sim, vm, 'open sesame', 'sudo -n useradd ada')).toBe(0);
  expect(system?.accounts.has('ada')).toBe(true);
  expect(() => runIn(sim, vm, 'another word', 'true')).toThrow(/authenticate/);
});

test('what is not root and may not use sudo changes no account', () => {
  const sim = cloud();
  const vm = machine(sim, 'a', { userdata: user({ users: [{ name: 'ops', hashed_passwd: HASH, lock_passwd: false }] }) });
  expect([runIn(sim, vm, 'open sesame', 'useradd ada'), runIn(sim, vm, 'open sesame', 'sudo -n useradd ada')]).toEqual([1, 1]);
  expect(vm.guest?.system.accounts.has('ada')).toBe(false);
});

test('an account is locked unless told otherwise, and a password is set in one that is there only by hashed_passwd', () => {
  const sim = cloud();
  const locked = machine(sim, 'a', { userdata: user({ users: [{ name: 'ops', hashed_passwd: HASH }] }) });
  expect(locked.guest?.system.accounts.get('ops')?.hash).toBe(`!${HASH}`);
  const users = [
    { name: 'ops', passwd: '$6$first', lock_passwd: false },
    { name: 'ops', passwd: '$6$second', lock_passwd: false },
  ];
  const vm = machine(sim, 'b', { userdata: user({ users }) });
  expect(vm.guest?.system.accounts.get('ops')?.hash).toBe('$6$first');
});

test('host keys are new once per instance and stay over restarts; a machine-id that is there stays, whoever else has it', () => {
  const sim = cloud();
  const info = { metadata: JSON.stringify({ 'instance-id': 'i-1' }), userdata: user({ ssh_pwauth: true }) };
  const vm = machine(sim, 'a', info);
  const first = [file(vm, HOST_KEY), file(vm, MACHINE_ID), file(vm, SSH_PASSWORDS)];
  expect(first).toEqual([expect.stringContaining('OPENSSH PRIVATE KEY'), 'baked\n', 'PasswordAuthentication yes\n']);
  off(sim, vm);
  boot(sim, vm);
  expect([file(vm, HOST_KEY), file(vm, MACHINE_ID), file(vm, SSH_PASSWORDS)]).toEqual(first);
  const other = machine(sim, 'b', { ...info, metadata: JSON.stringify({ 'instance-id': 'i-2' }) });
  expect(file(other, HOST_KEY)).not.toBe(first[0]);
  expect(file(other, MACHINE_ID)).toBe('baked\n');
});

test('an image without machine-id gets one at each first boot; cloud-init-per gives one of its own once per instance', () => {
  const clean = cloud({ '/etc/cloud/cloud.cfg': '' });
  const ids = ['a', 'b'].map((name) => file(machine(clean, name, { userdata: user() }), MACHINE_ID));
  expect(ids).toEqual([expect.stringMatching(/^[0-9a-f]{32}\n$/), expect.not.stringMatching(ids[0] as string)]);
  const sim = cloud();
  const bootcmd = [['cloud-init-per', 'instance', 'id', 'sh', '-c', 'rm -f /etc/machine-id && systemd-machine-id-setup']];
  const vm = machine(sim, 'c', { metadata: JSON.stringify({ 'instance-id': 'i-1' }), userdata: user({ bootcmd }) });
  const id = file(vm, MACHINE_ID);
  expect(id).toMatch(/^[0-9a-f]{32}\n$/);
  off(sim, vm);
  boot(sim, vm);
  expect(file(vm, MACHINE_ID)).toBe(id);
});

test('without data nothing is done, and what was done for an instance stays when its user data are wiped', () => {
  const sim = cloud();
  const vm = machine(sim, 'a', {});
  expect([file(vm, HOST_KEY), vm.guest?.system.accounts.has('ops')]).toEqual(['baked', false]);
  const made = machine(sim, 'b', { metadata: JSON.stringify({ 'instance-id': 'i-1' }), userdata: user() });
  const key = file(made, HOST_KEY);
  sim.wait(reconfigureVm(sim.model, made, { extraConfig: [{ key: 'guestinfo.userdata', value: '' }] }));
  off(sim, made);
  boot(sim, made);
  expect([file(made, HOST_KEY), made.guest?.system.accounts.get('ops')?.hash]).toEqual([key, HASH]);
});

test('what the guest redacts is gone for it and for the API while it runs, and is back after power-off: it reached no .vmx', () => {
  const sim = cloud();
  const metadata = JSON.stringify({ 'instance-id': 'i-1', 'cleanup-guestinfo': ['userdata'] });
  const vm = machine(sim, 'a', { metadata, userdata: user() });
  expect(vm.guest?.system.accounts.get('ops')?.hash).toBe(HASH);
  expect(shown(vm)[0]).toBe('---');
  off(sim, vm);
  expect(shown(vm)[0]).toBe(user());
  boot(sim, vm);
  sim.wait(reconfigureVm(sim.model, vm, { extraConfig: [{ key: 'guestinfo.userdata', value: '' }] }));
  expect(shown(vm)).toEqual([undefined, ' ']);
});

test("a guest's system goes where its disk goes: into a full copy, and not into a sibling of its parent", () => {
  const sim = cloud();
  const vm = machine(sim, 'a', { userdata: user() });
  off(sim, vm);
  const copy = sim.waitVm(
    cloneVm(sim.model, vm, vm.parent, 'copy', { location: { diskMoveType: 'moveAllDiskBackingsAndDisallowSharing' } } as never),
  );
  sim.wait(reconfigureVm(sim.model, copy, { extraConfig: [{ key: 'guestinfo.userdata', value: '' }] }));
  boot(sim, copy);
  expect(copy.guest?.system.accounts.get('ops')?.hash).toBe(HASH);
  expect(file(copy, HOST_KEY)).toBe(file(vm, HOST_KEY));
  const sibling = machine(sim, 'b', {});
  expect(sibling.guest?.system.accounts.has('ops')).toBe(false);
});

test('user data that cannot be read are an error that its status tells, and make nothing', () => {
  const sim = cloud();
  const vm = machine(sim, 'a', { userdata: '#cloud-config\nusers: [' });
  expect(vm.guest?.system.accounts.has('ops')).toBe(false);
  expect(file(vm, '/var/lib/cloud/data/result')).toMatch(/^error/);
});
