import type { OvfCreateDescriptorParams } from '../../../vsphere/types/vim.gen.ts';
import { taskInProgress } from '../../model/destroy.ts';
import type { Vm } from '../../model/entities.ts';
import { invalidArgument, notSupported } from '../../model/fault.ts';
import { deviceKey } from '../../model/lease.ts';
import { descriptor, type OvfFile } from '../../model/ovf.ts';
import { assertConnected } from '../../model/register.ts';
import { disksOf } from '../../model/vm-record.ts';
import { arg, type Handlers } from '../calls.ts';

/** What may be added to a description. */
const OPTIONS = new Set(['mac', 'extraconfig']);

/** The files of disks by device key. InvalidArgument for a device that a lease of the machine does not name, one that is named twice, and a size that is none. */
function filesOf(vm: Vm, said: OvfCreateDescriptorParams['ovfFiles']): Map<number, OvfFile> {
  const known = new Map(disksOf(vm.record).map((disk) => [deviceKey(vm, vm.id, disk), disk.key]));
  const files = new Map<number, OvfFile>();
  for (const { deviceId, path, size, populatedSize, compressionMethod, chunkSize } of said ?? []) {
    const key = known.get(deviceId);
    if (key === undefined || files.has(key)) throw invalidArgument('cdp.ovfFiles.deviceId');
    if (path === '') throw invalidArgument('cdp.ovfFiles.path');
    if (size < 0n) throw invalidArgument('cdp.ovfFiles.size');
    const populated = populatedSize === undefined ? undefined : Number(populatedSize);
    const chunks = chunkSize === undefined || chunkSize === 0n ? undefined : Number(chunkSize);
    files.set(key, { path, size: Number(size), populated, compression: compressionMethod, chunkSize: chunks });
  }
  return files;
}

export const ovfMethods: Handlers = {
  CreateDescriptor: (c, a) => {
    if (c.self.type !== 'OvfManager') throw notSupported();
    const { cdp } = a;
    if (a.obj.type !== 'VirtualMachine') throw notSupported('Only single machines are described.');
    const vm = arg.vm(c, a.obj);
    c.m.require('VApp.Export', vm);
    if (cdp.snapshot !== undefined) throw notSupported('Snapshots are not exported.');
    if (cdp.exportOption?.some((option) => !OPTIONS.has(option)) === true) throw invalidArgument('cdp.exportOption');
    assertConnected(vm);
    if (vm.exclusive !== undefined) throw taskInProgress(vm.exclusive);
    const wish = {
      name: cdp.name === undefined || cdp.name === '' ? vm.name : cdp.name,
      description: cdp.description,
      files: filesOf(vm, cdp.ovfFiles),
      options: new Set(cdp.exportOption),
    };
    return { ovfDescriptor: descriptor(c.m, vm, wish), includeImageFiles: false };
  },
};
