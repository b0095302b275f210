/** The vSphere driver on a simulator of its own, and hands that reach into the simulated world past the driver. For tests alone. */
import { createHash, randomUUID } from 'node:crypto';
import ssh2 from 'ssh2';
import type { ChainTamper, Foreign, Harness, Kept } from '../../src/driver/conformance/harness.ts';
import type { Capabilities, MasterSpec } from '../../src/driver/driver.ts';
import { VSphereDriver, type VSphereProviderOptions } from '../../src/drivers/vsphere/index.ts';
import { Names } from '../../src/drivers/vsphere/inventory/tags.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { waitFor } from '../../src/lib/retry.ts';
import { createVm } from '../../src/vsim/model/configure.ts';
import { unregisterVm } from '../../src/vsim/model/destroy.ts';
import type { Task, TaskResult, Vm } from '../../src/vsim/model/entities.ts';
import { deleteFile } from '../../src/vsim/model/files.ts';
import { authorizedKeys, HOST_KEY } from '../../src/vsim/guest/system.ts';
import { CLOUD_IMAGE } from '../../src/vsim/model/options.ts';
import { guestWrite } from '../../src/vsim/model/guest.ts';
import { powerOff } from '../../src/vsim/model/power.ts';
import type { Rule } from '../../src/vsim/model/rules.ts';
import { CONTROLLER, diskChange } from '../../src/vsim/testing.ts';
import { turnBit } from '../../src/vsim/model/trouble.ts';
import { disksOf } from '../../src/vsim/model/vm-record.ts';
import { chainOf, createBase, createChild, fileHash, openLink, readBlock, writeBlock } from '../../src/vsim/model/vmdk.ts';
import { startVsim, type Vsim, type VsimOptions } from '../../src/vsim/vsim.ts';

export interface VSphereWorldOptions {
  vsim?: VsimOptions;
  driver?: Partial<VSphereProviderOptions>;
  /** What the import says of the master's guest. */
  profile?: Extract<MasterSpec['source'], { kind: 'vm' }>['profile'];
  /** Another way to the simulator than its own address. */
  way?: (vsim: Vsim) => Promise<string>;
}

/** The checks of the conformance suite that cannot be asked of vSphere, by any strategy. */
const LEFT_OUT = {
  'checkpoint-unlisted': 'there are checkpoints',
  'unlink-unlisted': 'it is listed',
  screenshot: 'no pictures of screens',
  'serial-console': 'nobody is joined to serial consoles',
};
/** Those of a vCenter with its default strategy. */
export const LEFT_OUT_ON_VCENTER = { ...LEFT_OUT, 'clone-unlisted-modes': 'every mode is listed' };
/** A lone host moves nothing, and what is made VCL's way has the master's disk in its snapshot. */
const STAY = {
  relocate: 'machines cannot be moved to another datastore',
  'relocate-broken-off': 'machines cannot be moved to another datastore',
};
/** Those of a vCenter whose clones need no snapshot of the master. */
export const LEFT_OUT_WITH_CHILD_DISKS = { ...LEFT_OUT, 'guest-identity-instant': 'no instant clones' };
/** Those of a lone host. */
export const LEFT_OUT_ON_ESXI = { ...LEFT_OUT_WITH_CHILD_DISKS, ...STAY };

/** VCL's way: the machine's snapshot is on the master's disk itself. */
export const LEFT_OUT_VCLS_WAY = {
  ...STAY,
  'guest-identity-instant': LEFT_OUT_ON_ESXI['guest-identity-instant'],
  'checkpoint-unlisted': LEFT_OUT['checkpoint-unlisted'],
  screenshot: LEFT_OUT.screenshot,
  'serial-console': LEFT_OUT['serial-console'],
  unlink: 'machines cannot be taken off their masters',
  'unlink-refused': 'machines cannot be taken off their masters',
  'unlink-broken-off': 'machines cannot be taken off their masters',
};

/** A driver on images as distributions publish them for clouds, without an account that all machines share. */
export const CLOUD_WORLD: VSphereWorldOptions = {
  vsim: { ...CLOUD_IMAGE },
  driver: { guest: undefined, machineSecret: Buffer.alloc(32, 7) },
};

/** The host key that the guest at that address has now; its SSH server needs no port of this machine for that. */
function shownKeys(vsim: Vsim, host: string): string[] | undefined {
  for (const vm of vsim.model.vms.values()) {
    const text =
      vm.guest?.toolsRunning === true && [...vm.guest.addresses.values()].includes(host) ? vm.guest.system.files.get(HOST_KEY) : undefined;
    if (text === undefined) continue;
    const key = ssh2.utils.parseKey(text);
    if (key instanceof Error) return [`ssh-ed25519 ${Buffer.from(text).toString('base64')}`];
    return [`${key.type} ${key.getPublicSSH().toString('base64')}`];
  }
  return undefined;
}

export class VSphereWorld implements Harness {
  /** Whether servers that are made from now on speak another language than English. */
  static translated = false;
  readonly vsim: Vsim;
  readonly options: VSphereProviderOptions;
  driver: VSphereDriver;
  capabilities!: Capabilities;
  readonly cheap = true;
  readonly timeouts = { verbMs: 300_000, masterMs: 300_000, guestMs: 300_000, abortMs: 60_000 };
  readonly names: Names;
  profile: NonNullable<VSphereWorldOptions['profile']> = {};

  constructor(vsim: Vsim, options: VSphereProviderOptions) {
    this.vsim = vsim;
    this.options = options;
    this.names = new Names(options.installationId);
    this.driver = new VSphereDriver(options);
  }

  static async make(options: VSphereWorldOptions = {}): Promise<VSphereWorld> {
    // Guest operations log in with an account that is handed to nobody.
    // Small masters: a seal reads each byte of them at one go, and a hundred blocks of large ones, one by one.
    const vsim = await startVsim({
      masters: 1,
      masterBytes: 2 ** 20,
      bootMs: 1,
      guestUser: 'operations',
      translated: VSphereWorld.translated,
      ...options.vsim,
    });
    const world = new VSphereWorld(vsim, {
      kind: vsim.model.options.kind,
      url: (await options.way?.(vsim)) ?? vsim.url,
      credentials: { kind: 'password', username: vsim.username, password: vsim.password },
      trust: { fingerprint256: vsim.fingerprint256 },
      installationId: `test-${randomUUID()}`,
      guest: { user: vsim.model.options.guestUser, password: vsim.model.options.guestPassword },
      hostKeys: async (ctx, host) => await waitFor(ctx, 5, () => shownKeys(vsim, host)),
      retryMs: 2,
      // simulated clocks run faster than a pace is set for
      pace: false,
      shutdownMs: 2_000,
      // a simulated gigabyte costs as much to read as a real one
      sealWholeBytes: 2 ** 25,
      ...options.driver,
    });
    world.profile = options.profile ?? {};
    world.capabilities = await world.driver.open(makeCtx({ timeoutMs: 600_000 }));
    return world;
  }

  get m() {
    return this.vsim.model;
  }

  prepareSpec(revisionId: string): MasterSpec {
    return { revisionId, source: { kind: 'vm', path: this.vsim.sim.master().path, how: 'copy', profile: this.profile } };
  }

  /** A crash of ours: the old driver just stops being asked. Its session is closed, which the server would do by itself in the end. */
  async restart(): Promise<void> {
    await this.driver.close();
    this.driver = new VSphereDriver(this.options);
    this.capabilities = await this.driver.open(makeCtx({ timeoutMs: 600_000 }));
  }

  async dispose(): Promise<void> {
    await this.driver.close();
    await this.vsim.close();
    if (this.m.bugs.length > 0) throw this.m.bugs[0];
  }

  /** Our own machines and masters in the model, by the tag in them. */
  vm(machineId: string): Vm {
    const found = this.m.byInstanceUuid(machineId);
    if (found === undefined) throw new Error(`the simulator has no machine ${machineId}`);
    return found;
  }

  mastersOf(revisionId: string): Vm[] {
    return this.m.findVms((vm) => {
      const tags = vm.record.extraConfig;
      return tags.get('carrel.kind') === 'master' && tags.get('carrel.revision') === revisionId;
    });
  }

  async guestAccount(machineId: string, user: string): Promise<{ passwordLocked: boolean; authorizedKeys: readonly string[] }> {
    const system = this.vm(machineId).guest?.system;
    const account = system?.accounts.get(user);
    if (system === undefined || account === undefined) throw new Error(`the guest of ${machineId} has no account ${user}`);
    return { passwordLocked: account.hash.startsWith('!'), authorizedKeys: authorizedKeys(system, user) };
  }

  async masterDigest(revisionId: string): Promise<string | undefined> {
    const vms = this.mastersOf(revisionId);
    if (vms.length === 0) return undefined;
    return this.goldenDigest(vms.flatMap((vm) => this.goldenPaths(vm)));
  }

  /** SHA-256 over these disks: every block that was written, and what their descriptors say. Throws if one is not there. */
  goldenDigest(paths: readonly string[]): string {
    const hash = createHash('sha256');
    for (const path of paths.toSorted()) hash.update(path).update(fileHash(openLink(this.m.storage, path)));
    return hash.digest('hex');
  }

  /** The disks that a master's one snapshot froze. */
  goldenPaths(vm: Vm): string[] {
    const node = vm.record.snapshots[0];
    return node === undefined ? [] : disksOf(node.hardware).map((disk) => disk.path);
  }

  async leaks(keep: Kept): Promise<readonly string[]> {
    const left: string[] = [];
    const seen = new Set<string>();
    for (const { datastore, name } of this.ownFolders()) {
      const what = this.names.parse(name);
      const kept = what !== undefined && (what.kind === 'machine' ? keep.machines : keep.masters).includes(what.id);
      const key = what?.kind === 'machine' ? what.id : `${datastore} ${what?.base}`;
      if (!kept) left.push(`[${datastore}] ${name}`);
      else if (seen.has(key)) left.push(`[${datastore}] ${name}, a second folder`);
      seen.add(key);
    }
    for (const vm of this.m.vms.values()) {
      const what = this.names.parse(vm.name);
      if (what !== undefined && !(what.kind === 'machine' ? keep.machines : keep.masters).includes(what.id)) left.push(vm.name);
    }
    return left;
  }

  ownFolders(): { datastore: string; name: string }[] {
    return this.m.storage
      .all()
      .flatMap((datastore) =>
        [...datastore.subfolders('')]
          .filter((name) => name.startsWith(this.names.prefix))
          .map((name) => ({ datastore: datastore.name, name })),
      );
  }

  async settle(task: Task): Promise<TaskResult> {
    // a restart of vpxd forgets its tasks
    const over = (): boolean => task.state === 'success' || task.state === 'error' || !this.m.objects.has(task.id);
    await waitFor(makeCtx({ timeoutMs: 600_000 }), 1, () => (over() ? true : undefined));
    if (task.error !== undefined) throw task.error;
    return task.result;
  }

  async plantForeign(parentPath?: string): Promise<Foreign> {
    const { m } = this;
    const name = `foreign-${randomUUID().slice(0, 8)}`;
    const store = parentPath === undefined ? '[ds0]' : (/^\[[^\]]+\]/.exec(parentPath)?.[0] ?? '[ds0]');
    const disk =
      parentPath === undefined
        ? {
            operation: 'add' as const,
            fileOperation: 'create' as const,
            device: { model: 'VirtualDisk', key: -20, controllerKey: -10, capacity: 2 ** 30, disk: { path: store, thin: true } },
          }
        : diskChange(store, parentPath);
    const spec = { name, vmPathName: store, memoryMB: 1024, numCPUs: 1, deviceChange: [CONTROLLER, disk] };
    const vm = (await this.settle(createVm(m, m.datacenter.vmFolder, spec, m.pool, undefined))) as Vm;
    const diskPath = disksOf(vm.record)[0]?.path ?? '';
    const state = (): string =>
      JSON.stringify([
        m.vms.get(vm.id) === vm,
        vm.power,
        vm.record.changeNumber,
        [...vm.record.extraConfig],
        vm.record.snapshots.length,
        m.storage.file(diskPath) && fileHash(openLink(m.storage, diskPath)),
      ]);
    const before = state();
    return {
      machineId: vm.record.instanceUuid,
      diskPath,
      unchanged: async () => state() === before,
      remove: async () => {
        if (!m.vms.has(vm.id)) return;
        unregisterVm(m, vm);
        await this.settle(deleteFile(m, m.storage.folderOf(vm.record.vmPath)));
      },
    };
  }

  async guestWrite(machineId: string, path: string, text: string): Promise<void> {
    guestWrite(this.m, this.vm(machineId), blockOf(path), Buffer.from(text));
  }

  async guestRead(machineId: string, path: string): Promise<string | undefined> {
    const disk = disksOf(this.vm(machineId).record)[0];
    const found = disk && readBlock(chainOf(this.m.storage, disk.path), blockOf(path));
    return typeof found === 'string' || found === undefined ? undefined : Buffer.from(found).toString('utf8');
  }

  async failNext(
    verb: 'prepareMaster' | 'clone' | 'capture' | 'destroy' | 'removeMaster',
    when: 'before' | 'middle' | 'after',
  ): Promise<void> {
    const make = ['CloneVM_Task', 'CreateVM_Task', 'InstantClone_Task'];
    const rules: Record<string, Rule> = {
      'clone before': { point: 'before', method: make },
      'clone middle': { point: 'effect', method: make, at: 2 },
      'clone after': { point: 'end', method: make },
      'make before': { point: 'before', method: make },
      'make middle': { point: 'effect', method: 'CreateSnapshot_Task', at: 1 },
      'make after': { point: 'end', method: 'ReconfigVM_Task' },
      'remove before': { point: 'before', method: 'UnregisterVM' },
      'remove middle': { point: 'effect', method: 'DeleteDatastoreFile_Task', at: 1 },
      'remove after': { point: 'end', method: 'DeleteDatastoreFile_Task' },
    };
    const kind = verb === 'clone' ? 'clone' : verb === 'destroy' || verb === 'removeMaster' ? 'remove' : 'make';
    this.vsim.fault(rules[`${kind} ${when}`] as Rule);
  }

  async tamperChain(machineId: string, how: ChainTamper): Promise<void> {
    const { m } = this;
    const vm = this.vm(machineId);
    const disk = disksOf(vm.record)[0];
    if (disk === undefined) throw new Error('the machine has no disk');
    const home = m.storage.folderOf(vm.record.vmPath);
    const base = chainOf(m.storage, disk.path).at(-1)?.path ?? '';
    if (how === 'leaf-is-master') disk.path = base;
    if (how === 'no-parent') disk.path = createBase(m.storage, `${home}/alone.vmdk`, m.now(), m.random, { capacity: 2 ** 30 }).path;
    if (how === 'foreign-parent') {
      const { datastore } = m.storage.parse(home);
      datastore.mkdir('other', true);
      const other = createBase(m.storage, datastore.full(`other/${randomUUID()}.vmdk`), m.now(), m.random, { capacity: 2 ** 30 });
      disk.path = createChild(m.storage, `${home}/strange.vmdk`, other, m.now(), m.random).path;
    }
    m.changed(vm, 'config', 'layoutEx');
  }

  async otherDatastore(machineId: string): Promise<string> {
    const { vmPath } = this.vm(machineId).record;
    return this.m.datastores.find(({ name }) => !vmPath.startsWith(`[${name}]`))?.name ?? '';
  }

  async tamperMaster(revisionId: string): Promise<void> {
    const path = this.mastersOf(revisionId).flatMap((vm) => this.goldenPaths(vm))[0] ?? '';
    writeBlock(this.m.storage, openLink(this.m.storage, path), 1, Buffer.from('changed'), this.m.now(), this.m.random);
  }

  /** One byte of a golden disk's extent, as somebody with a shell on a host changes it: the descriptor does not know. */
  changeByte(revisionId: string, offset: number): void {
    const path = this.mastersOf(revisionId).flatMap((vm) => this.goldenPaths(vm))[0] ?? '';
    turnBit(this.m, path, offset);
  }

  async crashMachine(machineId: string): Promise<void> {
    await this.settle(powerOff(this.m, this.vm(machineId)));
  }

  async plantStray(): Promise<string> {
    const name = `${this.names.prefix}left-${randomUUID()}`;
    this.m.storage.parse('[ds0]').datastore.mkdir(name, true);
    return `[ds0] ${name}/`;
  }
}

/** The block of a disk that stands for a file in a guest. */
/** Behind the guest's own block, within the MiB that masters have here. */
function blockOf(path: string): number {
  return 4 + (createHash('sha256').update(path).digest().readUInt32BE(0) % 12);
}
