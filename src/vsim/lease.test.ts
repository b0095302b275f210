import { expect, test } from 'vitest';
import { importVApp, leaseProgress } from './model/lease.ts';
import { DEFAULTS } from './model/options.ts';
import { CONTROLLER, makeSim, vmSpec } from './testing.ts';

const LEASE_SECONDS = DEFAULTS.leaseSeconds;
const AT = { origin: 'https://localhost', thumbprint: '00' };

function begun() {
  const sim = makeSim({ masters: 0 });
  const m = sim.model;
  const disk = {
    operation: 'add' as const,
    fileOperation: 'create' as const,
    device: { model: 'VirtualDisk', key: -20, controllerKey: -10, capacity: 2 ** 20, disk: { path: '', thin: true } },
  };
  const lease = importVApp(m, AT, m.pool, vmSpec('guest', [CONTROLLER, disk]), m.datacenter.vmFolder, undefined);
  const pass = (seconds: number): void => (m.clock as unknown as { advance(ms: number): void }).advance(seconds * 1000);
  pass(10);
  return { m, lease, pass };
}

test('a lease that nobody renews ends, and its machine goes with it', () => {
  const { m, lease, pass } = begun();
  expect(lease.state).toBe('ready');
  pass(LEASE_SECONDS + 60);
  expect(lease.state).toBe('error');
  expect(lease.error?.fault).toBe('Timedout');
  expect(m.vms.size).toBe(0);
});

test('a lease that is renewed goes on', () => {
  const { m, lease, pass } = begun();
  for (let i = 0; i < 5; i++) {
    pass(LEASE_SECONDS - 20);
    leaseProgress(m, lease, i * 20);
  }
  expect(lease.state).toBe('ready');
  expect(m.vms.size).toBe(1);
});
