import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { chmod, cp, link, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { RECIPE } from '../../src/qemu/appliance.ts';
import { alone, testCache } from './cache.ts';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Foreign, Harness } from '../../src/driver/conformance/index.ts';
import type { Capabilities, MasterSpec } from '../../src/driver/driver.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { findProcesses } from '../../src/qemu/process.ts';
import { findSwtpms } from '../../src/qemu/swtpm.ts';
import { RECIPES } from '../../src/qemu/recipes/index.ts';
import type { BuiltImage, ImageTools } from '../../src/drivers/qemu/host.ts';
import { tagPrefix } from '../../src/drivers/qemu/host.ts';
import { BUILT, defaultTools, toolsWithBuilt } from '../../src/drivers/qemu/image-tools.ts';
import { QemuDriver } from '../../src/drivers/qemu/index.ts';
import type { Parts } from '../../src/drivers/qemu/parts.ts';

/** Test support: a QEMU driver on a world of its own, and hands that reach into it past the driver. Imported by tests alone. */

const run = promisify(execFile);

/** Newest change of the recipes, so that a kept starter image is not older than what it is made by. */
async function recipesChanged(folder = new URL('../../src/qemu/recipes/', import.meta.url).pathname): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true });
  const times = await Promise.all(
    entries.map(async (e) => (e.isDirectory() ? await recipesChanged(join(folder, e.name)) : (await stat(join(folder, e.name))).mtimeMs)),
  );
  return Math.max(0, ...times);
}

/** The starter image, built at most once per version of the recipes and kept in the temporary folder. */
export async function starterImage(): Promise<{ folder: string; built: BuiltImage }> {
  return await alone('starter', keptStarter);
}

async function keptStarter(): Promise<{ folder: string; built: BuiltImage }> {
  const folder = join(testCache(), `starter-${Math.round(await recipesChanged())}`);
  const description = join(folder, BUILT);
  const there = await readFile(description, 'utf8').catch(() => undefined);
  if (there !== undefined) return { folder, built: JSON.parse(there) as BuiltImage };
  const starter = RECIPES['starter'];
  if (starter === undefined) throw new Error('there is no starter recipe');
  const fresh = `${folder}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  const built = await starter.build(makeCtx({ timeoutMs: 1_200_000 }), fresh);
  await writeFile(join(fresh, BUILT), JSON.stringify(built).replaceAll(fresh, folder));
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }));
  return { folder, built: JSON.parse(await readFile(description, 'utf8')) as BuiltImage };
}

/** Carrel's tools, with a starter recipe that copies the kept image. */
export async function quickTools(): Promise<ImageTools> {
  const { recipes } = toolsWithBuilt((await starterImage()).folder);
  // One for each way of making it: several checkouts may be at work.
  const appliance = join(testCache(), `appliance-${RECIPE.slice(0, 16)}`);
  return {
    ...defaultTools,
    recipes: { starter: recipes['starter'] as ImageTools['recipes'][string] },
    ensureAppliance: async (ctx) => await alone('appliance', async () => await defaultTools.ensureAppliance(ctx, appliance)),
  };
}

/** Puts the helper guest of this run into the data directory of a server that is about to start, which else makes its own at first use. */
export async function haveAppliance(dataDir: string): Promise<void> {
  const { kernel } = await (await quickTools()).ensureAppliance(makeCtx({ timeoutMs: 600_000 }), '');
  await cp(dirname(kernel), join(dataDir, 'appliance'), { recursive: true });
}

/** Checks of the conformance suite that QEMU cannot be asked, and why. */
export const NOT_ASKED_OF_QEMU = {
  // Failures in the middle of a verb are struck into real disks by qemu-driver.real.ts.
  'master-fails': 'the harness cannot make verbs fail',
  'clone-fails': 'the harness cannot make verbs fail',
  'capture-fails': 'the harness cannot make verbs fail',
  'clone-unlisted-modes': 'every mode is listed',
  'checkpoint-unlisted': 'there are checkpoints',
  'unlink-unlisted': 'it is listed',
  // A host has one place for machines.
  relocate: 'machines cannot be moved to another datastore',
  'relocate-broken-off': 'machines cannot be moved to another datastore',
  reseal: 'masters cannot be sealed anew',
  'reseal-broken-off': 'masters cannot be sealed anew',
};

export class QemuWorld implements Harness {
  driver: QemuDriver;
  capabilities: Capabilities;
  readonly cheap = false;
  brief = false;
  readonly timeouts = { verbMs: 300_000, masterMs: 600_000, guestMs: 600_000, abortMs: 60_000 };
  readonly dataDir: string;
  readonly installationId: string;
  private readonly tools: ImageTools;

  private constructor(dataDir: string, installationId: string, tools: ImageTools, driver: QemuDriver, capabilities: Capabilities) {
    this.dataDir = dataDir;
    this.installationId = installationId;
    this.tools = tools;
    this.driver = driver;
    this.capabilities = capabilities;
  }

  static async make(given?: ImageTools): Promise<QemuWorld> {
    const tools = given ?? (await quickTools());
    const dataDir = await mkdtemp(join(tmpdir(), 'carrel-q-'));
    const installationId = randomUUID().slice(0, 8);
    const driver = new QemuDriver({ dataDir, installationId, tools });
    const capabilities = await driver.open(makeCtx({ timeoutMs: 600_000 }));
    return new QemuWorld(dataDir, installationId, tools, driver, capabilities);
  }

  prepareSpec(revisionId: string): MasterSpec {
    return { revisionId, source: { kind: 'recipe', recipe: 'starter' } };
  }

  async restart(): Promise<void> {
    await this.driver.close();
    this.driver = new QemuDriver({ dataDir: this.dataDir, installationId: this.installationId, tools: this.tools });
    this.capabilities = await this.driver.open(makeCtx({ timeoutMs: 600_000 }));
  }

  async dispose(): Promise<void> {
    for (const { pid } of await this.processes()) process.kill(pid, 'SIGKILL');
    await this.parts?.host.cgroups.prune();
    await this.driver.close();
    await run('chmod', ['-R', 'u+w', this.dataDir]);
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async processes() {
    return await findProcesses(tagPrefix(this.installationId));
  }

  /** The open driver's insides: the guest agent is the only way into a guest, and the driver holds its port. */
  get parts(): Parts {
    return (this.driver as unknown as { opened: Parts }).opened;
  }

  async masterDigest(revisionId: string): Promise<string | undefined> {
    const folder = join(this.dataDir, 'masters', revisionId);
    const names = await readdir(folder).catch(() => undefined);
    if (names === undefined) return undefined;
    const hash = createHash('sha256');
    for (const name of names.toSorted((a, b) => a.localeCompare(b))) hash.update(name).update(await readFile(join(folder, name)));
    return hash.digest('hex');
  }

  async leaks(keep: { machines: readonly string[]; masters: readonly string[] }): Promise<readonly string[]> {
    const left: string[] = [];
    for (const name of await readdir(join(this.dataDir, 'machines'))) {
      if (!keep.machines.includes(name) && !(await this.isForeign(name))) left.push(`machines/${name}`);
    }
    for (const kind of ['masters', 'frozen']) {
      for (const name of await readdir(join(this.dataDir, kind))) if (!keep.masters.includes(name)) left.push(`${kind}/${name}`);
    }
    for (const name of await readdir(join(this.dataDir, 'staging'))) left.push(`staging/${name}`);
    for (const { pid, tail } of await this.processes()) if (!keep.machines.includes(tail)) left.push(`process ${pid} of ${tail}`);
    for (const { pid, folder } of await findSwtpms((path) => path.startsWith(`${this.dataDir}/`)))
      if (!keep.machines.includes(basename(dirname(folder)))) left.push(`TPM ${pid} of ${folder}`);
    for (const hierarchy of ['memory', 'cpu', 'pids']) {
      const groups = await readdir(join('/sys/fs/cgroup', hierarchy, `carrel-${this.installationId}`), { withFileTypes: true }).catch(
        () => [],
      );
      for (const group of groups)
        if (group.isDirectory() && !keep.machines.includes(group.name)) left.push(`cgroup ${hierarchy}/${group.name}`);
    }
    return left;
  }

  private async isForeign(name: string): Promise<boolean> {
    const tag = await readFile(join(this.dataDir, 'machines', name, 'machine.json'), 'utf8').catch(() => '{}');
    return (JSON.parse(tag) as { installationId?: string }).installationId === 'somebody-else';
  }

  async plantForeign(parentPath?: string): Promise<Foreign> {
    const machineId = randomUUID();
    const folder = join(this.dataDir, 'machines', machineId);
    await mkdir(folder, { mode: 0o755 });
    const diskPath = join(folder, 'disk.qcow2');
    const base = parentPath === undefined ? [diskPath, '8M'] : ['-F', 'qcow2', '-b', parentPath, diskPath];
    await run('qemu-img', ['create', '-q', '-f', 'qcow2', ...base]);
    const tag = {
      format: 1,
      installationId: 'somebody-else',
      machineId,
      revisionId: randomUUID(),
      mode: 'linked',
      createdAt: new Date().toISOString(),
    };
    await writeFile(
      join(folder, 'machine.json'),
      JSON.stringify({ ...tag, leaf: 'disk.qcow2', phase: 'made', checkpoints: [], notes: [] }),
    );
    const digest = async () => await this.digestOf(folder);
    const before = await digest();
    return {
      machineId,
      diskPath,
      unchanged: async () => (await digest()) === before,
      remove: async () => await rm(folder, { recursive: true, force: true }),
    };
  }

  private async digestOf(folder: string): Promise<string> {
    const hash = createHash('sha256');
    for (const name of (await readdir(folder).catch(() => [])).toSorted((a, b) => a.localeCompare(b)))
      hash.update(name).update(await readFile(join(folder, name)));
    return hash.digest('hex');
  }

  async shell(machineId: string, script: string): Promise<string> {
    const runtime = this.parts.fleet.get(machineId);
    if (runtime === undefined) throw new Error(`no connection to ${machineId}`);
    const { stdout, stderr, exitCode } = await runtime.guestAgent.exec(makeCtx({ timeoutMs: 600_000 }), '/bin/sh', ['-c', script]);
    if (exitCode !== 0) throw new Error(`${script}: ${exitCode} ${stderr}`);
    return stdout;
  }

  async guestWrite(machineId: string, path: string, text: string): Promise<void> {
    await this.shell(machineId, `echo ${Buffer.from(text).toString('base64')} | base64 -d > ${path}; sync`);
  }

  async guestRead(machineId: string, path: string): Promise<string | undefined> {
    const found = await this.shell(machineId, `if [ -f ${path} ]; then echo yes; base64 ${path}; fi`);
    return found.startsWith('yes') ? Buffer.from(found.slice(4), 'base64').toString('utf8') : undefined;
  }

  /** Where nothing of the starter image lies: beside what its file system has taken. */
  async diskWrite(machineId: string, text: string): Promise<void> {
    const from = join(this.dataDir, 'written');
    await writeFile(from, text.padEnd(512, '\0'));
    await this.#io(machineId, `write -s ${from} 1500M 512`);
    await rm(from);
  }

  async diskRead(machineId: string): Promise<string | undefined> {
    const lines = (await this.#io(machineId, 'read -v 1500M 512')).matchAll(/^[0-9a-f]{8}: {2}((?:[0-9a-f]{2} )+)/gm);
    const bytes = Buffer.from([...lines].map(([, hex]) => hex?.replaceAll(' ', '')).join(''), 'hex');
    const text = bytes.toString('utf8').replace(/\0+$/, '');
    return text === '' ? undefined : text;
  }

  async #io(machineId: string, command: string): Promise<string> {
    const leaf = (await this.driver.readBack(makeCtx(), machineId)).chains[0]?.[0]?.path ?? '';
    return (await run('qemu-io', ['-f', 'qcow2', '-c', command, leaf])).stdout;
  }

  async guestAccount(machineId: string, user: string): Promise<{ passwordLocked: boolean; authorizedKeys: readonly string[] }> {
    const hash = (await this.shell(machineId, `grep '^${user}:' /etc/shadow`)).split(':')[1] ?? '';
    const home = (await this.shell(machineId, `grep '^${user}:' /etc/passwd`)).split(':')[5] ?? '';
    const keys = await this.shell(machineId, `cat ${home}/.ssh/authorized_keys 2>/dev/null || true`);
    return { passwordLocked: /^[!*]/.test(hash), authorizedKeys: keys.split('\n').filter((line) => line.trim() !== '') };
  }

  async tamperChain(machineId: string, how: 'leaf-is-master' | 'no-parent' | 'foreign-parent'): Promise<void> {
    const folder = join(this.dataDir, 'machines', machineId);
    const disk = join(folder, 'disk.qcow2');
    const { revisionId } = JSON.parse(await readFile(join(folder, 'machine.json'), 'utf8')) as { revisionId: string };
    await rm(disk);
    if (how === 'leaf-is-master') await link(join(this.dataDir, 'masters', revisionId, 'disk.qcow2'), disk);
    if (how === 'no-parent') await run('qemu-img', ['create', '-q', '-f', 'qcow2', disk, '2G']);
    if (how === 'foreign-parent') {
      const other = join(folder, '..', '..', 'other.qcow2');
      await run('qemu-img', ['create', '-q', '-f', 'qcow2', other, '2G']);
      await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', other, disk]);
    }
  }

  async tamperMaster(revisionId: string): Promise<void> {
    const disk = join(this.dataDir, 'masters', revisionId, 'disk.qcow2');
    await chmod(disk, 0o644);
    const file = await open(disk, 'r+');
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, 1_000_000);
    await file.write(Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, 1_000_000);
    await file.close();
  }

  async crashMachine(machineId: string): Promise<void> {
    for (const { pid, tail } of await this.processes()) if (tail === machineId) process.kill(pid, 'SIGKILL');
  }

  async plantStray(): Promise<string> {
    const ref = join(this.dataDir, 'machines', `.new-${randomUUID()}`);
    await mkdir(ref);
    await writeFile(join(ref, 'machine.json.tmp'), '{');
    return ref;
  }
}
