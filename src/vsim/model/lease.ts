/** ResourcePool.ImportVApp and VirtualMachine.ExportVm: disks that come or go over HTTP, under a lease that ends by itself. */
import { createHash } from 'node:crypto';
import { createVmSteps } from './configure.ts';
import { destroySteps, taskInProgress } from './destroy.ts';
import type { Entity, Folder, Host, ResourcePool, Task, Vm } from './entities.ts';
import { invalidArgument, invalidPower, invalidState, VimFault } from './fault.ts';
import type { Model } from './model.ts';
import { assertConnected } from './register.ts';
import type { ConfigSpec } from './specs.ts';
import { writeStream } from './stream-out.ts';
import { readStream } from './stream-vmdk.ts';
import { chainOf, openLink, writeBlock } from './vmdk.ts';
import { type DiskDevice, disksOf } from './vm-record.ts';

export interface Lease extends Entity {
  readonly type: 'HttpNfcLease';
  /** In the addresses of its files: whoever knows it may write them. */
  readonly ticket: string;
  /** Where its files are sent to, `https://host:port`, and the thumbprint of the certificate there. */
  readonly at: { origin: string; thumbprint: string };
  state: 'initializing' | 'ready' | 'done' | 'error';
  percent: number;
  error: VimFault | undefined;
  vm: Vm | undefined;
  /** Reads the machine's disks instead of writing them; the task keeps others from changing it meanwhile. */
  readonly exporting: boolean;
  hold: Task | undefined;
  /** What was read whole, by device key. */
  readonly read: Map<number, { sha1: string; size: number }>;
  /** What was sent whole, by device key. */
  readonly sent: Set<number>;
  stopClock: (() => void) | undefined;
}

export const isLease = (entity: Entity | undefined): entity is Lease => entity?.type === 'HttpNfcLease';

function newLease(m: Model, at: Lease['at'], name: string, exporting: boolean): Lease {
  const lease: Lease = {
    type: 'HttpNfcLease',
    id: `lease-${m.random.uuid()}`,
    name,
    parent: undefined,
    ticket: m.random.hex(32),
    at,
    state: 'initializing',
    percent: 0,
    error: undefined,
    vm: undefined,
    exporting,
    hold: undefined,
    read: new Map(),
    sent: new Set(),
    stopClock: undefined,
  };
  m.add(lease);
  return lease;
}

/** ExportVm. InvalidPowerState unless it is off, TaskInProgress while another operation runs; while the lease lasts nothing may change it. */
export function exportVm(m: Model, at: Lease['at'], vm: Vm): Lease {
  assertConnected(vm);
  if (vm.power !== 'poweredOff') throw invalidPower('poweredOff', vm.power);
  if (vm.exclusive !== undefined) throw taskInProgress(vm.exclusive);
  const lease = newLease(m, at, vm.name, true);
  m.tasks.start({
    method: 'ExportVm',
    entity: vm,
    *work(task) {
      try {
        if (vm.exclusive !== undefined) throw taskInProgress(vm.exclusive);
        lease.vm = vm;
        lease.hold = task;
        vm.shared.add(task);
        yield m.latency.about(300);
        for (const disk of disksOf(vm.record)) chainOf(m.storage, disk.path);
        lease.state = 'ready';
        renew(m, lease);
        m.changed(lease, 'state', 'info');
        return undefined;
      } catch (error) {
        if (!(error instanceof VimFault)) throw error;
        release(lease);
        fail(m, lease, error);
        throw error;
      }
    },
  });
  return lease;
}

/** Others may work on the machine again. */
function release(lease: Lease): void {
  if (lease.vm === undefined) return;
  if (lease.hold === undefined) lease.vm.exclusive = undefined;
  else lease.vm.shared.delete(lease.hold);
}

export function importVApp(m: Model, at: Lease['at'], pool: ResourcePool, spec: ConfigSpec, folder: Folder, host: Host | undefined): Lease {
  const steps = createVmSteps(m, folder, spec, pool, host);
  const lease = newLease(m, at, spec.name ?? '', false);
  m.tasks.start({
    method: 'ImportVApp',
    entity: pool,
    cost: () => ({ host: host ?? pool.compute.hosts[0], hostUnits: 1 }),
    *work(task) {
      try {
        const vm = yield* steps;
        lease.vm = vm;
        // Nothing else may be done with it until its disks are there.
        vm.exclusive = task;
        lease.state = 'ready';
        renew(m, lease);
        m.changed(lease, 'state', 'info');
        return vm;
      } catch (error) {
        if (!(error instanceof VimFault)) throw error;
        fail(m, lease, error);
        throw error;
      }
    },
  });
  return lease;
}

function fail(m: Model, lease: Lease, fault: VimFault): void {
  lease.state = 'error';
  lease.error = fault;
  m.changed(lease, 'state', 'error');
}

function renew(m: Model, lease: Lease): void {
  lease.stopClock?.();
  lease.stopClock = m.clock.after(m.options.leaseSeconds * 1000, () =>
    abortLease(m, lease, new VimFault('Timedout', 'The lease ended: nobody renewed it.')),
  );
}

function mustBeReady(lease: Lease): Vm {
  if (lease.state !== 'ready' || lease.vm === undefined) throw invalidState(`The lease is ${lease.state}.`);
  return lease.vm;
}

export function leaseProgress(m: Model, lease: Lease, percent: number): void {
  mustBeReady(lease);
  if (percent < 0 || percent > 100) throw invalidArgument('percent');
  lease.percent = percent;
  renew(m, lease);
  m.changed(lease, 'transferProgress');
}

/** HttpNfcLeaseComplete: the machine is there. InvalidState while a disk was not sent. */
export function completeLease(m: Model, lease: Lease): void {
  const vm = mustBeReady(lease);
  const missing = lease.exporting ? [] : disksOf(vm.record).filter((disk) => !lease.sent.has(disk.key));
  if (missing.length > 0) throw invalidState(`${missing.length} disks were not transferred.`);
  lease.stopClock?.();
  lease.state = 'done';
  lease.percent = 100;
  release(lease);
  m.changed(lease, 'state', 'transferProgress');
}

/** HttpNfcLeaseAbort, and what the end of its time does: a machine that was to come goes, with its disks. */
export function abortLease(m: Model, lease: Lease, fault: VimFault): void {
  const vm = mustBeReady(lease);
  lease.stopClock?.();
  fail(m, lease, fault);
  release(lease);
  if (lease.exporting) return;
  m.tasks.start({ method: 'Destroy_Task', entity: vm, exclusive: [vm], work: () => destroySteps(m, vm) });
}

/** A server that starts again knows no lease any more. What was made under one stays, half as it is. */
export function dropLeases(m: Model): void {
  for (const lease of [...m.objects.values()].filter(isLease)) {
    lease.stopClock?.();
    if (lease.state === 'ready') release(lease);
    m.remove(lease);
  }
}

export function leaseByTicket(m: Model, ticket: string): Lease | undefined {
  return [...m.objects.values()].filter(isLease).find((lease) => lease.ticket === ticket && lease.state === 'ready');
}

/** Name of a disk's file in addresses. */
export const diskFileName = (index: number): string => `disk-${index}.vmdk`;

/** Whether the lease has a file of this name. */
export const hasDisk = (lease: Lease, file: string): boolean =>
  lease.vm !== undefined && disksOf(lease.vm.record).some((_, i) => diskFileName(i) === file);

/** Writes what a client sends as a disk of the machine. Throws BadStream for what no host would take, VimFault where there is no room. */
export async function receiveDisk(m: Model, lease: Lease, file: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const vm = mustBeReady(lease);
  const disk = disksOf(vm.record).find((_, i) => diskFileName(i) === file);
  if (disk === undefined) throw invalidArgument('url');
  const link = openLink(m.storage, disk.path);
  await readStream(bytes, link.disk.capacity, (block, data) => {
    if (lease.state !== 'ready') throw invalidState('The lease is over.');
    writeBlock(m.storage, link, block, Uint8Array.from(data), m.now(), m.random);
  });
  lease.sent.add(disk.key);
}

/** A disk of an export as a stream-optimized VMDK; InvalidState in the middle when the lease ends. */
export async function* sendDisk(m: Model, lease: Lease, file: string): AsyncGenerator<Buffer> {
  const disk = disksOf(mustBeReady(lease).record).find((_, i) => diskFileName(i) === file);
  if (disk === undefined) throw invalidArgument('url');
  const hash = createHash('sha1');
  let size = 0;
  for await (const piece of writeStream(chainOf(m.storage, disk.path))) {
    mustBeReady(lease);
    hash.update(piece);
    size += piece.length;
    yield piece;
  }
  lease.read.set(disk.key, { sha1: hash.digest('hex'), size });
}

/** `/vm-12/VirtualLsiLogicController0:0`, as servers name the devices of a lease. */
export function deviceKey(vm: Vm, owner: string, disk: DiskDevice): string {
  const controller = vm.record.devices.find((d) => d.key === disk.controllerKey);
  const model = controller?.kind === 'other' ? controller.model : 'VirtualController';
  return `/${owner}/${model}${disk.controllerKey % 100}:${disk.unitNumber}`;
}
