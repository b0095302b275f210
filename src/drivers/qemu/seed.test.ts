import { expect, test } from 'vitest';
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
    growpart: { devices: ['/'] },
    bootcmd: [expect.arrayContaining(['cloud-init-per', 'instance'])],
  });
});

test('two machines have two seeds, one machine always the same', () => {
  expect(seedImage(machine).equals(seedImage({ ...machine }))).toBe(true);
  expect(seedImage(machine).equals(seedImage({ ...machine, machineId: '5f0f7d5e-0000-4000-8000-000000000002' }))).toBe(false);
});
