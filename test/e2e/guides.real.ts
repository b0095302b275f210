/**
 * The guides' commands, run as they stand: `carrel serve --no-qemu` in a process of its own, the simulator as the vCenter, the names of the
 * guides in it. What a page tells people to type is run here or stands in NOT_RUN with the reason.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, onTestFinished, test } from 'vitest';
import { makeProgram } from '../../src/cli/program.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { addDevice, type OptionValue, type Ref, VSphereClient } from '../../src/vsphere/index.ts';
import type { VirtualDeviceConfigSpec, VirtualDiskFlatVer2BackingInfo, VirtualMachineConfigSpec } from '../../src/vsphere/types/vim.gen.ts';
import { vmFolder } from '../../src/vsim/model/build.ts';
import { CLOUD_IMAGE } from '../../src/vsim/model/options.ts';
import { makeMaster } from '../../src/vsim/model/populate.ts';
import { fileHash, openLink } from '../../src/vsim/model/vmdk.ts';
import { PRIVILEGES } from '../../src/vsim/server/privileges.ts';
import { startVsim, type Vsim } from '../../src/vsim/vsim.ts';
import { commandsOf, inlineCommandsOf, privilegesInGuide, wordsOf } from '../support/guide.ts';
import { LAUNCHER, ROOT, TestServer, until } from '../support/server.ts';

const GUEST_SSH_PORT = 2231;
const guide = (name: string): string => readFileSync(join(ROOT, 'docs/guide', name), 'utf8');

/** Programs in the guides that no test runs. */
const NOT_RUN: Readonly<Record<string, string>> = {
  govc: 'Debian has no package of it; the privileges in its commands are held against what Carrel asks for in account.test.ts',
  openssl: 'it asks the vCenter of the example; the fingerprint is taken from the simulator',
};

interface World {
  vsim: Vsim;
  server: TestServer;
  /** Where commands are typed. */
  cwd: string;
}

/** Programs that are run as they stand, beside carrel. */
const RUN_TOO = new Set(['qemu-img']);

/** A vCenter with the guides' names, whose account has what the guide's roles give it and nothing else that the simulator knows. */
async function world(furnish: (w: World) => Promise<void> | void): Promise<World> {
  const cwd = mkdtempSync(join(tmpdir(), 'guide-'));
  const vsim = await startVsim({
    ...CLOUD_IMAGE,
    masters: 0,
    bootMs: 1,
    username: 'carrel@vsphere.local',
    password: 'A-Long-Password',
    guestSshPort: GUEST_SSH_PORT,
  });
  const server = new TestServer();
  onTestFinished(async () => {
    await server.dispose();
    await vsim.close();
    rmSync(cwd, { recursive: true });
  });
  const m = vsim.model;
  vmFolder(m, m.datacenter.vmFolder, 'carrel');
  await furnish({ vsim, server, cwd });
  const given = new Set(Object.values(privilegesInGuide(guide('vsphere.md')).table).flat());
  for (const privilege of [...Object.values(PRIVILEGES), 'Folder.Create', 'VirtualMachine.Inventory.Delete']) {
    if (!given.has(privilege)) m.denied.add(`${vsim.username} ${privilege}`);
  }
  writeFileSync(join(cwd, 'vcenter.password'), `${vsim.password}\n`, { mode: 0o600 });
  return { vsim, server, cwd };
}

/** A disk that a BIOS starts from, by its boot code and signature. */
function diskFile(cwd: string, name: string, ...how: string[]): void {
  const raw = Buffer.alloc(4 * 2 ** 20);
  raw.fill(0x90, 0, 64);
  raw.writeUInt16LE(0xaa55, 510);
  writeFileSync(join(cwd, 'disk.raw'), raw);
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', ...how, 'disk.raw', name], { cwd });
}

/** A golden machine in a folder of its own under the data center's. */
function golden(vsim: Vsim, folder: string, name: string) {
  const m = vsim.model;
  const [store] = m.datastores;
  if (store === undefined) throw new Error('the simulator has no datastore');
  return makeMaster(m, name, store, vmFolder(m, m.datacenter.vmFolder, folder));
}

/** The newest reservation, which the guides call ID. */
async function newest(server: TestServer): Promise<string> {
  const { items } = await server.client.listReservations();
  return items.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0]?.id ?? 'there-is-no-reservation';
}

/** What stands in a guide for something of the reader's own, and what it is here. */
async function inPlaceOf(w: World, word: string, words: readonly string[]): Promise<string[]> {
  if (word === 'https://vcenter.example.org') return [w.vsim.url];
  if (word === 'SHA256') return [w.vsim.fingerprint256];
  if (word === 'ID') return [await newest(w.server)];
  // Simulated guests answer SSH on a port of this machine.
  if (word === 'import' && words[1] === 'image') return [word, '--ssh-port', String(GUEST_SSH_PORT)];
  return [word];
}

interface Ran {
  command: string;
  code: number;
  said: string;
}

async function type(w: World, command: string): Promise<Ran> {
  const words = wordsOf(command);
  if (words[1] === 'serve') {
    await w.server.start({}, undefined, words.slice(2));
    return { command, code: 0, said: '' };
  }
  const args = (await Promise.all(words.slice(1).map((word) => inPlaceOf(w, word, words)))).flat();
  return await new Promise((resolve) => {
    const env = { ...process.env, CARREL_DATA: w.server.dataDir };
    const child = execFile(LAUNCHER, args, { cwd: w.cwd, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 255);
      resolve({ command, code, said: stdout + stderr });
    });
    child.stdin?.end();
  });
}

/** Every command of the page in its order; `after` is told of each. Fails at the first that does not end with 0. */
async function follow(w: World, page: string, after: (ran: Ran) => Promise<void> | void): Promise<void> {
  for (const command of commandsOf(guide(page))) {
    const program = command.split(' ')[0] ?? '';
    if (RUN_TOO.has(program)) {
      const [file = '', ...args] = wordsOf(command);
      execFileSync(file, args, { cwd: w.cwd });
      continue;
    }
    if (program !== 'carrel') {
      expect(Object.keys(NOT_RUN), `${page} has a command that is neither run nor said not to be: ${command}`).toContain(program);
      continue;
    }
    const ran = await type(w, command);
    expect(ran, `${page}: ${command}\n${ran.said}`).toMatchObject({ code: 0 });
    // Off is what the guest is some moments after it was asked.
    if (/^carrel power .* shutdown/.test(command)) {
      const id = await newest(w.server);
      await until('the machine to be off', async () => {
        const { machine } = await w.server.client.showReservation({ params: { id } });
        return machine.state === 'stopped' ? true : undefined;
      });
    }
    await after(ran);
  }
}

test('docs/guide/vsphere.md, from a server to a clone of one’s own and its end, with the privileges of its table and no others', async () => {
  const w = await world(({ vsim, cwd }) => {
    golden(vsim, 'templates', 'debian-12');
    diskFile(cwd, 'debian-12-generic.qcow2', 'qcow2');
  });
  const said = new Map<string, string>();
  await follow(w, 'vsphere.md', (ran) => void said.set(ran.command.split(' ').slice(0, 3).join(' '), ran.said));
  expect(said.get('carrel provider check')).not.toMatch(/lacks|Inventory\.Delete/);
  expect(said.get('carrel provider vms')).toContain('templates/debian-12');
  expect(said.get('carrel ssh ID')).toContain('Linux');
  expect(said.get('carrel unlink ID')).toContain('has disks of its own');
  expect(w.vsim.model.bugs).toEqual([]);
  const machines = w.vsim.model.vms.size;
  expect(machines, 'the template, and the golden machines of two imports and a capture').toBe(4);
});

const VCL_MASTER = '[ds0] vmwarelinux-debian12-v3/vmwarelinux-debian12-v3.vmdk';

/** What VCL has on a vCenter: a master that is a file and no machine, and a machine on it in VCL's way, switched on. */
async function furnishVcl(vsim: Vsim): Promise<void> {
  const client = new VSphereClient({
    url: vsim.url,
    credentials: { kind: 'password', username: vsim.username, password: vsim.password },
    trust: { fingerprint256: vsim.fingerprint256 },
  });
  const ctx = makeCtx({ timeoutMs: 600_000 });
  const folderOf = (name: string) => ({ type: 'Folder', value: vmFolder(vsim.model, vsim.model.datacenter.vmFolder, name).id });
  const pool = { type: 'ResourcePool', value: vsim.model.pool.id };
  const made = async (folder: Ref, name: string, disk: VirtualDeviceConfigSpec, more: OptionValue[] = []) => {
    const config: VirtualMachineConfigSpec = {
      name,
      guestId: 'debian12_64Guest',
      numCPUs: 2,
      memoryMB: 2048n,
      files: { vmPathName: '[ds0]' },
      extraConfig: more,
      deviceChange: [
        addDevice({ _type: 'ParaVirtualSCSIController', key: -1, busNumber: 0, sharedBus: 'noSharing' }),
        addDevice({
          _type: 'VirtualVmxnet3',
          key: -3,
          backing: { _type: 'VirtualEthernetCardNetworkBackingInfo', deviceName: 'VM Network' },
        }),
        disk,
      ],
    };
    const info = await client.run(ctx, 'CreateVM_Task', folder, { config, pool });
    return info.result as Ref;
  };
  const disk = (backing: Partial<VirtualDiskFlatVer2BackingInfo>) =>
    addDevice({
      _type: 'VirtualDisk',
      key: -2,
      controllerKey: -1,
      unitNumber: 0,
      capacityInKB: BigInt(vsim.model.options.masterBytes / 1024),
      backing: { _type: 'VirtualDiskFlatVer2BackingInfo', fileName: '', diskMode: 'persistent', ...backing },
    });
  try {
    const master = golden(vsim, 'vcl-made', 'vmwarelinux-debian12-v3');
    await client.call(ctx, 'UnregisterVM', { type: 'VirtualMachine', value: master.vm.id }, {});
    const option: OptionValue = { _type: 'OptionValue', key: 'snapshot.redoNotWithParent', value: 'TRUE' };
    const lent = await made(folderOf('vcl'), 'vclvm-01_12-v3', disk({ fileName: VCL_MASTER }), [option]);
    await client.run(ctx, 'CreateSnapshot_Task', lent, { name: 'vcl', memory: false, quiesce: false });
    await client.run(ctx, 'PowerOnVM_Task', lent, {});
    // What `govc vm.create -link` makes.
    const child = disk({
      fileName: '[ds0]',
      parent: { _type: 'VirtualDiskFlatVer2BackingInfo', fileName: VCL_MASTER, diskMode: 'persistent' },
    });
    await made(folderOf('vcl-import'), 'debian12', { ...child, fileOperation: 'create' });
  } finally {
    await client.close();
  }
}

test('docs/guide/from-vcl.md, beside a VCL that goes on as it was', async () => {
  const w = await world(async ({ vsim, cwd }) => {
    await furnishVcl(vsim);
    diskFile(cwd, 'vmwarelinux-debian12-v3.vmdk', 'vmdk', '-o', 'subformat=twoGbMaxExtentSparse');
  });
  await w.server.start({}, undefined, ['--no-qemu']);
  const { model } = w.vsim;
  const vcl = () => {
    const vm = [...model.vms.values()].find(({ name }) => name === 'vclvm-01_12-v3');
    return { power: vm?.power, disks: vm?.record?.devices, master: fileHash(openLink(model.storage, VCL_MASTER)) };
  };
  const before = structuredClone(vcl());
  expect(before.power).toBe('poweredOn');
  const said = new Map<string, string>();
  await follow(w, 'from-vcl.md', (ran) => void said.set(ran.command.split(' ').slice(0, 3).join(' '), ran.said));
  expect(said.get('carrel provider vms')).toMatch(/vcl\/vclvm-01_12-v3 +machine, \w+ *$/m);
  expect(said.get('carrel ssh ID')).toContain('Linux');
  expect(said.get('carrel reconcile --dry-run')).not.toContain('vcl');
  expect(vcl()).toEqual(before);
  expect(model.bugs).toEqual([]);
});

/** The command of the command line that these words begin with. */
function commandFor(words: readonly string[]): { command: Command | undefined; rest: readonly string[] } {
  const program = makeProgram({ version: '0', defaultDataDir: () => '/x' });
  let at: Command = program;
  let i = 1;
  for (; i < words.length; i++) {
    const next = at.commands.find((c) => c.name() === words[i]);
    if (next === undefined) break;
    at = next;
  }
  return { command: at === program ? undefined : at, rest: words.slice(i) };
}

test.each(['vsphere.md', 'from-vcl.md', 'images.md', 'operating.md', 'portal.md'])(
  'what %s mentions of commands in its text is there',
  (page) => {
    const own = new Set(['serve', 'demo', 'doctor']);
    for (const inline of inlineCommandsOf(guide(page))) {
      const words = wordsOf(inline);
      if (own.has(words[1] ?? '')) continue;
      const { command, rest } = commandFor(words);
      expect(command, inline).toBeDefined();
      const known = command?.options.flatMap((option) => [option.long, option.short]) ?? [];
      for (const word of rest.filter((each) => each.startsWith('--'))) expect(known, inline).toContain(word);
    }
  },
);
