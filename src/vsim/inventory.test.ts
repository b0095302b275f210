import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cloneVm } from './model/clone.ts';
import { createVm, registerVm } from './model/configure.ts';
import { unregisterVm } from './model/destroy.ts';
import { type Folder, isFolder, type Vm } from './model/entities.ts';
import { readInventory } from './model/inventory-file.ts';
import { inventoryPath } from './model/naming.ts';
import { powerOn } from './model/power.ts';
import { Sim } from './model/simulate.ts';
import { disksOf, nicsOf, snapshotsOf } from './model/vm-record.ts';
import { faultOf } from './testing.ts';

/** The README's own example. */
const EXAMPLE = JSON.parse(
  /^```json\n([^]*?)^```/m.exec(readFileSync(new URL('./README.md', import.meta.url), 'utf8'))?.[1] ?? '',
) as unknown;

const simOf = (value: unknown) => new Sim({ inventory: readInventory(value) });

function vmAt(sim: Sim, path: string): Vm {
  const vm = sim.model.findVms((v) => inventoryPath(v) === path)[0];
  if (vm === undefined)
    throw new Error(
      `no ${path} among ${sim.model
        .findVms(() => true)
        .map(inventoryPath)
        .join(', ')}`,
    );
  return vm;
}

const LAB = '/Europe/Labs/Berlin/vm';

describe('an inventory from a file', () => {
  it('has datastores in clusters of them, which only a vCenter has', () => {
    const dc = {
      name: 'Bonn',
      hosts: [{ name: 'esx01' }],
      datastores: ['a', 'b', 'c'].map((name) => ({ name, ...(name === 'c' ? {} : { pod: 'bulk' }) })),
    };
    const { model: m } = simOf({ datacenters: [dc] });
    expect(m.datastores.map(inventoryPath)).toEqual(['/Bonn/datastore/bulk/a', '/Bonn/datastore/bulk/b', '/Bonn/datastore/c']);
    expect(() => simOf({ kind: 'esxi', datacenters: [{ ...dc, name: 'ha-datacenter' }] })).toThrow(
      /datastores\[0\]\.pod cannot be said of a host/,
    );
    const clash = [{ name: 'bulk' }, { name: 'a', pod: 'bulk' }];
    expect(() => simOf({ datacenters: [{ ...dc, datastores: clash }] })).toThrow(/pod is 'bulk', as a datastore is called/);
  });

  it('has data centers in folders, clusters with and without DRS, hosts, pools, datastores and networks', () => {
    const { model: m } = simOf(EXAMPLE);
    expect(m.datacenters.map(inventoryPath)).toEqual(['/Europe/Labs/Berlin', '/Bonn']);
    expect(m.computes.map((c) => [c.type, c.name, c.drs, c.reservedShare, c.hosts.map((h) => h.name)])).toEqual([
      ['ClusterComputeResource', 'Students', 'fullyAutomated', 0.25, ['esx01', 'esx02']],
      ['ClusterComputeResource', 'Servers', 'disabled', 0, ['esx03', 'esx04']],
      ['ComputeResource', 'esx05', 'disabled', 0, ['esx05']],
      ['ComputeResource', 'esx06', 'disabled', 0, ['esx06']],
    ]);
    expect([...(m.computes[0]?.pool.pools.keys() ?? [])]).toEqual(['classes']);
    expect(m.hosts.map((h) => [h.cores, h.memoryBytes / 2 ** 30, h.maintenance]).slice(1, 4)).toEqual([
      [32, 256, false],
      [64, 1024, false],
      [64, 1024, true],
    ]);
    expect(m.datastores.map((ds) => [ds.name, ds.store.flavour, ds.store.capacity / 2 ** 30, [...ds.hosts].map((h) => h.name)])).toEqual([
      ['fast', 'vsan', 65_536, ['esx01', 'esx02']],
      ['large', 'nfs', 4096, ['esx01', 'esx02', 'esx03', 'esx04', 'esx05']],
      ['bonn', 'vmfs6', 65_536, ['esx06']],
    ]);
    const nets = m.networks.filter((n) => !n.uplink);
    expect(nets.map((n) => [n.type, inventoryPath(n), n.vlan, [...n.hosts].map((h) => h.name).join(' ')])).toEqual([
      ['Network', '/Europe/Labs/Berlin/network/VM Network', 0, 'esx01 esx02 esx03 esx04 esx05'],
      ['DistributedVirtualPortgroup', '/Europe/Labs/Berlin/network/lab', 100, 'esx01 esx02 esx03'],
      ['Network', '/Bonn/network/VM Network', 0, 'esx06'],
    ]);
    const archive = m.datacenter.vmFolder.children.get('archive');
    expect(isFolder(archive) && [...archive.children.keys()]).toEqual(['2025']);
    // Two of one name would be one of them lost.
    expect(new Set([...m.objects.values()].map((e) => e.id)).size).toBe(m.objects.size);
    expect(m.bugs).toEqual([]);
  });

  it('has VMs with disks, snapshots, networks, linked ones on what the other froze, and some that run', () => {
    const sim = simOf(EXAMPLE);
    const golden = vmAt(sim, `${LAB}/golden/debian-12`);
    expect(disksOf(golden.record).map((d) => d.path)).toEqual([
      '[large] debian-12/debian-12-000001.vmdk',
      '[large] debian-12/debian-12_1-000001.vmdk',
    ]);
    expect([0, 1].map((i) => sim.chain(golden, i).map((link) => link.disk.capacity / 2 ** 30))).toEqual([
      [40, 40],
      [100, 100],
    ]);
    expect([0, 1].map((i) => (sim.chain(golden, i)[1]?.extent.bytes ?? 0) / 2 ** 30)).toEqual([3, 100]);
    expect(nicsOf(golden.record).map((nic) => sim.model.objects.get(nic.network ?? '')?.name)).toEqual(['lab', 'VM Network']);
    expect(sim.masters).toMatchObject([{ path: `${LAB}/golden/debian-12`, snapshot: 'golden' }]);

    const seats = [1, 2, 3].map((n) => vmAt(sim, `${LAB}/class/seat-${n}`));
    for (const [i, seat] of seats.entries()) {
      expect(sim.chain(seat).map((link) => link.path)).toEqual([
        `[large] seat-${i + 1}/seat-${i + 1}-000001.vmdk`,
        '[large] debian-12/debian-12.vmdk',
      ]);
      expect(sim.chain(seat, 1).at(-1)?.path).toBe('[large] debian-12/debian-12_1.vmdk');
      expect([seat.power, seat.pool?.name]).toEqual(['poweredOn', 'classes']);
    }
    // Those that run are where DRS put them.
    expect(new Set(seats.map((seat) => seat.host.compute.name))).toEqual(new Set(['Students']));
    const wiki = vmAt(sim, `${LAB}/wiki`);
    expect(wiki.host.name).toBe('esx03');
    expect([...snapshotsOf(wiki.record)].map((n) => [n.name, n.description, n.parent?.name])).toEqual([
      ['before', '', undefined],
      ['after', 'the upgrade', 'before'],
    ]);
    expect(sim.chain(wiki)).toHaveLength(3);
    expect(vmAt(sim, `${LAB}/golden/windows`)).toMatchObject({
      pool: undefined,
      record: { template: true, guestId: 'windows2019srv_64Guest' },
    });
  });

  it('behaves: DRS moves within its cluster alone, without it a VM starts where it is, HA keeps its share', () => {
    const sim = simOf(EXAMPLE);
    const { model: m } = sim;
    const golden = vmAt(sim, `${LAB}/golden/debian-12`);
    const clone = sim.waitVm(
      cloneVm(m, golden, m.datacenter.vmFolder, 'more', {
        location: { pool: m.pool, diskMoveType: 'createNewChildDiskBacking' },
        template: false,
        powerOn: true,
        snapshot: m.objects.get(golden.record.snapshots[0]?.ref ?? '') as never,
      }),
    );
    expect(clone.host.compute.name).toBe('Students');
    const wiki = vmAt(sim, `${LAB}/wiki`);
    sim.wait(powerOn(m, wiki));
    expect(wiki.host.name).toBe('esx03');
    const tight = simOf({
      datacenters: [
        {
          name: 'D',
          clusters: [{ name: 'C', haReserve: 0.5, hosts: [{ name: 'h', memoryGiB: 3 }] }],
          datastores: [{ name: 'd' }],
          vms: [{ name: 'a' }],
        },
      ],
    });
    expect(faultOf(tight, () => powerOn(tight.model, vmAt(tight, '/D/vm/a')))?.fault).toBe('InsufficientFailoverResourcesFault');
  });

  it('spreads what is off over the hosts that see its datastore and are there', () => {
    const hosts = [{ name: 'h1' }, { name: 'h2' }, { name: 'h3' }, { name: 'h4', maintenance: true }];
    const { model } = simOf({
      datacenters: [
        {
          name: 'D',
          clusters: [{ name: 'C', hosts }],
          datastores: [{ name: 'd', on: ['h1', 'h2', 'h4'] }],
          vms: [{ name: 'a', count: 4 }],
        },
      ],
    });
    expect(model.hosts.map((h) => h.vms.size)).toEqual([2, 2, 0, 0]);
  });

  it('is a lone host too', () => {
    const sim = new Sim({
      kind: 'esxi',
      inventory: readInventory({
        kind: 'esxi',
        datacenters: [
          {
            name: 'ha-datacenter',
            hosts: [{ name: 'esx' }],
            datastores: [{ name: 'd' }],
            networks: [{ name: 'N' }],
            vms: [{ name: 'a', snapshots: ['s'] }],
          },
        ],
      }),
    });
    expect(sim.masters.map((master) => master.path)).toEqual(['/ha-datacenter/vm/a']);
    expect(sim.model.hosts.map((h) => [h.id, h.name])).toEqual([['ha-host', 'esx']]);
  });
});

describe('a mistake in the file is told with its place', () => {
  const dc = (more: object) => ({ datacenters: [{ name: 'D', hosts: [{ name: 'h' }], datastores: [{ name: 'd' }], ...more }] });
  const vm = (more: object) => dc({ vms: [{ name: 'a', ...more }] });

  it.each<[unknown, RegExp]>([
    [[], /^in the inventory must be an object, not \[\]$/],
    [{}, /datacenters must have one data center at least$/],
    [{ datacenters: {} }, /datacenters must be a list, not \{\}$/],
    [{ datacenters: [{}] }, /datacenters\[0\]\.name is missing$/],
    [{ datacenters: [{ name: 'D' }], hosts: 4 }, /in the inventory hosts is not known; known here are kind, datacenters$/],
    [dc({ cluster: [] }), /datacenters\[0\]\.cluster is not known; known here are name, folder, clusters,/],
    [dc({ clusters: [{ name: 'C', drs: true }] }), /clusters\[0\]\.drs must be one of fullyAutomated, manual, disabled, not true$/],
    [dc({ clusters: [{ name: 'C', haReserve: 25 }] }), /clusters\[0\]\.haReserve must be a number from 0 to 1, not 25$/],
    [dc({ clusters: [{ name: 'C', hosts: [{ name: 'h' }] }] }), /hosts\[0\]\.name is 'h', as another/],
    [dc({ datastores: [{ name: 'd' }, { name: 'd' }] }), /datastores\[1\]\.name is 'd', as another datastore is called/],
    [dc({ datastores: [{ name: 'd', on: ['x'] }] }), /datastores\[0\]\.on\[0\] names 'x', but the only clusters or hosts are 'h'$/],
    [dc({ networks: [{ name: 'n' }, { name: 'n' }] }), /networks\[1\]\.name is 'n'/],
    [dc({ networks: [{ name: 'n', vlan: 4095 }] }), /networks\[0\]\.vlan must be a whole number from 0 to 4094, not 4095$/],
    [vm({ networks: ['n'] }), /vms\[0\]\.networks\[0\] names 'n', but there is no network$/],
    [vm({ on: 'x' }), /vms\[0\]\.on names 'x', but the only clusters or hosts are 'h'$/],
    [vm({ datastore: 'x' }), /vms\[0\]\.datastore names 'x', but the only datastores are 'd'$/],
    [vm({ pool: 'x' }), /vms\[0\]\.pool names 'x', but there is no pool$/],
    [vm({ memoryMiB: 1023 }), /vms\[0\]\.memoryMiB must be a multiple of 4, not 1023$/],
    [vm({ disks: [{ capacityGiB: 1, usedGiB: 2 }] }), /vms\[0\]\.disks\[0\]\.usedGiB must be a number from 0 to 1, not 2$/],
    [vm({ disks: [{ capacityGib: 1 }] }), /disks\[0\]\.capacityGib is not known; known here are capacityGiB,/],
    [vm({ disks: [], linkedTo: { vm: 'b' } }), /disks cannot be said of a VM that is linkedTo another/],
    [vm({ linkedTo: { vm: 'b' } }), /vms\[0\]\.linkedTo\.vm names 'b', which is no VM further up/],
    [dc({ vms: [{ name: 'b' }, { name: 'a', linkedTo: { vm: 'b' } }] }), /vms\[1\]\.linkedTo\.vm names 'b', but that VM has no snapshot$/],
    [
      dc({
        vms: [
          { name: 'b', snapshots: ['s'] },
          { name: 'a', linkedTo: { vm: 'b', snapshot: 't' } },
        ],
      }),
      /linkedTo\.snapshot names 't', but that VM has no such snapshot$/,
    ],
    [vm({ snapshots: [7] }), /vms\[0\]\.snapshots\[0\] must be an object, not 7$/],
    [vm({ extraConfig: { a: 1 } }), /vms\[0\]\.extraConfig\.a must be a text, not 1$/],
    [vm({ template: true, power: 'poweredOn' }), /vms\[0\]\.power cannot be poweredOn: it is a template$/],
    [dc({ vms: [{ name: 'a' }, { name: 'a' }] }), /vms\[1\]\.name is 'a', as another in that folder is called$/],
    [
      dc({ datastores: [{ name: 'd', capacityGiB: 1 }], vms: [{ name: 'a', disks: [{ thin: false }] }] }),
      /vms\[0\] \('a'\) cannot be made: /,
    ],
    [dc({ hosts: [], vms: [{ name: 'a' }] }), /vms\[0\]\.on is missing, and the data center has no host$/],
    [dc({ hosts: [{ name: 'h' }, { name: 'i' }], vms: [{ name: 'a' }] }), /vms\[0\]\.on is missing: say on which cluster or host$/],
    [
      dc({ hosts: [{ name: 'h' }, { name: 'i' }], datastores: [{ name: 'd', on: ['i'] }], vms: [{ name: 'a', on: 'h' }] }),
      /vms\[0\] is on 'h', where no host sees 'd'$/,
    ],
    [dc({ networks: Array.from({ length: 129 }, (_, i) => ({ name: `n${i}` })) }), /networks\[128\] is one too many/],
    [{ kind: 'esxi', ...dc({}) }, /datacenters\[0\]\.name must be ha-datacenter for kind esxi$/],
  ])('%j', (value, message) => {
    expect(() => simOf(value)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) as string }) as Error,
    );
  });
});

it('four networks have a /16 of their own, and every address is one', () => {
  const { model } = simOf({
    datacenters: [{ name: 'D', hosts: [{ name: 'h' }], networks: Array.from({ length: 128 }, (_, i) => ({ name: `n${i}` })) }],
  });
  const subnets = model.networks.map((n) => n.subnet);
  expect(new Set(subnets).size).toBe(128);
  for (const octet of subnets.flatMap((subnet) => subnet.split('.'))) expect(Number(octet)).toBeLessThan(256);
});

describe('folder and host of one data center', () => {
  const dc = (name: string) => ({ name, hosts: [{ name: `esx-${name}` }], datastores: [{ name: `ds-${name}` }] });
  const simOfTwo = (): Sim => {
    const vm = { name: 'golden', disks: [{ capacityGiB: 1 }] };
    return simOf({ datacenters: [{ ...dc('Bonn'), vms: [vm] }, dc('Ulm')] });
  };

  it('a clone into a folder of another data center than its pool is refused, and nothing is made', () => {
    const sim = simOfTwo();
    const { model: m } = sim;
    const golden = vmAt(sim, '/Bonn/vm/golden');
    const [bonn, ulm] = m.datacenters;
    if (bonn === undefined || ulm === undefined) throw new Error('there are not two');
    const clone = (folder: Folder, name: string) =>
      faultOf(sim, () => cloneVm(m, golden, folder, name, { location: { pool: m.pool }, template: false, powerOn: false }));
    expect(clone(ulm.vmFolder, 'c1')).toMatchObject({
      fault: 'InvalidArgument',
      fields: { invalidProperty: 'folder', faultCause: { fault: 'DatacenterMismatch', fields: { expectedDatacenter: bonn } } },
    });
    expect([ulm.vmFolder.children.size, [...(m.datastores[0]?.store.subfolders('') ?? [])]]).toEqual([0, ['golden']]);
    expect(clone(bonn.vmFolder, 'c1')).toBeUndefined();
  });

  it('so is a machine that is made there, or registered', () => {
    const sim = simOfTwo();
    const { model: m } = sim;
    const golden = vmAt(sim, '/Bonn/vm/golden');
    const [, ulm] = m.datacenters;
    if (ulm === undefined) throw new Error('there are not two');
    const spec = { name: 'made', vmPathName: '[ds-Bonn]' };
    expect(faultOf(sim, () => createVm(m, ulm.vmFolder, spec, m.pool, undefined))?.fault).toBe('DatacenterMismatch');
    unregisterVm(m, golden);
    const register = (folder: Folder) => registerVm(m, folder, golden.record.vmPath, undefined, false, m.pool, undefined);
    expect(faultOf(sim, () => register(ulm.vmFolder))?.fault).toBe('DatacenterMismatch');
    expect(faultOf(sim, () => register(m.datacenter.vmFolder))).toBeUndefined();
  });
});
