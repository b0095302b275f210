import { vmFolder } from './build.ts';
import { newRecord } from './configure.ts';
import type { DatastoreObject, Folder, Vm } from './entities.ts';
import { makeHome, writeVmFiles } from './home.ts';
import type { Model } from './model.ts';
import { inventoryPath } from './naming.ts';
import { generateMac } from './network.ts';
import { enroll, enrollSnapshot } from './register.ts';
import { createBase, createChild, freeDeltaName, openLink } from './vmdk.ts';
import { copyDevices, type DiskDevice, disksOf, type NicDevice, SCSI_CONTROLLER, type SnapNode, type VmRecord } from './vm-record.ts';

export interface MadeMaster {
  name: string;
  /** Inventory path, such as /DC0/vm/golden/master-0. */
  path: string;
  snapshot: string;
  vm: Vm;
}

export const GOLDEN_SNAPSHOT = 'golden';

/** A powered-off golden VM with exactly one snapshot, as the published method wants it. */
export function makeMaster(m: Model, name: string, datastore: DatastoreObject, folder: Folder, bytes = m.options.masterBytes): MadeMaster {
  const record = bareRecord(m, name, datastore, bytes, bytes / 10, `image:${name}`);
  const vm = enroll(m, record, folder, m.pool, m.hosts[m.random.below(m.hosts.length)] ?? vmHost(m));
  freeze(m, vm, GOLDEN_SNAPSHOT);
  return { name, path: inventoryPath(vm), snapshot: GOLDEN_SNAPSHOT, vm };
}

/** A snapshot of a VM that is off, while the world is made: nothing is told, nothing can fail in the middle. */
export function freeze(m: Model, vm: Vm, name: string, description = ''): void {
  const { record } = vm;
  const node: SnapNode = {
    ref: m.isVc ? m.ref('snapshot') : `${vm.id}-snapshot-1`,
    number: record.nextSnapshot++,
    name,
    description,
    createTime: m.now(),
    quiesced: false,
    memory: false,
    state: 'poweredOff',
    hardware: {
      numCPUs: record.numCPUs,
      coresPerSocket: record.coresPerSocket,
      memoryMB: record.memoryMB,
      devices: copyDevices(record.devices),
    },
    children: [],
    parent: record.current,
  };
  for (const disk of disksOf(record)) {
    if (disk.mode.startsWith('independent')) continue;
    const parent = openLink(m.storage, disk.path);
    const folder = m.storage.folderOf(parent.path);
    const redo = freeDeltaName(m.storage, folder, parent.path.slice(parent.path.lastIndexOf('/') + 1));
    disk.path = createChild(m.storage, `${folder}/${redo}`, parent, m.now(), m.random).path;
  }
  if (record.current === undefined) record.snapshots.push(node);
  else record.current.children.push(node);
  record.current = node;
  enrollSnapshot(m, vm, node.ref, node);
}

function vmHost(m: Model) {
  const host = m.hosts[0];
  if (host === undefined) throw new Error('the model has no host');
  return host;
}

/** A VM with one disk and one network card, its files on the datastore, not yet registered. */
function bareRecord(m: Model, name: string, datastore: DatastoreObject, bytes: number, used: number, seed: string): VmRecord {
  const dir = makeHome(m, datastore.store, name);
  const record = newRecord(m, name, datastore.store.full(`${dir}/${name}.vmx`));
  record.guestId = m.options.guestId;
  record.numCPUs = 2;
  record.memoryMB = 2048;
  const base = createBase(m.storage, datastore.store.full(`${dir}/${name}.vmdk`), m.now(), m.random, {
    capacity: bytes,
    thin: true,
    seed,
    seedBytes: Math.floor(used),
  });
  const net = m.networks.find((n) => n.dvs !== undefined && !n.uplink) ?? m.networks[0];
  const disk: DiskDevice = {
    kind: 'disk',
    key: 2000,
    controllerKey: 1000,
    unitNumber: 0,
    label: 'Hard disk 1',
    path: base.path,
    mode: 'persistent',
  };
  const nic: NicDevice = {
    kind: 'nic',
    model: 'VirtualVmxnet3',
    key: 4000,
    controllerKey: 100,
    unitNumber: 7,
    label: 'Network adapter 1',
    network: net?.id,
    mac: generateMac(m),
    addressType: m.isVc ? 'assigned' : 'generated',
    startConnected: true,
    connected: false,
    wakeOnLan: true,
  };
  record.devices.push(SCSI_CONTROLLER, disk, nic);
  for (const _ of writeVmFiles(m, record)) {
    /* no faults while the world is made */
  }
  return record;
}

/** Masters in a folder `golden`, one after the other over the datastores, and other people's VMs in `others`. */
export function populate(m: Model): MadeMaster[] {
  const masters: MadeMaster[] = [];
  const vmRoot = m.datacenter.vmFolder;
  if (m.options.masters > 0) {
    const golden = m.isVc ? vmFolder(m, vmRoot, 'golden') : vmRoot;
    for (let i = 0; i < m.options.masters; i++) {
      const ds = m.datastores[i % Math.max(1, m.datastores.length)];
      if (ds !== undefined) masters.push(makeMaster(m, `master-${i}`, ds, golden));
    }
  }
  if (m.options.vms > 0) {
    const others = m.isVc ? vmFolder(m, vmRoot, 'others') : vmRoot;
    for (let i = 0; i < m.options.vms; i++) {
      const ds = m.datastores[i % Math.max(1, m.datastores.length)];
      const host = m.hosts[i % m.hosts.length];
      if (ds === undefined || host === undefined) continue;
      enroll(m, bareRecord(m, `other-${String(i).padStart(5, '0')}`, ds, 16 * 2 ** 30, 2 ** 30, `other:${i}`), others, m.pool, host);
    }
  }
  return masters;
}
