import { resourcePool, vmFolder } from '../../model/build.ts';
import { createVm, registerVm, rename } from '../../model/configure.ts';
import { destroyFolder, destroyPool, destroyVm } from '../../model/destroy.ts';
import { type Entity, isDatastore, isFolder, isPod, isPool, isVm } from '../../model/entities.ts';
import { invalidArgument, notSupported, VimFault } from '../../model/fault.ts';
import { enterMaintenance, exitMaintenance, setPool } from '../../model/migrate.ts';
import { assertFree, checkName, putChild, unescapeName } from '../../model/naming.ts';
import { datacenterOf } from '../../model/place.ts';
import { powerOnMany } from '../../model/power.ts';
import { renameDatastore } from '../../model/rename-datastore.ts';
import { needsOfNetworks, needsOfNew } from '../needs.ts';
import { arg, type Call, type Handlers, self, taskRef } from '../calls.ts';
import { configSpec } from '../convert.ts';
import { ref } from '../props/context.ts';
import { portSetting } from '../props/network.ts';
import { sharesFor } from './compute.ts';

function moveInto(c: Call, ids: readonly { value: string }[]): void {
  const folder = isPod(c.self) ? c.self : self.folder(c);
  for (const { value } of ids) {
    const child = c.m.objects.get(value);
    if (!isVm(child) && !isFolder(child) && !isDatastore(child)) throw notSupported();
    if (!folder.childType.includes(child.type)) throw notSupported();
    const from = child.parent;
    if (!isFolder(from) && !isPod(from)) throw notSupported();
    for (let at: Entity | undefined = folder; at !== undefined; at = at.parent) {
      if (at === child) throw new VimFault('InvalidFolder', 'A folder cannot be moved into itself.', { target: folder });
    }
    if (datacenterOf(child) !== datacenterOf(folder)) throw notSupported('Nothing is moved to a folder of another data center.');
    assertFree(folder, child.name);
    from.children.delete(child.name);
    child.parent = folder;
    putChild(folder, child);
    c.m.changed(from, 'childEntity');
    c.m.changed(child, 'parent');
  }
  c.m.changed(folder, 'childEntity');
}

export const inventoryMethods: Handlers = {
  CreateVM_Task: (c, a) => {
    const pool = arg.mustPool(c, a.pool);
    c.m.require('Resource.AssignVMToPool', pool);
    const [folder, spec] = [self.folder(c), configSpec(c, a.config)];
    needsOfNew(c, folder, a.config);
    needsOfNetworks(c, spec.deviceChange);
    return taskRef(createVm(c.m, folder, spec, pool, arg.host(c, a.host)));
  },
  RegisterVM_Task: (c, a) =>
    taskRef(registerVm(c.m, self.folder(c), a.path, a.name, a.asTemplate, arg.pool(c, a.pool), arg.host(c, a.host))),
  CreateFolder: (c, a) => {
    const folder = self.folder(c);
    const name = unescapeName(a.name);
    checkName(name);
    if (!folder.childType.includes('Folder')) throw notSupported();
    assertFree(folder, name);
    return ref(vmFolder(c.m, folder, name));
  },
  MoveIntoFolder_Task: (c, a) =>
    taskRef(
      c.m.tasks.start({
        method: 'MoveIntoFolder_Task',
        entity: isPod(c.self) ? c.self : self.folder(c),
        *work() {
          yield c.m.latency.about(200);
          moveInto(c, a.list);
          return undefined;
        },
      }),
    ),
  Rename_Task: (c, a) => {
    const entity = c.self;
    return taskRef(
      c.m.tasks.start({
        method: 'Rename_Task',
        entity,
        ...(isVm(entity) ? { exclusive: [entity] } : {}),
        *work() {
          yield c.m.latency.about(200);
          const name = unescapeName(a.newName);
          if (isVm(entity)) rename(c.m, entity, name);
          else if (isDatastore(entity)) renameDatastore(c.m, entity, name);
          else if (isFolder(entity) && isFolder(entity.parent)) {
            assertFree(entity.parent, name);
            entity.parent.children.delete(entity.name);
            entity.name = name;
            putChild(entity.parent, entity);
            c.m.changed(entity, 'name');
          } else throw notSupported();
          return undefined;
        },
      }),
    );
  },
  Destroy_Task: (c) => {
    if (isVm(c.self)) {
      c.m.require('VirtualMachine.Inventory.Delete', c.self.parent);
      return taskRef(destroyVm(c.m, c.self));
    }
    if (isFolder(c.self)) return taskRef(destroyFolder(c.m, c.self));
    if (isPool(c.self)) return taskRef(destroyPool(c.m, c.self));
    throw notSupported();
  },
  Reload: () => undefined,
  PowerOnMultiVM_Task: (c, a) => {
    const vms = a.vm.map((r) => arg.vm(c, r));
    for (const vm of vms) c.m.require('VirtualMachine.Interact.PowerOn', vm);
    return taskRef(
      c.m.tasks.start({
        method: 'PowerOnMultiVM_Task',
        entity: self.datacenter(c),
        work: () => powerOnMany(c.m, vms),
      }),
    );
  },
  EnterMaintenanceMode_Task: (c, a) => taskRef(enterMaintenance(c.m, self.host(c), a.evacuatePoweredOffVms ?? false)),
  ExitMaintenanceMode_Task: (c) => taskRef(exitMaintenance(c.m, self.host(c))),
  CreateResourcePool: (c, a) => {
    const parent = self.pool(c);
    const name = unescapeName(a.name);
    checkName(name);
    if (parent.pools.has(name))
      throw new VimFault('DuplicateName', `The name '${name}' already exists.`, { name, object: parent.pools.get(name) });
    const shares = sharesFor(parent, a.spec);
    const pool = resourcePool(c.m, c.m.ref('resgroup'), name, parent, parent.compute);
    pool.shares = shares;
    parent.pools.set(name, pool);
    c.m.changed(parent, 'resourcePool');
    return ref(pool);
  },
  MoveIntoResourcePool: (c, a) => {
    for (const r of a.list) setPool(c.m, arg.vm(c, r), self.pool(c));
  },
  CancelTask: (c) => c.m.tasks.cancel(self.task(c)),
  FetchDVPorts: (c) =>
    (c.m.switches.find((d) => d.id === c.self.id)?.portgroups ?? []).map((pg) => ({
      key: `${pg.id}-0`,
      config: { configVersion: '0', setting: portSetting(pg.vlan, pg.uplink) },
      dvsUuid: pg.dvs?.uuid ?? '',
      portgroupKey: pg.id,
      conflict: false,
      lastStatusChange: new Date(c.m.now()),
    })) as never,
  LogUserEvent: (c, a) => {
    if (a.msg === '') throw invalidArgument('msg');
    c.m.event('GeneralUserEvent', a.msg);
  },
};
