import { assertCustomizable } from '../../model/guest.ts';
import { keysymOf } from '../../guest/usb-keys.ts';
import { cloneVm } from '../../model/clone.ts';
import { reconfigureVm } from '../../model/configure.ts';
import { acquireTicket, type Ticket } from '../../model/console.ts';
import { consolidateVm, estimateConsolidation } from '../../model/consolidate.ts';
import { unregisterVm } from '../../model/destroy.ts';
import { instantClone } from '../../model/instant.ts';
import { datastoreOf } from '../../model/place.ts';
import { markTemplate, relocate } from '../../model/migrate.ts';
import { answerVm, askGuest, powerOff, powerOn, reset, suspend } from '../../model/power.ts';
import { promoteDisks } from '../../model/promote.ts';
import { invalidArgument, invalidPower, VimFault } from '../../model/fault.ts';
import { createSnapshot, removeAllSnapshots, removeSnapshot, renameSnapshot, revertTo } from '../../model/snapshots.ts';
import { reloadVm } from '../../model/trouble.ts';
import { assertVc } from '../../model/register.ts';
import { arg, type Call, type Handlers, self, taskRef } from '../calls.ts';
import { needsKeys, needsOfClone, needsOfConfig, needsOfNetworks } from '../needs.ts';
import { configSpec, customization, deviceChanges, relocateSpec } from '../convert.ts';

/** A ticket leads to this server, whatever host the VM is on: simulated hosts have no addresses. */
function ticketInfo(c: Call, ticket: Ticket) {
  const { hostname, port } = new URL(c.origin);
  const { thumbprint = c.transfers.certificate.fingerprint, ...says } = c.m.ticketSays;
  return {
    ticket: ticket.ticket,
    cfgFile: ticket.vm.record.vmPath,
    host: hostname,
    port: Number(port || 443),
    ...says,
    sslThumbprint: thumbprint,
  };
}

/** As {@link ticketInfo}, with what later versions have: the address since 7.0, thumbprints by their algorithm since 7.0.3.1 (here since 8.0). */
function consoleTicketInfo(c: Call, ticket: Ticket) {
  const info = ticketInfo(c, ticket);
  const sha256 = c.m.ticketSays.thumbprint ?? c.transfers.certificate.fingerprint256;
  const thumbprints = [
    { thumbprint: info.sslThumbprint, hashAlgorithm: 'SHA-1' },
    { thumbprint: sha256, hashAlgorithm: 'SHA-256' },
  ];
  return {
    ...info,
    ...(c.reader.version >= 7 ? { url: `wss://${info.host}:${info.port}/ticket/${ticket.ticket}` } : {}),
    ...(c.reader.version >= 8 ? { certThumbprintList: thumbprints } : {}),
  };
}

export const vmMethods: Handlers = {
  CloneVM_Task: (c, a) => {
    assertVc(c.m);
    const folder = arg.mustFolder(c, a.folder);
    c.m.require('VirtualMachine.Inventory.CreateFromExisting', folder);
    const location = relocateSpec(c, a.spec.location, folder);
    if (location.datastore !== undefined) c.m.require('Datastore.AllocateSpace', location.datastore);
    if (location.pool !== undefined) c.m.require('Resource.AssignVMToPool', location.pool);
    const config = a.spec.config === undefined ? undefined : configSpec(c, a.spec.config, folder);
    const custom = customization(a.spec.customization);
    if (custom !== undefined) c.m.require('VirtualMachine.Provisioning.Customize', folder);
    const source = self.vm(c);
    const snapshot = arg.snapshot(c, a.spec.snapshot);
    needsOfClone(c, source, { location, template: a.spec.template, snapshot, config });
    if (a.spec.config !== undefined) needsOfConfig(c, folder, a.spec.config, source.record);
    needsKeys(c, source, folder, 'Access', 'Clone');
    const tpm = a.spec.tpmProvisionPolicy;
    // since 8.0
    if (tpm !== undefined && (c.reader.version < 8 || (tpm !== 'copy' && tpm !== 'replace')))
      throw invalidArgument('spec.tpmProvisionPolicy');
    assertCustomizable(source, custom);
    return taskRef(
      cloneVm(c.m, source, folder, a.name, {
        location,
        template: a.spec.template,
        powerOn: a.spec.powerOn,
        snapshot,
        ...(tpm === undefined ? {} : { tpm }),
        config,
        customization: custom,
      }),
    );
  },
  InstantClone_Task: (c, a) => {
    assertVc(c.m);
    const source = self.vm(c);
    // since 6.7
    if (c.reader.version < 6.7)
      throw new VimFault('MethodNotFound', 'The method InstantClone_Task is not known.', { receiver: source, method: 'InstantClone_Task' });
    const { location } = a.spec;
    const folder = arg.folder(c, location.folder) ?? source.parent;
    const datastore = arg.datastore(c, location.datastore) ?? datastoreOf(c.m, source.record.vmPath);
    const pool = arg.pool(c, location.pool) ?? source.pool;
    c.m.require('VirtualMachine.Interact.PowerOn', source);
    c.m.require('VirtualMachine.Inventory.CreateFromExisting', folder);
    c.m.require('Datastore.AllocateSpace', datastore);
    if (pool !== undefined) c.m.require('Resource.AssignVMToPool', pool);
    const supported = new Set(['_type', 'folder', 'datastore', 'pool', 'deviceChange']);
    return taskRef(
      instantClone(c.m, source, {
        name: a.spec.name,
        folder,
        pool,
        datastore,
        unsupported: Object.entries(location).flatMap(([key, value]) => (value === undefined || supported.has(key) ? [] : [key])),
        deviceChange: deviceChanges(c, location.deviceChange) ?? [],
        config: (a.spec.config ?? []).map((o) => ({ key: o.key, value: String((o as { value?: unknown }).value ?? '') })),
        biosUuid: a.spec.biosUuid,
      }),
    );
  },
  ReconfigVM_Task: (c, a) => {
    const [vm, spec] = [self.vm(c), configSpec(c, a.spec)];
    needsOfConfig(c, vm, a.spec, vm.record);
    needsOfNetworks(c, spec.deviceChange);
    return taskRef(reconfigureVm(c.m, vm, spec));
  },
  PowerOnVM_Task: (c, a) => taskRef(powerOn(c.m, self.vm(c), arg.host(c, a.host))),
  PowerOffVM_Task: (c) => taskRef(powerOff(c.m, self.vm(c))),
  ResetVM_Task: (c) => taskRef(reset(c.m, self.vm(c))),
  SuspendVM_Task: (c) => taskRef(suspend(c.m, self.vm(c))),
  ShutdownGuest: (c) => askGuest(c.m, self.vm(c), 'shutdown'),
  RebootGuest: (c) => askGuest(c.m, self.vm(c), 'reboot'),
  StandbyGuest: (c) => askGuest(c.m, self.vm(c), 'standby'),
  CreateSnapshot_Task: (c, a) =>
    taskRef(createSnapshot(c.m, self.vm(c), { name: a.name, description: a.description ?? '', memory: a.memory, quiesce: a.quiesce })),
  CreateSnapshotEx_Task: (c, a) =>
    taskRef(
      createSnapshot(c.m, self.vm(c), {
        name: a.name,
        description: a.description ?? '',
        memory: a.memory,
        quiesce: a.quiesceSpec !== undefined,
      }),
    ),
  RevertToCurrentSnapshot_Task: (c) => {
    const vm = self.vm(c);
    return taskRef(revertTo(c.m, vm, vm.record.current, 'RevertToCurrentSnapshot_Task'));
  },
  RevertToSnapshot_Task: (c) => {
    const snapshot = self.snapshot(c);
    return taskRef(revertTo(c.m, snapshot.vm, snapshot.node, 'RevertToSnapshot_Task'));
  },
  RemoveSnapshot_Task: (c, a) => taskRef(removeSnapshot(c.m, self.snapshot(c), a.removeChildren, a.consolidate ?? true)),
  RemoveAllSnapshots_Task: (c, a) => taskRef(removeAllSnapshots(c.m, self.vm(c), a.consolidate ?? true)),
  RenameSnapshot: (c, a) => renameSnapshot(c.m, self.snapshot(c), a.name, a.description),
  EstimateStorageForConsolidateSnapshots_Task: (c) => taskRef(estimateConsolidation(c.m, self.vm(c))),
  ConsolidateVMDisks_Task: (c) => taskRef(consolidateVm(c.m, self.vm(c))),
  PromoteDisks_Task: (c, a) =>
    taskRef(
      promoteDisks(
        c.m,
        self.vm(c),
        a.unlink,
        a.disks?.map((d) => d.key),
      ),
    ),
  UnregisterVM: (c) => unregisterVm(c.m, self.vm(c)),
  MarkAsTemplate: (c) => markTemplate(c.m, self.vm(c), true),
  MarkAsVirtualMachine: (c, a) => {
    const pool = arg.mustPool(c, a.pool);
    c.m.require('Resource.AssignVMToPool', pool);
    markTemplate(c.m, self.vm(c), false, pool, arg.host(c, a.host));
  },
  RelocateVM_Task: (c, a) => {
    const [vm, spec] = [self.vm(c), relocateSpec(c, a.spec)];
    assertVc(c.m);
    c.m.require(vm.power === 'poweredOn' ? 'Resource.HotMigrate' : 'Resource.ColdMigrate', vm);
    for (const datastore of new Set([spec.datastore, ...(spec.disks ?? []).map((disk) => disk.datastore)])) {
      if (datastore !== undefined) c.m.require('Datastore.AllocateSpace', datastore);
    }
    if (spec.pool !== undefined) c.m.require('Resource.AssignVMToPool', spec.pool);
    needsKeys(c, vm, vm, 'Migrate');
    return taskRef(relocate(c.m, vm, spec));
  },
  MigrateVM_Task: (c, a) => taskRef(relocate(c.m, self.vm(c), { host: arg.host(c, a.host), pool: arg.pool(c, a.pool) }, 'MigrateVM_Task')),
  CustomizeVM_Task: (c, a) => {
    assertVc(c.m);
    const vm = self.vm(c);
    if (vm.power !== 'poweredOff') throw new VimFault('InvalidPowerState', 'The virtual machine must be off.', { existingState: vm.power });
    if (vm.pendingCustomization !== undefined) throw new VimFault('CustomizationPending', 'A customization is pending already.');
    const spec = customization(a.spec);
    assertCustomizable(vm, spec);
    return taskRef(
      c.m.tasks.start({
        method: 'CustomizeVM_Task',
        entity: vm,
        exclusive: [vm],
        *work() {
          yield c.m.latency.about(500);
          vm.pendingCustomization = spec;
          return undefined;
        },
      }),
    );
  },
  AnswerVM: (c, a) => answerVm(c.m, self.vm(c), a.questionId, a.answerChoice),
  AcquireTicket: (c, a) => consoleTicketInfo(c, acquireTicket(c.m, self.vm(c), a.ticketType)) as never,
  AcquireMksTicket: (c) => ticketInfo(c, acquireTicket(c.m, self.vm(c), 'mks')) as never,
  PutUsbScanCodes: (c, a) => {
    const vm = self.vm(c);
    if (vm.power !== 'poweredOn') throw invalidPower('poweredOn', vm.power);
    return a.spec.keyEvents.reduce((taken, { usbHidCode, modifiers: held }) => {
      const keysym = keysymOf(usbHidCode, held?.leftShift === true || held?.rightShift === true);
      if (keysym === undefined) return taken;
      // With one of these held down it is no character.
      const other = held?.leftControl ?? held?.rightControl ?? held?.leftAlt ?? held?.rightAlt ?? held?.leftGui ?? held?.rightGui ?? false;
      for (const down of [true, false]) vm.guest?.screen.press({ down, keysym, other });
      return taken + 1;
    }, 0);
  },
  RefreshStorageInfo: () => undefined,
  CheckCustomizationSpec: () => undefined,
  ResetGuestInformation: (c) => {
    const vm = self.vm(c);
    if (vm.power === 'poweredOn') throw new VimFault('InvalidPowerState', 'The virtual machine must be off.', { existingState: vm.power });
    vm.guest = undefined;
    c.m.changed(vm, 'guest', 'summary.guest');
  },
  reloadVirtualMachineFromPath_Task: (c, a) => {
    if (a.configurationPath === '') throw invalidArgument('configurationPath');
    return taskRef(reloadVm(c.m, self.vm(c), a.configurationPath));
  },
};
