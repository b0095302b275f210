import type { HttpNfcLeaseManifestEntry, VirtualMachineImportSpec } from '../../../vsphere/types/vim.gen.ts';
import type { Entity } from '../../model/entities.ts';
import { invalidArgument, invalidState, notSupported, VimFault } from '../../model/fault.ts';
import { abortLease, completeLease, deviceKey, exportVm, importVApp, isLease, type Lease, leaseProgress } from '../../model/lease.ts';
import { disksOf } from '../../model/vm-record.ts';
import { openLink } from '../../model/vmdk.ts';
import { needsOfNetworks } from '../needs.ts';
import { arg, type Call, type Handlers, self } from '../calls.ts';
import { configSpec } from '../convert.ts';
import { ref } from '../props/context.ts';

function lease(c: Call): Lease {
  const entity: Entity = c.self;
  if (!isLease(entity)) throw notSupported();
  return entity;
}

/** Of what was read whole, as an OVF's manifest wants it. InvalidState unless the lease is ready. */
function manifest(c: Call, { state, vm, read }: Lease): HttpNfcLeaseManifestEntry[] {
  if (state !== 'ready' || vm === undefined) throw invalidState(`The lease is ${state}.`);
  return disksOf(vm.record).flatMap((disk) => {
    const entry = read.get(disk.key);
    if (entry === undefined) return [];
    const capacity = BigInt(openLink(c.m.storage, disk.path).disk.capacity);
    return [{ key: deviceKey(vm, vm.id, disk), sha1: entry.sha1, size: BigInt(entry.size), disk: true, capacity }];
  });
}

export const leaseMethods: Handlers = {
  ImportVApp: (c, a) => {
    if (a.spec._type !== 'VirtualMachineImportSpec') throw notSupported('Only single machines are imported.');
    const pool = self.pool(c);
    // A vApp's folder is its own; a machine outside of one needs one, and a lone host has but one.
    const folder = arg.folder(c, a.folder) ?? (c.m.isVc ? undefined : c.m.datacenter.vmFolder);
    if (folder === undefined) throw invalidArgument('folder');
    c.m.require('VirtualMachine.Inventory.Create', folder);
    const spec = configSpec(c, (a.spec as VirtualMachineImportSpec).configSpec);
    needsOfNetworks(c, spec.deviceChange);
    for (const datastore of c.m.datastores.filter((ds) => spec.vmPathName?.startsWith(`[${ds.name}]`)))
      c.m.require('Datastore.AllocateSpace', datastore);
    const at = { origin: c.origin, thumbprint: c.transfers.certificate.fingerprint };
    return ref(importVApp(c.m, at, pool, spec, folder, arg.host(c, a.host)));
  },
  ExportVm: (c) => ref(exportVm(c.m, { origin: c.origin, thumbprint: c.transfers.certificate.fingerprint }, self.vm(c))),
  HttpNfcLeaseGetManifest: (c) => manifest(c, lease(c)),
  HttpNfcLeaseProgress: (c, a) => leaseProgress(c.m, lease(c), a.percent),
  HttpNfcLeaseComplete: (c) => completeLease(c.m, lease(c)),
  HttpNfcLeaseAbort: (c) => abortLease(c.m, lease(c), new VimFault('RequestCanceled', 'The lease was aborted by a user.')),
};
