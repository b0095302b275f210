import { expect, test } from 'vitest';
import { abortLease, completeLease, exportVm, importVApp, leaseProgress, sendDisk } from './model/lease.ts';
import { VimFault } from './model/fault.ts';
import { DEFAULTS } from './model/options.ts';
import { powerOn } from './model/power.ts';
import { readStream } from './model/stream-vmdk.ts';
import { blocksOf } from './model/stream-out.ts';
import { CONTROLLER, faultOf, link, makeSim, off, on, vmSpec, write } from './testing.ts';

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

/** A linked clone in which a guest wrote a block of the image's and one beyond it. */
function exported() {
  const sim = makeSim({ masterBytes: 80 * 2 ** 20 });
  const vm = link(sim, 'seat');
  on(sim, vm);
  write(sim, vm, 2, 'of the image no more');
  write(sim, vm, 1100, 'far behind');
  off(sim, vm);
  const lease = exportVm(sim.model, AT, vm);
  sim.manual.advance(5000);
  return { sim, vm, lease };
}

test("an export's stream has every block that the guest would read, of the image and of all above it", async () => {
  const { sim, vm, lease } = exported();
  const got = new Map<number, string>();
  await readStream(sendDisk(sim.model, lease, 'disk-0.vmdk'), 80 * 2 ** 20, (n, data) =>
    got.set(n, Buffer.from(data).toString('latin1').replace(/\0+$/, '')),
  );
  const want = [...blocksOf(sim.chain(vm))].map(([n, data]) => [n, Buffer.from(data).toString('latin1').replace(/\0+$/, '')] as const);
  expect(want.length).toBeGreaterThan(10);
  expect(got).toEqual(new Map(want));
  expect([got.get(2), got.get(1100)]).toEqual(['of the image no more', 'far behind']);
  const other = [...blocksOf(sim.chain(sim.master().vm))];
  expect(got.get(3)).toBe(Buffer.from(other[3]?.[1] ?? []).toString('latin1'));
});

test('nothing changes a machine while it is exported; it is free at the end, by whichever way', () => {
  const { sim, vm, lease } = exported();
  const m = sim.model;
  expect(faultOf(sim, () => powerOn(m, vm))?.fault).toBe('TaskInProgress');
  completeLease(m, lease);
  expect(faultOf(sim, () => powerOn(m, vm))).toBeUndefined();
  expect(faultOf(sim, () => void exportVm(m, AT, vm))?.fault).toBe('InvalidPowerState');
  off(sim, vm);
  for (const end of [
    (l: typeof lease) => abortLease(m, l, new VimFault('RequestCanceled', 'no')),
    () => sim.manual.advance((LEASE_SECONDS + 60) * 1000),
  ]) {
    const next = exportVm(m, AT, vm);
    sim.manual.advance(5000);
    expect(next.state).toBe('ready');
    end(next);
    expect(next.state).toBe('error');
    expect([vm.shared.size, m.vms.has(vm.id)]).toEqual([0, true]);
  }
});

test('a download ends in the middle when its lease does', async () => {
  const { sim, lease } = exported();
  const pieces = sendDisk(sim.model, lease, 'disk-0.vmdk');
  await pieces.next();
  completeLease(sim.model, lease);
  await expect(pieces.next()).rejects.toThrow('The lease is done.');
});
