import { expect, test } from 'vitest';
import { readAsLinux } from '../../../test/support/cd-guest.ts';
import { seedFiles, seedImage } from './seed.ts';

const machine = {
  machineId: '5f0f7d5e-0000-4000-8000-000000000001',
  hostname: 'debian-a1b2',
  operationsKey: 'ssh-ed25519 AAAA carrel-ops',
};

test("a guest's kernel shows cloud-init's files by the names that cloud-init looks for", async () => {
  expect(await readAsLinux(seedImage(machine))).toEqual(seedFiles(machine));
});
