/** Instant clones: what a server takes and refuses, what the clone has of its source, and where its disks stand. */
import { afterEach, describe, expect, it } from 'vitest';
import type { MethodArgs } from '../vsphere/soap/envelope.ts';
import type { Ref } from '../vsphere/types/value.ts';
import { startProgram } from './model/guest-ops.ts';
import { freeze } from './model/freeze.ts';
import { guestWrite } from './model/guest.ts';
import { instantClone, type InstantCloneSpec } from './model/instant.ts';
import { powerOn, reset, suspend } from './model/power.ts';
import { createSnapshot } from './model/snapshots.ts';
import type { Sim } from './model/simulate.ts';
import type { Vm } from './model/entities.ts';
import type { ModelOptions } from './model/options.ts';
import { nicsOf } from './model/vm-record.ts';
import { faultOf, link, makeSim, off, on, write } from './testing.ts';
import { wire, WireClient } from './wire-testing.ts';

const spec = (name: string, more: Partial<InstantCloneSpec> = {}): InstantCloneSpec => ({ name, deviceChange: [], config: [], ...more });

/** A linked clone that runs, and its guest with Tools. */
function running(options: Partial<ModelOptions> = {}): { sim: Sim; source: Vm } {
  const sim = makeSim(options);
  const source = link(sim, 'source');
  on(sim, source);
  sim.manual.settle();
  return { sim, source };
}

const fork = (sim: Sim, source: Vm, name: string, more: Partial<InstantCloneSpec> = {}): Vm => {
  const vm = sim.waitVm(instantClone(sim.model, source, spec(name, more)));
  sim.manual.settle();
  return vm;
};

const nicEdit = (vm: Vm, nic: object) => {
  const key = nicsOf(vm.record)[0]?.key ?? 0;
  return [{ operation: 'edit' as const, fileOperation: undefined, device: { model: 'VirtualVmxnet3', key, nic } }];
};

describe('the disks of instant clones', () => {
  it('a running source gets a delta with each clone, a frozen one does not, and what is written to one clone no other has', () => {
    const { sim, source } = running();
    write(sim, source, 1, 'on disk');
    const depth = sim.chain(source).length;
    const first = fork(sim, source, 'i1');
    expect([sim.chain(source).length, first.power, first.host]).toEqual([depth + 1, 'poweredOn', source.host]);
    expect(sim.hash(first)).toBe(sim.hash(source));
    freeze(sim.model, source);
    const [second, third] = [fork(sim, source, 'i2'), fork(sim, source, 'i3')];
    expect(sim.chain(source).length).toBe(depth + 1);
    expect(sim.chain(second)[1]?.path).toBe(sim.chain(source)[0]?.path);
    expect(sim.chain(third)[1]?.path).toBe(sim.chain(source)[0]?.path);
    const before = [sim.hash(third), sim.hash(source), sim.baseHash()];
    write(sim, second, 1, 'changed by the clone');
    expect([sim.hash(third), sim.hash(source), sim.baseHash()]).toEqual(before);
    expect(sim.hash(second)).not.toBe(sim.hash(third));
  });

  it('a frozen source only goes off, and does not start again while clones of it run', () => {
    const { sim, source } = running();
    freeze(sim.model, source);
    expect(sim.chain(source)[0]?.file.readers?.size).toBe(1);
    const clone = fork(sim, source, 'i1');
    const m = sim.model;
    for (const act of [() => suspend(m, source), () => reset(m, source), () => createSnapshot(m, source, { name: 's' })]) {
      expect(faultOf(sim, act)?.fault).toBe('InvalidState');
    }
    expect(() => guestWrite(m, source, 1, Buffer.from('no'))).toThrow(/frozen/);
    off(sim, source);
    expect(source.frozen).toBe(false);
    expect(faultOf(sim, () => powerOn(m, source))?.fault).toBe('FileLocked');
    off(sim, clone);
    on(sim, source);
  });
});

describe('what is refused', () => {
  it('a source that does not run, on a lone host, with a device of the host, on a host in maintenance, or without room', () => {
    const { sim, source } = running({ hosts: 1 });
    const m = sim.model;
    const again = () => faultOf(sim, () => instantClone(m, source, spec('no')))?.fault;
    source.record.devices.push({ kind: 'other', model: 'VirtualPCIPassthrough', key: 13_000, label: 'PCI device 0' });
    expect(again()).toBe('DisallowedMigrationDeviceAttached');
    source.record.devices.pop();
    source.host.usedMemoryBytes += source.host.memoryBytes;
    expect(again()).toBe('InsufficientMemoryResourcesFault');
    source.host.usedMemoryBytes -= source.host.memoryBytes;
    source.host.maintenance = true;
    expect(again()).toBe('InvalidState');
    source.host.maintenance = false;
    off(sim, source);
    expect(again()).toBe('InvalidPowerState');
    expect(m.findVms((vm) => vm.name === 'no')).toEqual([]);
    expect(m.datastores.every(({ store }) => store.file('no/no.vmx') === undefined)).toBe(true);
    const lone = makeSim({ kind: 'esxi' });
    expect(faultOf(lone, () => instantClone(lone.model, lone.master().vm, spec('no')))?.fault).toBe('NotSupported');
  });

  it('settings that the call does not know, devices other than cards and ports, a pool of other hosts, a UUID that is none', () => {
    const { sim, source } = running();
    const refused = (more: Partial<InstantCloneSpec>) =>
      faultOf(sim, () => instantClone(sim.model, source, spec('no', more)))?.fields['invalidProperty'];
    expect(refused({ unsupported: ['host'] })).toBe('spec.location.host');
    const device = { model: 'VirtualDisk', key: 2000 };
    expect(refused({ deviceChange: [{ operation: 'edit', fileOperation: undefined, device }] })).toBe('spec.location.deviceChange');
    const [edit] = nicEdit(source, {});
    if (edit === undefined) throw new Error('no card');
    expect(refused({ deviceChange: [{ ...edit, operation: 'add' }] })).toBe('spec.location.deviceChange');
    expect(refused({ biosUuid: 'mine' })).toBe('spec.biosUuid');
    const elsewhere = { ...sim.model.pool, compute: { ...sim.model.pool.compute } };
    expect(refused({ pool: elsewhere })).toBe('spec.location.pool');
    expect(refused({})).toBeUndefined();
  });
});

describe('the guest of an instant clone', () => {
  it('goes on as its source was, address and name too, until it renews them; its card may have another MAC', () => {
    const { sim, source } = running();
    const own = [...(source.guest?.addresses.values() ?? [])];
    const mac = '00:50:56:00:00:01';
    const clone = fork(sim, source, 'i1', { deviceChange: nicEdit(source, { mac, addressType: 'manual' }) });
    expect(clone.guest).toMatchObject({ toolsRunning: true, opsReady: true, hostName: source.guest?.hostName });
    expect([...(clone.guest?.addresses ?? [])]).toEqual([[mac, own[0]]]);
    startProgram(sim.model, clone, 'root', 'vsim', '/bin/sh', "-c 'hostnamectl set-hostname mine && systemctl restart systemd-networkd'");
    sim.manual.settle();
    expect(clone.guest?.system.hostname).toBe('mine');
    expect(source.guest?.system.hostname).not.toBe('mine');
    expect(clone.guest?.addresses.get(mac)).not.toBe(own[0]);
    const same = fork(sim, source, 'i2');
    expect(nicsOf(same.record)[0]?.mac).toBe(nicsOf(source.record)[0]?.mac);
  });

  it('a script that freezes its machine ends nowhere there, and goes on in each clone with what that was given', () => {
    const { sim, source } = running();
    const script =
      'n=carrel; vmware-rpctool "instantclone.freeze" && hostnamectl set-hostname $n-$(vmware-rpctool "info-get guestinfo.id")';
    const pid = startProgram(sim.model, source, 'root', 'vsim', '/bin/sh', `-c '${script}; exit 7'`);
    sim.manual.settle();
    expect([source.frozen, source.guest?.toolsRunning, source.guest?.opsReady]).toEqual([true, false, false]);
    expect(source.guest?.processes.find((p) => p.pid === pid)?.endTime).toBeUndefined();
    expect(() => startProgram(sim.model, source, 'root', 'vsim', '/bin/true', '')).toThrow(/could not be contacted/);
    const clones = ['a', 'b'].map((id) => fork(sim, source, `i-${id}`, { config: [{ key: 'guestinfo.id', value: id }] }));
    expect(clones.map((vm) => vm.guest?.system.hostname)).toEqual(['carrel-a', 'carrel-b']);
    expect(clones.map((vm) => vm.guest?.processes.find((p) => p.pid === pid)?.exitCode)).toEqual([7, 7]);
    expect(source.guest?.system.hostname).toBe('source');
    // it is on the clone's own disk: a restart brings no other name
    const [first] = clones as [Vm];
    off(sim, first);
    on(sim, first);
    expect(first.guest?.system.accounts.has('root')).toBe(true);
  });

  it('of a shell that another program took the place of nothing is left to go on with', () => {
    const { sim, source } = running({ guestUser: 'operations' });
    const freezes = 'vmware-rpctool "instantclone.freeze"';
    const script = `exec sudo -n /bin/sh -c "${freezes.replaceAll('"', '\\"')}"\n${freezes}`;
    startProgram(sim.model, source, 'operations', sim.model.options.guestPassword, '/bin/sh', `-c '${script}'`);
    sim.manual.settle();
    expect(source.frozen).toBe(true);
    expect(fork(sim, source, 'i1').frozen).toBe(false);
  });
});

describe('instant clones on the wire', () => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });

  it('wants its privileges, is not there for clients before 6.7, and says which property is wrong', async () => {
    const { vsim, client, close } = await wire({ hosts: 1 });
    open.push(close);
    const { model, sim } = vsim;
    const master = sim.master().vm;
    const self: Ref = { type: 'VirtualMachine', value: master.id };
    const ask = async (location: MethodArgs<'InstantClone_Task'>['spec']['location'], by = client) =>
      await by.call('InstantClone_Task', self, { spec: { name: 'i1', location } });
    const old = new WireClient(vsim, '6.5');
    await old.login();
    open.push(async () => await old.close());
    await expect(ask({}, old)).rejects.toMatchObject({ fault: 'MethodNotFound' });
    const property = { invalidProperty: 'spec.location.diskMoveType' };
    await expect(ask({ diskMoveType: 'createNewChildDiskBacking' })).rejects.toMatchObject({ fault: 'InvalidArgument', detail: property });
    for (const privilegeId of [
      'VirtualMachine.Provisioning.Clone',
      'VirtualMachine.Interact.PowerOn',
      'VirtualMachine.Inventory.CreateFromExisting',
      'Datastore.AllocateSpace',
      'Resource.AssignVMToPool',
    ]) {
      const denied = `${vsim.username} ${privilegeId}`;
      model.denied.add(denied);
      await expect(ask({})).rejects.toMatchObject({ fault: 'NoPermission', detail: { privilegeId } });
      model.denied.delete(denied);
    }
    // a master is off
    expect((await client.task(await ask({}))).error?.fault?._type).toBe('InvalidPowerState');
  });
});
