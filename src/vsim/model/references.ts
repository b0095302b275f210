import { isNet, type Vm } from './entities.ts';
import type { Model } from './model.ts';
import { namedDisks, nicsOf } from './vm-record.ts';

/** Keeps `Datastore.vm` and `Network.vm` in step with a VM's configuration. */
export function addReferences(m: Model, vm: Vm): void {
  for (const nic of nicsOf(vm.record)) {
    const net = nic.network === undefined ? undefined : m.objects.get(nic.network);
    if (isNet(net) && !net.vms.has(vm)) {
      net.vms.add(vm);
      m.changed(net, 'vm');
    }
  }
  for (const name of datastoreNames(vm)) {
    const ds = m.datastores.find((d) => d.name === name);
    if (ds !== undefined && !ds.vms.has(vm)) {
      ds.vms.add(vm);
      m.changed(ds, 'vm');
    }
  }
}

export function dropReferences(m: Model, vm: Vm): void {
  for (const net of m.networks) if (net.vms.delete(vm)) m.changed(net, 'vm');
  for (const ds of m.datastores) if (ds.vms.delete(vm)) m.changed(ds, 'vm');
}

/** After a change of configuration: both at once. */
export function renewReferences(m: Model, vm: Vm): void {
  dropReferences(m, vm);
  addReferences(m, vm);
}

export function datastoreNames(vm: Vm): Set<string> {
  const names = new Set<string>();
  for (const path of [vm.record.vmPath, ...namedDisks(vm.record)]) {
    const name = /^\[([^\]]+)\]/.exec(path)?.[1];
    if (name !== undefined) names.add(name);
  }
  return names;
}
