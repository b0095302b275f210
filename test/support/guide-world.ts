/** What the guides' commands are typed into: a server of their own, the simulator as the vCenter, the names of the guides in it. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { makeCtx } from '../../src/lib/context.ts';
import { addDevice, type OptionValue, type Ref, VSphereClient } from '../../src/vsphere/index.ts';
import type { VirtualDeviceConfigSpec, VirtualDiskFlatVer2BackingInfo, VirtualMachineConfigSpec } from '../../src/vsphere/types/vim.gen.ts';
import { vmFolder } from '../../src/vsim/model/build.ts';
import { CLOUD_IMAGE } from '../../src/vsim/model/options.ts';
import { makeMaster } from '../../src/vsim/model/populate.ts';
import { startVsim, type Vsim, type VsimOptions } from '../../src/vsim/vsim.ts';
import { PRIVILEGES } from '../../src/vsim/server/privileges.ts';
import { commandsOf, privilegesInGuide, wordsOf } from './guide.ts';
import { runCli } from './run-cli.ts';
import { LAUNCHER, ROOT, TestServer, until } from './server.ts';

const GUEST_SSH_PORT = 2231;
export const guide = (name: string): string => readFileSync(join(ROOT, 'docs/guide', name), 'utf8');

/** Programs in the guides that are not run everywhere. */
const NOT_RUN: Readonly<Record<string, string>> = {
  govc: 'Debian has no package of it; where there is one, test/e2e/govc.long.ts runs it',
  openssl: 'it asks the vCenter of the example; the fingerprint is taken from the simulator',
};

export interface World {
  vsim: Vsim;
  server: TestServer;
  /** Where commands are typed. */
  cwd: string;
  /** The govc that is run; without it its commands are passed over. */
  govc?: string;
}

/** Programs that are run as they stand, beside carrel. */
const RUN_TOO = new Set(['qemu-img']);

/** A vCenter with the guides' names and a server beside it, not started. `password` is what the guide has in its file. */
export async function guideWorld(password: string, options: VsimOptions = {}): Promise<World> {
  const cwd = mkdtempSync(join(tmpdir(), 'guide-'));
  const vsim = await startVsim({ ...CLOUD_IMAGE, masters: 0, bootMs: 1, guestSshPort: GUEST_SSH_PORT, ...options });
  const server = new TestServer();
  onTestFinished(async () => {
    await server.dispose();
    await vsim.close();
    rmSync(cwd, { recursive: true });
  });
  writeFileSync(join(cwd, 'vcenter.password'), `${password}\n`, { mode: 0o600 });
  return { vsim, server, cwd };
}

/** A vCenter with the guides' names, whose account has what the guide's roles give it and nothing else that the simulator knows. */
export async function withGuidePrivileges(furnish: (w: World) => Promise<void> | void): Promise<World> {
  const password = 'A-Long-Passw0rd';
  const w = await guideWorld(password, { username: 'carrel@vsphere.local', password });
  const { vsim } = w;
  const m = vsim.model;
  vmFolder(m, m.datacenter.vmFolder, 'carrel');
  await furnish(w);
  const given = new Set(Object.values(privilegesInGuide(guide('vsphere.md')).table).flat());
  for (const privilege of [...Object.values(PRIVILEGES), 'Folder.Create', 'VirtualMachine.Inventory.Delete']) {
    if (!given.has(privilege)) m.denied.add(`${vsim.username} ${privilege}`);
  }
  return w;
}

/** A disk that a BIOS starts from, by its boot code and signature. */
export function diskFile(cwd: string, name: string, ...how: string[]): void {
  const raw = Buffer.alloc(4 * 2 ** 20);
  raw.fill(0x90, 0, 64);
  raw.writeUInt16LE(0xaa55, 510);
  writeFileSync(join(cwd, 'disk.raw'), raw);
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', ...how, 'disk.raw', name], { cwd });
}

/** A golden machine in a folder of its own under the data center's. */
export function golden(vsim: Vsim, folder: string, name: string) {
  const m = vsim.model;
  const [store] = m.datastores;
  if (store === undefined) throw new Error('the simulator has no datastore');
  return makeMaster(m, name, store, vmFolder(m, m.datacenter.vmFolder, folder));
}

/** The newest reservation, which the guides call ID. */
export async function newest(server: TestServer): Promise<string> {
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

export async function type(w: World, command: string): Promise<Ran> {
  const words = wordsOf(command);
  if (words[1] === 'serve') {
    await w.server.start({}, undefined, words.slice(2));
    return { command, code: 0, said: '' };
  }
  const args = (await Promise.all(words.slice(1).map((word) => inPlaceOf(w, word, words)))).flat();
  if (words[1] !== 'ssh') {
    // What begins no program is typed into this process.
    const before = process.cwd();
    process.chdir(w.cwd);
    try {
      const { code, out, err } = await runCli(undefined, undefined, args, { env: { ...process.env, CARREL_DATA: w.server.dataDir } });
      return { command, code, said: out + err };
    } finally {
      process.chdir(before);
    }
  }
  return await new Promise((resolve) => {
    const env = { ...process.env, CARREL_DATA: w.server.dataDir };
    const child = execFile(LAUNCHER, args, { cwd: w.cwd, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 255);
      resolve({ command, code, said: stdout + stderr });
    });
    child.stdin?.end();
  });
}

/** Runs govc as the administrator, from the guides' environment. Gives what it prints; fails with what it says. */
export async function runGovc(vsim: Vsim, govc: string, args: readonly string[]): Promise<string> {
  const env = {
    GOVC_URL: vsim.url,
    GOVC_USERNAME: vsim.username,
    GOVC_PASSWORD: vsim.password,
    GOVC_INSECURE: '1',
    GOVC_PERSIST_SESSION: 'false',
  };
  const { stdout } = await promisify(execFile)(govc, args, { env, timeout: 120_000 });
  return stdout;
}

/** Every command of the page in its order; `after` is told of each. Fails at the first that does not end with 0. */
export async function follow(w: World, page: string, after: (ran: Ran) => Promise<void> | void): Promise<void> {
  for (const command of commandsOf(guide(page))) {
    const program = command.split(' ')[0] ?? '';
    if (RUN_TOO.has(program)) {
      const [file = '', ...args] = wordsOf(command);
      execFileSync(file, args, { cwd: w.cwd });
      continue;
    }
    if (program === 'govc' && w.govc !== undefined) {
      await runGovc(w.vsim, w.govc, wordsOf(command).slice(1));
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

export const VCL_MASTER = '[ds0] vmwarelinux-debian12-v3/vmwarelinux-debian12-v3.vmdk';

/**
 * What VCL has on a vCenter: a master that is a file and no machine, and a machine on it in VCL's way, switched on. With `machine` also the one that
 * the guide makes by govc around the file.
 */
export async function furnishVcl(vsim: Vsim, machine: boolean): Promise<void> {
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
    if (!machine) return;
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
