/** Parts of the model that no hazard covers: limits and time, instant clones, promotion, guests, placement. */
import { describe, expect, it } from 'vitest';
import { faultOf, link, linkTask, makeSim, off, on, snap, write } from '../testing.ts';
import { cloneVm } from './clone.ts';
import { reconfigureVm } from './configure.ts';
import { isOpen } from './storage.ts';
import { destroyVm } from './destroy.ts';
import type { Snapshot, Vm } from './entities.ts';
import { enterMaintenance, exitMaintenance, rebalance } from './migrate.ts';
import { powerOn } from './power.ts';
import { promoteDisks } from './promote.ts';
import { removeSnapshot, revertTo } from './snapshots.ts';
import { HOST_UNITS } from './tasks.ts';
import { disksOf, nicsOf } from './vm-record.ts';
import { crashHost } from './trouble.ts';

describe('time and limits', () => {
  it('a host runs no more linked clones at once than it has cost units, and a thousand end in simulated minutes', () => {
    const sim = makeSim({ latency: 'real', masters: 4 });
    const hosts = new Set(sim.masters.map((m) => m.vm.host));
    const tasks = Array.from({ length: 1000 }, (_, n) => linkTask(sim, `c${n}`, {}, n % 4));
    let most = 0;
    const before = sim.model.now();
    while (tasks.some((t) => t.state === 'queued' || t.state === 'running')) {
      sim.manual.advance(500);
      for (const host of sim.model.hosts) most = Math.max(most, host.units);
    }
    expect(most).toBe(HOST_UNITS);
    expect(tasks.filter((t) => t.state === 'success')).toHaveLength(1000);
    const minutes = (sim.model.now() - before) / 60_000;
    expect(minutes).toBeGreaterThan(1000 / (HOST_UNITS * hosts.size) / 60);
    expect(sim.model.hosts.every((h) => h.units === 0)).toBe(true);
    expect(sim.model.datastores.every((d) => d.units === 0)).toBe(true);
  });

  it('full copies cost four units a host and take the time of their bytes', () => {
    const sim = makeSim({ latency: 'real' });
    const spec = { snapshot: undefined, location: { pool: sim.model.pool } };
    const tasks = Array.from({ length: 8 }, (_, n) => linkTask(sim, `full${n}`, spec));
    sim.manual.advance(5000);
    expect(tasks.filter((t) => t.state === 'running')).toHaveLength(4);
    expect(tasks.find((t) => t.state === 'running')?.progress).toBeGreaterThan(0);
    const elapsed = 5000 + sim.manual.settle();
    expect(elapsed).toBeGreaterThan(2 * (sim.base().extent.bytes / 200_000));
    expect(tasks.every((t) => t.state === 'success')).toBe(true);
  });

  it('the same seed gives the same run', () => {
    const run = () => {
      const sim = makeSim({ latency: 'real', seed: 42 });
      const vms = [1, 2, 3].map((n) => link(sim, `c${n}`));
      return JSON.stringify([sim.model.now(), vms.map((vm) => [vm.record.uuid, nicsOf(vm.record)[0]?.mac, vm.host.name])]);
    };
    expect(run()).toBe(run());
  });
});

describe('disks', () => {
  it('PromoteDisks unlinks a clone: its own full copy, same content, and the base is free of it', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    on(sim, vm);
    write(sim, vm, 4, 'mine');
    off(sim, vm);
    const [content, before] = [sim.hash(vm), sim.baseHash()];
    sim.wait(promoteDisks(sim.model, vm, true, undefined));
    expect(sim.chain(vm).map((l) => [l.path, l.disk.parent])).toEqual([['[ds0] c1/c1.vmdk', undefined]]);
    expect([sim.hash(vm), sim.baseHash()]).toEqual([content, before]);
    sim.wait(destroyVm(sim.model, sim.master().vm));
    on(sim, vm);
  });

  it.each(['moveChildMostDiskBacking', 'moveAllDiskBackingsAndAllowSharing'])(
    '%s shares the parents and copies the leaf',
    (diskMoveType) => {
      const sim = makeSim();
      const source = link(sim, 'source');
      on(sim, source);
      write(sim, source, 2, 'leaf');
      off(sim, source);
      const copy = sim.waitVm(
        cloneVm(sim.model, source, sim.model.datacenter.vmFolder, 'copy', {
          location: { diskMoveType, pool: sim.model.pool },
          template: false,
          powerOn: false,
        }),
      );
      expect(sim.chain(copy).map((l) => l.path)).toEqual(['[ds0] copy/copy-000001.vmdk', sim.base().path]);
      expect(sim.hash(copy)).toBe(sim.hash(source));
      on(sim, copy);
    },
  );

  it('a snapshot tree: revert makes a branch, and removing the fork keeps both sides', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    const fork = snap(sim, vm, 'fork') as unknown as Snapshot;
    on(sim, vm);
    write(sim, vm, 1, 'left');
    off(sim, vm);
    const left = snap(sim, vm, 'left') as unknown as Snapshot;
    const leftHash = sim.hash(vm);
    sim.wait(revertTo(sim.model, vm, fork.node, 'RevertToSnapshot_Task'));
    on(sim, vm);
    write(sim, vm, 1, 'right');
    off(sim, vm);
    snap(sim, vm, 'right');
    const rightHash = sim.hash(vm);
    sim.wait(removeSnapshot(sim.model, fork, false, true));
    expect(vm.record.snapshots.map((s) => s.name)).toEqual(['left', 'right']);
    expect(sim.hash(vm)).toBe(rightHash);
    sim.wait(revertTo(sim.model, vm, left.node, 'RevertToSnapshot_Task'));
    expect(sim.hash(vm)).toBe(leftHash);
    on(sim, vm);
  });

  it('after power-off nothing is held open, and datastores count what their files take', () => {
    const sim = makeSim();
    const vms = [1, 2, 3].map((n) => link(sim, `c${n}`));
    for (const vm of vms) on(sim, vm);
    for (const vm of vms) write(sim, vm, 1, vm.name);
    for (const vm of vms) off(sim, vm);
    for (const { store } of sim.model.datastores) {
      let used = 0;
      for (const { path, file } of store.walk()) {
        used += file.bytes;
        expect(isOpen(file), path).toBe(false);
      }
      expect(store.used).toBe(used);
    }
    for (const vm of vms) sim.wait(destroyVm(sim.model, vm));
    expect(sim.model.vms.size).toBe(1);
  });
});

describe('guests and hosts', () => {
  it('Tools, heartbeat, address and customization come one after the other', () => {
    const sim = makeSim({ latency: 'real' });
    const vm = sim.waitVm(linkTask(sim, 'c1', { customization: { hostName: 'desk-7' } }));
    on(sim, vm);
    const seen: string[] = [];
    sim.model.listen((kind, entity) => {
      if (kind !== 'modify' || entity !== vm || vm.guest === undefined) return;
      const { guest } = vm;
      const state = [guest.toolsRunning, guest.heartbeat, guest.customization?.status ?? '-', guest.addresses.size, guest.opsReady].join(
        ' ',
      );
      if (seen.at(-1) !== state) seen.push(state);
    });
    sim.manual.settle();
    expect(seen).toEqual([
      'true green - 0 false',
      'true green TOOLSDEPLOYPKG_RUNNING 0 false',
      'true green TOOLSDEPLOYPKG_SUCCEEDED 0 false',
      'true green TOOLSDEPLOYPKG_SUCCEEDED 1 true',
    ]);
    expect(vm.guest?.hostName).toBe('desk-7');
    const address = vm.guest?.addresses.get(nicsOf(vm.record)[0]?.mac ?? '');
    off(sim, vm);
    // What Tools said last stays readable although nothing runs.
    expect([vm.guest?.toolsRunning, vm.guest?.addresses.size]).toEqual([false, 1]);
    on(sim, vm);
    sim.manual.settle();
    expect(vm.guest?.addresses.get(nicsOf(vm.record)[0]?.mac ?? '')).toBe(address);
  });

  it('DRS spreads machines, maintenance moves them away, a crash stops them', () => {
    const sim = makeSim({ hosts: 3 });
    const vms: Vm[] = Array.from({ length: 9 }, (_, n) => link(sim, `c${n}`));
    for (const vm of vms) on(sim, vm);
    expect(sim.model.hosts.map((h) => h.poweredOn)).toEqual([3, 3, 3]);
    const [first, second] = sim.model.hosts;
    if (first === undefined || second === undefined) throw new Error('no hosts');
    sim.wait(enterMaintenance(sim.model, first, true));
    expect([first.vms.size, first.poweredOn]).toEqual([0, 0]);
    sim.wait(exitMaintenance(sim.model, first));
    for (let task = rebalance(sim.model); task !== undefined; task = rebalance(sim.model)) sim.wait(task);
    expect(Math.max(...sim.model.hosts.map((h) => h.poweredOn))).toBeLessThan(5);
    const lost = crashHost(sim.model, second);
    expect(lost.every((vm) => vm.power === 'poweredOff' && vm.connection === 'disconnected')).toBe(true);
    expect(faultOf(sim, () => powerOn(sim.model, lost[0] as Vm))?.fault).toBe('HostNotConnected');
  });

  it('a disk that is added while the VM runs is open at once, and its removal lets it go', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    on(sim, vm);
    const add = {
      operation: 'add' as const,
      fileOperation: 'create' as const,
      device: { model: 'VirtualDisk', key: -1, controllerKey: 1000, capacity: 2 ** 30, disk: { path: '', thin: true } },
    };
    sim.wait(reconfigureVm(sim.model, vm, { deviceChange: [add] }));
    const disk = disksOf(vm.record)[1];
    const file = sim.model.storage.mustFile(disk?.path ?? '');
    expect(isOpen(file)).toBe(true);
    const device = { model: 'VirtualDisk', key: disk?.key ?? 0 };
    sim.wait(reconfigureVm(sim.model, vm, { deviceChange: [{ operation: 'remove', fileOperation: undefined, device }] }));
    expect(isOpen(file)).toBe(false);
    off(sim, vm);
  });
});

it('what a reconfiguration that failed half way has changed is told of', () => {
  const sim = makeSim();
  const { vm } = sim.master();
  const heard: string[] = [];
  sim.model.listen((_kind, entity, paths) => {
    if (entity === vm) heard.push(...paths);
  });
  sim.model.rules.add({ point: 'effect', method: 'ReconfigVM_Task', at: 1 });
  expect(() => sim.wait(reconfigureVm(sim.model, vm, { extraConfig: [{ key: 'a', value: 'b' }] }))).toThrow();
  expect(vm.record.extraConfig.get('a')).toBe('b');
  expect(heard).toContain('config');
});

it('disks on controllers of different kinds have different keys, so that a clone copies each', () => {
  const sim = makeSim();
  const { vm } = sim.master();
  const add = (model: string, key: number) => ({
    operation: 'add' as const,
    fileOperation: undefined,
    device: { model, key, busNumber: 0 },
  });
  const disk = (controllerKey: number) => ({
    operation: 'add' as const,
    fileOperation: 'create' as const,
    device: { model: 'VirtualDisk', key: -9, controllerKey, capacity: 2 ** 30, disk: { path: '[ds0]', thin: true } },
  });
  sim.wait(
    reconfigureVm(sim.model, vm, {
      deviceChange: [add('VirtualNVMEController', -30), disk(-30), add('VirtualAHCIController', -40), disk(-40), disk(200), disk(1000)],
    }),
  );
  expect(disksOf(vm.record).map((d) => d.key)).toEqual([2000, 32_000, 16_000, 3000, 2001]);
});

it('a power-on that fails after it opened its disks holds none of them', () => {
  const sim = makeSim();
  const vm = link(sim, 'a');
  sim.model.rules.add({ point: 'effect', method: 'PowerOnVM_Task', at: 1 });
  expect(() => sim.wait(powerOn(sim.model, vm))).toThrow();
  for (const link of sim.chain(vm)) expect(isOpen(link.file)).toBe(false);
  on(sim, vm);
});

it('a revert of a running VM lets go of its files, as a power-off does', () => {
  const sim = makeSim();
  const vm = link(sim, 'a');
  const { id } = snap(sim, vm, 'one');
  on(sim, vm);
  const node = sim.model.objects.get(id) as Snapshot;
  sim.wait(revertTo(sim.model, vm, node.node, 'RevertToSnapshot_Task'));
  expect(vm.power).toBe('poweredOff');
  const { datastore, path } = sim.model.storage.parse(sim.model.storage.folderOf(vm.record.vmPath));
  for (const { file } of datastore.walk(path)) expect([file.name, isOpen(file), file.kind === 'vswp']).toEqual([file.name, false, false]);
});
