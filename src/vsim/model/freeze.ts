import type { Vm } from './entities.ts';
import { invalidPower, invalidState } from './fault.ts';
import { lockOwner } from './disks.ts';
import type { Model } from './model.ts';
import { unlock } from './vmdk.ts';
import { disksOf } from './vm-record.ts';

/**
 * The guest called `instantclone.freeze`: its processors stop, and what it has written so far is what all clones share. Nothing makes it run on
 * but a power cycle. InvalidPowerState unless it runs.
 */
export function freeze(m: Model, vm: Vm): void {
  if (vm.power !== 'poweredOn') throw invalidPower('poweredOn', vm.power);
  if (vm.frozen) return;
  vm.frozen = true;
  // what was planned for this boot does not happen in a guest that stands still
  vm.bootNumber++;
  const owner = lockOwner(m, vm);
  for (const disk of disksOf(vm.record)) {
    const file = m.storage.mustFile(disk.path);
    unlock(file, owner);
    (file.readers ??= new Set()).add(owner);
  }
  silence(m, vm);
  m.changed(vm, 'runtime.instantCloneFrozen', 'summary.runtime.instantCloneFrozen');
}

/** Tools say nothing any more: the guest is off, or stands still. */
export function silence(m: Model, vm: Vm): void {
  const { guest } = vm;
  if (guest === undefined) return;
  Object.assign(guest, { toolsRunning: false, opsReady: false, heartbeat: 'gray' });
  m.changed(
    vm,
    'guest.toolsRunningStatus',
    'guest.toolsStatus',
    'guest.guestState',
    'guest.guestOperationsReady',
    'guestHeartbeatStatus',
    'summary.guest',
  );
}

/** A frozen source of instant clones only goes off: its memory and disk are what its clones stand on. */
export function assertNotFrozen(vm: Vm): void {
  if (vm.frozen) throw invalidState('The operation is not allowed in the current state: the virtual machine is frozen for instant clones.');
}
