import { expect, test } from 'vitest';
import { operationsKey } from './operations.ts';
import { seedFiles, seedImage } from './seed.ts';

const machine = { machineId: '5f0f7d5e-0000-4000-8000-000000000001', hostname: 'debian-a1b2' };

test('the instance is the machine, and its name the host name', () => {
  expect(JSON.parse(seedFiles(machine)['meta-data'])).toEqual({ 'instance-id': machine.machineId, 'local-hostname': machine.hostname });
});

test('user data is cloud-config that makes host keys and machine-id anew, once per instance, and lets the root grow', () => {
  const [kind, ...rest] = seedFiles(machine)['user-data'].split('\n');
  expect(kind).toBe('#cloud-config');
  expect(JSON.parse(rest.join('\n'))).toMatchObject({
    ssh_deletekeys: true,
    manage_etc_hosts: 'localhost',
    growpart: { devices: ['/'] },
    bootcmd: [expect.arrayContaining(['cloud-init-per', 'instance'])],
  });
});

test('two machines have two seeds, one machine always the same', () => {
  expect(seedImage(machine).equals(seedImage({ ...machine }))).toBe(true);
  expect(seedImage(machine).equals(seedImage({ ...machine, machineId: '5f0f7d5e-0000-4000-8000-000000000002' }))).toBe(false);
});

test("Carrel's account comes beside the image's own, with a key and without a password; no secret is in the seed", () => {
  const key = operationsKey(Buffer.alloc(32, 7), machine.machineId);
  const text = seedFiles({ ...machine, operationsKey: key.publicKey })['user-data'];
  const { users, ssh_pwauth, bootcmd } = JSON.parse(text.slice(text.indexOf('\n')));
  expect(users).toEqual([
    'default',
    expect.objectContaining({ name: 'carrel-ops', lock_passwd: true, ssh_authorized_keys: [key.publicKey] }),
  ]);
  expect(ssh_pwauth).toBe(true);
  // The origin's keys are written down before cloud-init makes new ones, the machine-id as without an account.
  expect(bootcmd.map((command: string[]) => command[2])).toEqual(['carrel-origin-keys', 'carrel-machine-id']);
  for (const line of key.privateKey.split('\n').slice(1, -2)) expect(text).not.toContain(line);
  expect(seedFiles(machine)['user-data']).not.toContain('carrel-ops');
});
