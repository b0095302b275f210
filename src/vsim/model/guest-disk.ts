/** Where a guest's system lies: on its VM's first disk, so that it goes where the disk goes: clones, copies, checkpoints, captures. */
import { type GuestMachine, type GuestSystem, newSystem, readSystem, writeSystem } from '../guest/system.ts';
import { writablePath } from './disks.ts';
import type { Vm } from './entities.ts';
import { freeze } from './freeze.ts';
import type { Model } from './model.ts';
import { chainOf, GRAIN, openLink, readBlock, writeBlock } from './vmdk.ts';
import { disksOf } from './vm-record.ts';

/** The one block that it takes. */
const BLOCK = 3;

/**
 * The system on a VM's disk, running on its virtual hardware; of an image that nobody booted yet, what the options say. One that wrote nothing yet
 * stays as it was in memory.
 */
export function loadSystem(m: Model, vm: Vm): GuestSystem {
  const disk = disksOf(vm.record)[0];
  const found = disk === undefined ? undefined : readBlock(chainOf(m.storage, writablePath(vm, disk)), BLOCK);
  const there = typeof found === 'object' ? readSystem(found) : undefined;
  const { guestUser, guestPassword, guestFiles } = m.options;
  const system = there ?? vm.guest?.system ?? newSystem(vm.name.toLowerCase(), guestUser, guestPassword, guestFiles);
  system.machine = hardwareOf(m, vm);
  return system;
}

/** The system of another guest as it runs now, in a VM of its own. */
export function copySystem(m: Model, vm: Vm, from: GuestSystem): GuestSystem {
  const accounts = [...from.accounts].map(([name, account]) => [name, { ...account }] as const);
  return { hostname: from.hostname, files: new Map(from.files), accounts: new Map(accounts), machine: hardwareOf(m, vm) };
}

/** Writes the system to its disk, if it is another than there. What finds no room is lost at power-off, as in a guest whose disk is full. */
export function saveSystem(m: Model, vm: Vm): void {
  const disk = disksOf(vm.record)[0];
  const system = vm.guest?.system;
  if (disk === undefined || system === undefined || vm.power !== 'poweredOn' || vm.frozen) return;
  const bytes = writeSystem(system);
  if (bytes.length > GRAIN) throw new RangeError(`the files of the guest of ${vm.name} are too many to simulate`);
  const path = writablePath(vm, disk);
  const before = readBlock(chainOf(m.storage, path), BLOCK);
  if (typeof before === 'object' && bytes.equals(before)) return;
  const link = openLink(m.storage, path);
  if (link.disk.capacity <= BLOCK * GRAIN) return;
  try {
    writeBlock(m.storage, link, BLOCK, bytes, m.now(), m.random);
  } catch (error) {
    m.event('GuestDiskFull', `The guest of ${vm.name} cannot write: ${(error as Error).message}`, vm);
  }
}

/**
 * guestinfo as the guest sees it: what it set itself, else what the VM's configuration has. What it sets shows in the API's extraConfig while it
 * runs, and is gone with power-off: it never reaches the .vmx file.
 */
function hardwareOf(m: Model, vm: Vm): GuestMachine {
  return {
    infoGet: (key) => vm.guestInfo?.get(key) ?? vm.record.extraConfig.get(key),
    infoSet: (key, value) => {
      if (vm.power !== 'poweredOn') return;
      (vm.guestInfo ??= new Map()).set(key, value);
      m.changed(vm, 'config.extraConfig');
    },
    random: (digits) => m.random.hex(digits),
    freeze: () => freeze(m, vm),
  };
}
