import { expect, it } from 'vitest';
import { link, makeSim, on } from './testing.ts';

it.each([
  ['disabled', true],
  ['manual', true],
  ['partiallyAutomated', false],
  ['fullyAutomated', false],
] as const)('DRS %s: a machine whose host is full starts there: %s', (drs, stays) => {
  const sim = makeSim();
  const vm = link(sim, 'c1');
  vm.host.compute.drs = drs;
  const before = vm.host;
  // everything but this machine's own memory is in use there
  before.usedMemoryBytes = before.memoryBytes - vm.record.memoryMB * 2 ** 20;
  on(sim, vm);
  expect(vm.host === before).toBe(stays);
});
