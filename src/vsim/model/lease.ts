/** ResourcePool.ImportVApp: a machine whose disks come over HTTP, under a lease that ends by itself. */
import { createVmSteps } from './configure.ts';
import { destroySteps } from './destroy.ts';
import type { Entity, Folder, Host, ResourcePool, Vm } from './entities.ts';
import { invalidArgument, invalidState, VimFault } from './fault.ts';
import type { Model } from './model.ts';
import type { ConfigSpec } from './specs.ts';
import { readStream } from './stream-vmdk.ts';
import { openLink, writeBlock } from './vmdk.ts';
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
  /** What was sent whole, by device key. */
  readonly sent: Set<number>;
  stopClock: (() => void) | undefined;
}

export const isLease = (entity: Entity | undefined): entity is Lease => entity?.type === 'HttpNfcLease';

export function importVApp(m: Model, at: Lease['at'], pool: ResourcePool, spec: ConfigSpec, folder: Folder, host: Host | undefined): Lease {
  const steps = createVmSteps(m, folder, spec, pool, host);
  const lease: Lease = {
    type: 'HttpNfcLease',
    id: `lease-${m.random.uuid()}`,
    name: spec.name ?? '',
    parent: undefined,
    ticket: m.random.hex(32),
    at,
    state: 'initializing',
    percent: 0,
    error: undefined,
    vm: undefined,
    sent: new Set(),
    stopClock: undefined,
  };
  m.add(lease);
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
  const missing = disksOf(vm.record).filter((disk) => !lease.sent.has(disk.key));
  if (missing.length > 0) throw invalidState(`${missing.length} disks were not transferred.`);
  lease.stopClock?.();
  lease.state = 'done';
  lease.percent = 100;
  vm.exclusive = undefined;
  m.changed(lease, 'state', 'transferProgress');
}

/** HttpNfcLeaseAbort, and what the end of its time does: the machine goes, with its disks. */
export function abortLease(m: Model, lease: Lease, fault: VimFault): void {
  const vm = mustBeReady(lease);
  lease.stopClock?.();
  fail(m, lease, fault);
  vm.exclusive = undefined;
  m.tasks.start({ method: 'Destroy_Task', entity: vm, exclusive: [vm], work: () => destroySteps(m, vm) });
}

/** A server that starts again knows no lease any more. What was made under one stays, half as it is. */
export function dropLeases(m: Model): void {
  for (const lease of [...m.objects.values()].filter(isLease)) {
    lease.stopClock?.();
    if (lease.state === 'ready' && lease.vm !== undefined) lease.vm.exclusive = undefined;
    m.remove(lease);
  }
}

export function leaseByTicket(m: Model, ticket: string): Lease | undefined {
  return [...m.objects.values()].filter(isLease).find((lease) => lease.ticket === ticket && lease.state === 'ready');
}

/** Name of a disk's file in addresses. */
export const diskFileName = (index: number): string => `disk-${index}.vmdk`;

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

/** `/vm-12/VirtualLsiLogicController0:0`, as servers name the devices of a lease. */
export function deviceKey(vm: Vm, owner: string, disk: DiskDevice): string {
  const controller = vm.record.devices.find((d) => d.key === disk.controllerKey);
  const model = controller?.kind === 'other' ? controller.model : 'VirtualController';
  return `/${owner}/${model}${disk.controllerKey % 100}:${disk.unitNumber}`;
}
