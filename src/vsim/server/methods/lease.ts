import type { VirtualMachineImportSpec } from '../../../vsphere/types/vim.gen.ts';
import type { Entity } from '../../model/entities.ts';
import { invalidArgument, notSupported, VimFault } from '../../model/fault.ts';
import { abortLease, completeLease, importVApp, isLease, type Lease, leaseProgress } from '../../model/lease.ts';
import { arg, type Call, type Handlers, self } from '../calls.ts';
import { configSpec } from '../convert.ts';
import { ref } from '../props/context.ts';

function lease(c: Call): Lease {
  const entity: Entity = c.self;
  if (!isLease(entity)) throw notSupported();
  return entity;
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
    const at = { origin: c.origin, thumbprint: c.transfers.certificate.fingerprint };
    return ref(importVApp(c.m, at, pool, spec, folder, arg.host(c, a.host)));
  },
  HttpNfcLeaseProgress: (c, a) => leaseProgress(c.m, lease(c), a.percent),
  HttpNfcLeaseComplete: (c) => completeLease(c.m, lease(c)),
  HttpNfcLeaseAbort: (c) => abortLease(c.m, lease(c), new VimFault('RequestCanceled', 'The lease was aborted by a user.')),
};
