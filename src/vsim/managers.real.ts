import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildGovmomi } from '../../test/support/govmomi.ts';
import { bytesOf, extentBytes } from './model/extent-bytes.ts';
import { startVsim } from './vsim.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../test/support/pyvmomi/managers.py', import.meta.url));

/** What govc's commands count on beside machines. Its library reads much of it without asking whether it is there. */
describe("the managers, by govmomi's own wrappers of them", () => {
  let seen: Record<string, unknown> = {};
  let typed: string | undefined;
  let content = false;
  beforeAll(async () => {
    const program = await buildGovmomi();
    const vsim = await startVsim({ masters: 1, hosts: 1, masterBytes: 80 * 2 ** 20 });
    const dir = await mkdtemp(join(tmpdir(), 'vsim-export-'));
    try {
      const master = vsim.sim.master();
      const env = {
        ...process.env,
        TOUR_DIR: dir,
        TOUR_USER: vsim.username,
        TOUR_PASSWORD: vsim.password,
        TOUR_GUEST_USER: vsim.model.options.guestUser,
        TOUR_GUEST_PASSWORD: vsim.model.options.guestPassword,
      };
      const { stdout } = await run(program, ['managers', vsim.url, master.path, master.snapshot], { timeout: 600_000, env });
      seen = JSON.parse(stdout) as Record<string, unknown>;
      const raw = join(dir, 'raw');
      await run('qemu-img', ['convert', '-f', 'vmdk', '-O', 'raw', join(dir, 'disk-0.vmdk'), raw]);
      content = (await readFile(raw)).equals(Buffer.concat([...bytesOf(extentBytes(vsim.sim.base().extent), 0, 80 * 2 ** 20)]));
      typed = vsim.model.findVms((vm) => vm.name === 'go-managers')[0]?.guest?.screen.typed;
      expect(vsim.model.bugs).toEqual([]);
    } finally {
      await rm(dir, { recursive: true, force: true });
      await vsim.close();
    }
  });

  it('licences: a trial, whose they are, and how long it goes on', () => {
    expect(seen['licences']).toEqual({
      edition: 'eval',
      dvs: 1,
      assigned: 2,
      ofOne: expect.stringMatching(/^host-/),
      hours: 1416,
      source: '*types.EvaluationLicenseSource',
    });
  });

  it('counters: which there are, samples of what runs, and what is no counter, interval or provider', () => {
    expect(seen['counters']).toEqual({
      intervals: 4,
      refresh: 20,
      available: 14,
      ofOneThatIsOff: 0,
      entities: 1,
      samples: 3,
      series: ['cpu.usagemhz.average 50,50,50', 'mem.consumed.average 2097152,2097152,2097152'],
      unknownCounter: 'InvalidArgument',
      unknownInterval: 'InvalidArgument',
      ofAFolder: 'InvalidArgument',
    });
  });

  it('distributed port groups and switches with all that a server sends of their settings', () => {
    expect(seen['networks']).toEqual({
      portgroups: [
        'DVS0-DVUplinks: true, true, loadbalance_srcid, vlan 0-4094, false',
        'lab-0: true, true, loadbalance_srcid, vlan 100, false',
        'lab-1: true, true, loadbalance_srcid, vlan 101, false',
        'lab-2: true, true, loadbalance_srcid, vlan 102, false',
      ],
      switch: 'VMware, Inc. DVS, 4 uplinks, mtu 1500',
    });
  });

  it('custom fields: made, set, read in three places, renamed, removed with their values', () => {
    expect(seen['fields']).toEqual({
      type: 'VirtualMachine',
      twice: 'DuplicateName',
      ofAFolder: 'InvalidArgument',
      unknown: 'InvalidArgument',
      unknownName: 'InvalidArgument',
      values: ['tenant=ada true', 'room=4.2 true'],
      available: 2,
      after: ['room=4.2 true'],
      gone: 'InvalidArgument',
    });
  });

  it('methods that two switched off, until both switched them on', () => {
    expect(seen['methods']).toEqual({
      disabled: ['PowerOffVM_Task'],
      refused: 'MethodDisabled',
      stillByTheOther: ['PowerOffVM_Task'],
      after: 0,
      nothing: 'InvalidArgument',
    });
  });

  it("a disk's chain of files", () => {
    const leaf = '[ds0] go-managers/go-managers-000001.vmdk seSparse <[ds0] master-0/master-0.vmdk>';
    expect(seen['disks']).toEqual({ one: [leaf], chain: [leaf, '[ds0] master-0/master-0.vmdk thin <>'], missing: 'FileNotFound' });
  });

  it('pools: shares, reservations and names, and what cannot be', () => {
    expect(seen['pools']).toEqual({
      name: 'lab',
      made: 128,
      cpu: '2000 MHz, 8000 shares',
      memory: 4096,
      duplicate: 'DuplicateName',
      tooMuch: 'InsufficientMemoryResourcesFault',
      limit: 'InvalidArgument',
      stale: 'ConcurrentAccess',
      root: 'NotSupported',
    });
  });

  it("a cluster's DRS, and what machines on it can be made of", () => {
    expect(seen['cluster']).toEqual({
      drs: ['false fullyAutomated', 'true partiallyAutomated'],
      wrong: 'InvalidArgument',
      stores: 2,
      free: true,
      networks: 1,
      network: 'VM Network',
      portgroups: 4,
    });
  });

  it('what machines can be made of: hardware versions, guest systems, and what neither is', () => {
    expect(seen['options']).toEqual({
      versions: 'vmx-04 to vmx-21',
      default: 'vmx-19 ESXi 7.0 U2 and later, 1 hosts, true true',
      chosen: 'vmx-13 13, 1 of linuxGuest Ubuntu Linux (64-bit) 2048 MB',
      devices: 9,
      whole: true,
      fewer: true,
      key: 'InvalidArgument',
      host: 'ManagedObjectNotFound',
      made: 'Ubuntu Linux (64-bit) vmx-13',
      plain: 'Other (64-bit) vmx-19',
      badGuest: 'InvalidArgument',
      badVersion: 'InvalidArgument',
    });
  });

  it('an export: refused while it runs, its disk by a lease that nobody else comes between, what qemu-img reads of it, and its description', () => {
    expect(seen['export']).toEqual({
      running: 'InvalidPowerState',
      held: 'TaskInProgress',
      key: true,
      before: 0,
      entries: 1,
      same: true,
      percent: 'InvalidArgument',
      over: 'InvalidState',
      gone: true,
      path: 'disk-0.vmdk',
      described: {
        system: 'lab & co, of <today>, ubuntu64Guest, vmx-19',
        items: ['1 3', '2 4', '3 6 VirtualSCSI', '4 5', '5 5', '6 17  on 3', '7 10 VmxNet3'],
        networks: '[{lab-0 The lab-0 network}]',
        ...{ file: true, capacity: '83886080 byte', empty: true, name: 'go-export', mac: true },
        ...{
          twice: 'InvalidArgument',
          device: 'InvalidArgument',
          option: 'InvalidArgument',
          folder: 'NotSupported',
          snapshot: 'NotSupported',
        },
      },
    });
    expect(content).toBe(true);
  });

  it('a cluster of datastores: made, filled, read, and which of them a clone is to go to', () => {
    expect(seen['pods']).toEqual({
      twice: 'DuplicateName',
      wrongFolder: 'NotSupported',
      empty: 'InvalidDatastore',
      inside: true,
      summary: 'bulk true, true manual',
      advice: 1,
      chosen: true,
      files: ['[ds1] go-pod/go-pod.vmdk'],
      noName: 'InvalidArgument',
      kind: 'InvalidArgument',
      noPod: 'InvalidArgument',
    });
  });

  it('tags by REST: a session of their own, categories, tags, what has which, and what is refused', () => {
    expect(seen['tagging']).toEqual({
      ...{ stranger: '401', wrongPassword: '401', user: true, after: '401' },
      ...{ twice: '400 already_exists', few: '400 invalid_argument', sameTag: '400 already_exists', noCategory: '404' },
      tag: '4.3, of room, true',
      category: 'hall where SINGLE [VirtualMachine Folder]',
      ...{ shrunk: '400 invalid_argument', fewer: '400 invalid_argument' },
      ...{ second: '400 invalid_argument', wrongType: '400 invalid_argument', noObject: '403', noTag: '404' },
      ...{ batch: 1, attached: ['4.1', 'red'], reds: 3, many: '4.1 1, red 3, VirtualMachine 2' },
      ...{ detached: 1, destroyed: 0, inRoom: 2, left: 1, withCategory: '404', categories: 1 },
      ...{ policies: '4, VVol No Requirements Policy', filtered: true },
    });
  });

  it('inside a guest: files listed in pages and by pattern; keys typed', () => {
    expect(seen['inside']).toEqual({
      root: ['. directory true', '.. directory true', 'etc directory true', 'root directory true', '0'],
      page: ['etc directory true', '1'],
      some: ['machine-id file true', '0'],
      file: ['/etc/machine-id file true', '0'],
      missing: 'FileNotFound',
      pattern: 'InvalidArgument',
      // of five: one is of no keyboard
      typed: 4,
      off: 'InvalidPowerState',
    });
    expect(typed).toBe('Hi!');
  });

  it('managers that are there with nothing in them, and say so', () => {
    expect(seen['others']).toEqual({
      extensions: 0,
      found: false,
      alarms: 0,
      logs: 'NotSupported',
      recommend: 'InvalidArgument',
      named: 7,
    });
  });
});

/** The other library, which reads types more strictly: what it does not know by name it refuses. */
it('licences, counters, custom fields and port groups by pyvmomi', async () => {
  const vsim = await startVsim({ masters: 1, hosts: 1 });
  try {
    const { hostname, port } = new URL(vsim.url);
    const { stdout } = await run('/usr/bin/python3', [SCRIPT, hostname, port, vsim.username, vsim.password], { timeout: 600_000 });
    expect(JSON.parse(stdout)).toEqual({
      ...{ licence: 'eval', unit: 'percent', csv: ['20', '0,0'], byLevel: true },
      ...{ level: 'InvalidArgument', unknown: 'InvalidArgument', format: 'InvalidArgument', moType: 'InvalidArgument' },
      ...{ guests: ['Debian GNU/Linux 12 (64-bit)', 'vim.vm.device.VirtualVmxnet3', 'efi'], hardware: 19 },
      ...{ type: 'vim.VirtualMachine', values: ['ada'], vlan: ['100', '101', '102'], policy: 'VMwarePortgroupPolicy' },
    });
    expect(vsim.model.bugs).toEqual([]);
  } finally {
    await vsim.close();
  }
});
