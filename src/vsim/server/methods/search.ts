import type { Datacenter, Entity, Folder, Vm } from '../../model/entities.ts';
import { isCompute, isDatacenter, isFolder, isHost, isPod, isPool, isVm } from '../../model/entities.ts';
import { escapeName, unescapeName } from '../../model/naming.ts';
import { nicsOf } from '../../model/vm-record.ts';
import { arg, type Call, type Handlers } from '../calls.ts';
import { ref } from '../props/context.ts';

function childNamed(parent: Entity, escaped: string): Entity | undefined {
  const name = unescapeName(escaped);
  if (isFolder(parent) || isPod(parent)) return (parent as Folder).children.get(name);
  if (isDatacenter(parent)) {
    const dc = parent as Datacenter;
    return [dc.vmFolder, dc.hostFolder, dc.datastoreFolder, dc.networkFolder].find((f) => f.name === name);
  }
  if (isCompute(parent)) return parent.pool.name === name ? parent.pool : parent.hosts.find((h) => h.name === name);
  if (isPool(parent)) return parent.pools.get(name) ?? [...parent.vms].find((vm) => vm.name === name);
  return undefined;
}

function byUuid(c: Call, uuid: string, vmSearch: boolean, instance: boolean | undefined): Entity[] {
  const wanted = uuid.toLowerCase();
  if (!vmSearch) return c.m.hosts.filter((h) => h.uuid === wanted);
  return c.m.findVms((vm) => (instance === true ? vm.record.instanceUuid : vm.record.uuid).toLowerCase() === wanted);
}

function byIp(c: Call, ip: string): Vm | undefined {
  return c.m.findVms((vm) => vm.guest !== undefined && nicsOf(vm.record).some((nic) => vm.guest?.addresses.get(nic.mac) === ip))[0];
}

const optional = (entity: Entity | undefined) => (entity === undefined ? undefined : ref(entity));

export const searchMethods: Handlers = {
  FindByUuid: (c, a) => optional(byUuid(c, a.uuid, a.vmSearch, a.instanceUuid)[0]),
  FindAllByUuid: (c, a) => byUuid(c, a.uuid, a.vmSearch, a.instanceUuid).map(ref),
  FindByInventoryPath: (c, a) => {
    let at: Entity | undefined = c.m.root;
    for (const step of a.inventoryPath.split('/')) {
      if (step === '' || at === undefined) continue;
      at = childNamed(at, step);
    }
    return at === c.m.root ? undefined : optional(at);
  },
  FindChild: (c, a) => optional(childNamed(arg.any(c, a.entity), a.name)),
  FindByDatastorePath: (c, a) => {
    const wanted = c.m.storage.canonical(a.path);
    return optional(c.m.findVms((vm) => vm.record.vmPath === wanted)[0]);
  },
  FindByDnsName: (c, a) =>
    optional(a.vmSearch ? c.m.findVms((vm) => vm.guest?.hostName === a.dnsName)[0] : c.m.hosts.find((h) => h.name === a.dnsName)),
  FindByIp: (c, a) => optional(a.vmSearch ? byIp(c, a.ip) : undefined),
};

export { escapeName, isHost, isVm };
