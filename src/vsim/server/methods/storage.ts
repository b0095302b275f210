import type { VirtualDiskSpec } from '../../../vsphere/types/vim.gen.ts';
import type { DatastoreObject, Entity } from '../../model/entities.ts';
import { invalidArgument, notSupported } from '../../model/fault.ts';
import {
  copyFile,
  copyVirtualDisk,
  createVirtualDisk,
  deleteFile,
  deleteVirtualDisk,
  type DiskSpecRequest,
  extendVirtualDisk,
  makeDirectory,
  makeNamespace,
  moveFile,
  moveVirtualDisk,
  queryDiskInfo,
  searchDatastore,
} from '../../model/files.ts';
import { datastoreOf } from '../../model/place.ts';
import { openLink } from '../../model/vmdk.ts';
import { arg, type Call, type Handlers, taskRef } from '../calls.ts';

/** The privilege for touching files, on the datastore that a path names. */
function mayTouch(c: Call, ...paths: string[]): void {
  for (const path of paths) c.m.require('Datastore.FileManagement', datastoreOf(c.m, path));
}

function diskSpec(spec: VirtualDiskSpec | (DiskSpecWire & { _type?: string }) | undefined): DiskSpecRequest | undefined {
  if (spec === undefined) return undefined;
  const adapter = spec.adapterType === 'ide' || spec.adapterType === 'busLogic' ? spec.adapterType : 'lsiLogic';
  return { thin: spec.diskType === 'thin', eager: spec.diskType === 'eagerZeroedThick', adapter };
}

interface DiskSpecWire {
  diskType: string;
  adapterType: string;
}

function searchTarget(c: Call): Entity {
  const ds = c.m.datastores.find((d: DatastoreObject) => d.browser === c.self);
  return ds ?? c.m.hosts[0] ?? c.m.root;
}

export const storageMethods: Handlers = {
  SearchDatastore_Task: (c, a) => {
    c.m.require('Datastore.Browse', datastoreOf(c.m, a.datastorePath));
    return taskRef(searchDatastore(c.m, searchTarget(c), a.datastorePath, false, a.searchSpec?.matchPattern ?? []));
  },
  SearchDatastoreSubFolders_Task: (c, a) => {
    c.m.require('Datastore.Browse', datastoreOf(c.m, a.datastorePath));
    return taskRef(searchDatastore(c.m, searchTarget(c), a.datastorePath, true, a.searchSpec?.matchPattern ?? []));
  },
  MakeDirectory: (c, a) => {
    mayTouch(c, a.name);
    makeDirectory(c.m, a.name, a.createParentDirectories ?? false);
  },
  DeleteDatastoreFile_Task: (c, a) => {
    mayTouch(c, a.name);
    return taskRef(deleteFile(c.m, a.name));
  },
  MoveDatastoreFile_Task: (c, a) => {
    mayTouch(c, a.sourceName, a.destinationName);
    return taskRef(moveFile(c.m, a.sourceName, a.destinationName, a.force ?? false));
  },
  CopyDatastoreFile_Task: (c, a) => {
    mayTouch(c, a.sourceName, a.destinationName);
    return taskRef(copyFile(c.m, a.sourceName, a.destinationName, a.force ?? false));
  },
  CreateDirectory: (c, a) => makeNamespace(c.m, arg.mustDatastore(c, a.datastore).store, a.displayName ?? c.m.random.uuid()),
  CreateVirtualDisk_Task: (c, a) => {
    mayTouch(c, a.name);
    const spec = diskSpec(a.spec);
    const kb = (a.spec as { capacityKb?: bigint }).capacityKb;
    if (spec === undefined || kb === undefined || kb <= 0n) throw invalidArgument('spec');
    return taskRef(createVirtualDisk(c.m, a.name, spec, Number(kb) * 1024));
  },
  DeleteVirtualDisk_Task: (c, a) => {
    mayTouch(c, a.name);
    return taskRef(deleteVirtualDisk(c.m, a.name));
  },
  MoveVirtualDisk_Task: (c, a) => {
    mayTouch(c, a.sourceName, a.destName);
    return taskRef(moveVirtualDisk(c.m, a.sourceName, a.destName));
  },
  CopyVirtualDisk_Task: (c, a) => {
    mayTouch(c, a.sourceName, a.destName);
    return taskRef(copyVirtualDisk(c.m, a.sourceName, a.destName, diskSpec(a.destSpec)));
  },
  ExtendVirtualDisk_Task: (c, a) => {
    mayTouch(c, a.name);
    return taskRef(extendVirtualDisk(c.m, a.name, Number(a.newCapacityKb) * 1024));
  },
  QueryVirtualDiskInfo_Task: (c, a) => {
    c.m.require('Datastore.FileManagement', datastoreOf(c.m, a.name));
    return taskRef(queryDiskInfo(c.m, a.name, a.includeParents));
  },
  QueryVirtualDiskUuid: (c, a) => openLink(c.m.storage, a.name).disk.uuid,
  RefreshDatastore: () => undefined,
  RefreshDatastoreStorageInfo: () => undefined,
  CreateNasDatastore: () => {
    throw notSupported();
  },
};
