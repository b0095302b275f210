/**
 * The same guest cloned by `virt-clone` and started by `virsh`, where libvirt is installed. A libvirt that runs is used; else its
 * daemons are started for the run. Domains, the storage pool and files are gone afterwards.
 */
import { execFile, spawn } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SshKey } from '../../src/lib/ssh-key.ts';
import { sshRun } from '../../src/main/ssh-login.ts';
import type { CarrelRig } from './carrel.ts';
import { banner } from './floor.ts';
import type { Scene } from './scene.ts';
import { SocketLines } from './socket-lines.ts';

const exec = promisify(execFile);
/** Bounded: a libvirt that hangs must not hang the run. */
const run = (command: string, args: string[]) => exec(command, args, { timeout: 60_000 });
const SYSTEM = 'qemu:///system';
const BASE = 'carrel-bench-base';

export interface LibvirtOptions {
  dir: string;
  key: SshKey;
  user: string;
  accelerator: string;
}

async function virsh(...args: string[]): Promise<string> {
  return (await run('virsh', ['-q', '-c', SYSTEM, ...args])).stdout;
}

export class Libvirt {
  /** Why there are no figures; empty if there are. */
  why = '';
  readonly notes: string[] = [];
  readonly #options: LibvirtOptions;
  #count = 0;

  private constructor(options: LibvirtOptions) {
    this.#options = options;
  }

  get works(): boolean {
    return this.why === '';
  }

  static async start(scene: Scene, rig: CarrelRig, say: (text: string) => void): Promise<Libvirt> {
    const dir = scene.folder('libvirt');
    const made = new Libvirt({ dir, key: rig.key, user: rig.user, accelerator: rig.accelerator });
    try {
      await made.#open(scene, rig);
      say('libvirt: one machine to warm up');
      await made.lend('linked');
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      made.why = (error as { code?: unknown }).code === 'ENOENT' ? 'not installed' : 'does not run here';
      made.notes.push(`libvirt: ${text.trim().split('\n').join(' ').slice(0, 300)}`);
    }
    return made;
  }

  async #open(scene: Scene, rig: CarrelRig): Promise<void> {
    await run('virt-clone', ['--version']);
    const answers = () =>
      virsh('version').then(
        () => true,
        () => false,
      );
    if (!(await answers())) await this.#startDaemons(scene, answers);
    scene.defer(() => this.#forgetAll());
    const { dir } = this.#options;
    const [revision = ''] = readdirSync(join(rig.dir, 'masters'));
    for (const name of ['disk.qcow2', 'kernel', 'initrd']) copyFileSync(join(rig.dir, 'masters', revision, name), join(dir, name));
    writeFileSync(join(dir, 'key.pub'), `${rig.key.publicKey.trim()}\n`);
    await virsh('undefine', BASE).catch(() => {});
    writeFileSync(join(dir, 'base.xml'), baseXml(this.#options, rig.cmdline));
    await virsh('define', join(dir, 'base.xml'));
    this.notes.push(
      `libvirt ${(await virsh('version')).match(/API: (.*)/)?.[1] ?? ''}, domain type ${domainType(this.#options.accelerator)}`,
    );
  }

  /**
   * Own daemons in a mount namespace of their own. Where KVM is there but not used, its device is hidden from libvirt: finding it
   * and finding that QEMU fails with it, libvirt 9 probes QEMU anew at every call, which takes seconds. `namespaces = []`: with
   * a mount over a device, libvirt cannot make the private /dev of a domain.
   */
  async #startDaemons(scene: Scene, answers: () => Promise<boolean>): Promise<void> {
    const { dir, accelerator } = this.#options;
    writeFileSync(join(dir, 'qemu.conf'), 'namespaces = []\n');
    writeFileSync(join(dir, 'nothing'), '', { mode: 0 });
    const hide = accelerator === 'tcg' && existsSync('/dev/kvm');
    if (hide) this.notes.push('libvirt was started with /dev/kvm hidden: it is slower with it here, since it probes QEMU at every call.');
    const mounts = [`mount --bind ${dir}/qemu.conf /etc/libvirt/qemu.conf`, ...(hide ? [`mount --bind ${dir}/nothing /dev/kvm`] : [])];
    const script = (daemon: string) => `${mounts.join(' && ')} && exec ${daemon}`;
    for (const daemon of ['virtlogd', 'libvirtd']) {
      const child = spawn('unshare', ['-m', '--propagation', 'private', 'sh', '-c', script(daemon)], { stdio: 'ignore' });
      await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
      scene.defer(() => child.kill('SIGTERM'));
    }
    const until = performance.now() + 30_000;
    while (!(await answers())) {
      if (performance.now() > until) throw new Error('libvirtd does not answer');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** One machine from nothing to a login; it is gone again when the stages come back. */
  async lend(mode: 'linked' | 'full'): Promise<Record<string, number>> {
    const { dir, key, user } = this.#options;
    const name = `carrel-bench-${process.pid}-${++this.#count}`;
    const disk = join(dir, `${name}.qcow2`);
    const t0 = performance.now();
    const stages: Record<string, number> = {};
    const mark = (what: string) => (stages[what] = performance.now() - t0);
    let identity: SocketLines | undefined;
    try {
      if (mode === 'linked') {
        await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', join(dir, 'disk.qcow2'), disk]);
      }
      const keep = mode === 'linked' ? ['--preserve-data'] : [];
      await run('virt-clone', ['-q', '--connect', SYSTEM, '-o', BASE, '-n', name, '--file', disk, ...keep]);
      mark('clone done');
      await virsh('start', name);
      mark('started');
      const xml = await virsh('dumpxml', name);
      const socket = /<source mode='bind' path='([^']+)'\/>\s*<target type='virtio' name='carrel.identity.0'/.exec(xml)?.[1];
      if (socket === undefined) throw new Error('the domain has no identity port');
      identity = await SocketLines.open(socket, () => true);
      const ready = await identity.until((line) => line.startsWith('! ready '));
      const { hostKeys } = JSON.parse(Buffer.from(ready.split(' ')[2] ?? '', 'base64').toString()) as { hostKeys: string[] };
      mark('guest ready');
      const network = await virsh('qemu-monitor-command', name, '--hmp', 'info usernet');
      const port = Number(/HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)/.exec(network)?.[1]);
      await banner(port);
      mark('ready');
      await this.#giveKey(name, user);
      mark('connected');
      await sshRun({ host: '127.0.0.1', port, user, privateKey: key.privateKey, hostKeys }, 'hostname');
      mark('login');
    } finally {
      identity?.close();
      await this.#forget(name);
      rmSync(disk, { force: true });
    }
    return stages;
  }

  /** libvirt refuses until it has noticed that the guest's agent opened its port. */
  async #giveKey(name: string, user: string): Promise<void> {
    const until = performance.now() + 30_000;
    for (;;) {
      try {
        return void (await virsh('set-user-sshkeys', name, user, '--file', join(this.#options.dir, 'key.pub'), '--reset'));
      } catch (error) {
        if (performance.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async #forget(name: string): Promise<void> {
    await virsh('destroy', name).catch(() => {});
    await virsh('undefine', name).catch(() => {});
  }

  async #forgetAll(): Promise<void> {
    const names = (await virsh('list', '--all', '--name').catch(() => '')).split('\n').map((each) => each.trim());
    for (const name of names) if (name === BASE || name.startsWith(`carrel-bench-${process.pid}-`)) await this.#forget(name);
    // virt-clone makes a storage pool of the folder that the disk lies in.
    for (const pool of (await virsh('pool-list', '--all', '--name').catch(() => '')).split('\n').map((each) => each.trim())) {
      if (pool === '' || !(await virsh('pool-dumpxml', pool).catch(() => '')).includes(`<path>${this.#options.dir}</path>`)) continue;
      await virsh('pool-destroy', pool).catch(() => {});
      await virsh('pool-undefine', pool).catch(() => {});
    }
  }
}

function domainType(accelerator: string): string {
  return accelerator === 'kvm' ? 'kvm' : 'qemu';
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;').replaceAll('"', '&quot;');
}

/** The starter's hardware in libvirt's words. User-mode networking with a forwarded port is beyond libvirt 9, so it goes around it. */
function baseXml({ dir, accelerator }: LibvirtOptions, cmdline: string): string {
  const initrd = existsSync(join(dir, 'initrd')) ? `<initrd>${dir}/initrd</initrd>` : '';
  const network = [
    '-netdev',
    'user,id=net0,ipv6=off,hostfwd=tcp:127.0.0.1:0-:22',
    '-device',
    'virtio-net-pci,netdev=net0,romfile=,bus=pcie.0,addr=0x1c',
  ];
  return `<domain type='${domainType(accelerator)}' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>${BASE}</name>
  <memory unit='MiB'>128</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type><kernel>${dir}/kernel</kernel>${initrd}<cmdline>${escapeXml(cmdline)}</cmdline></os>
  <features><acpi/></features>
  <clock offset='utc'/>
  <seclabel type='static' model='dac' relabel='no'><label>+0:+0</label></seclabel>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2' discard='unmap'/><source file='${dir}/disk.qcow2'/><target dev='vda' bus='virtio'/></disk>
    <controller type='usb' model='none'/>
    <controller type='virtio-serial' index='0'/>
    <channel type='unix'><source mode='bind'/><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <channel type='unix'><source mode='bind'/><target type='virtio' name='carrel.identity.0'/></channel>
    <serial type='null'/>
    <memballoon model='none'/>
    <rng model='virtio'><backend model='builtin'/></rng>
  </devices>
  <qemu:commandline>${network.map((arg) => `<qemu:arg value='${arg}'/>`).join('')}</qemu:commandline>
</domain>
`;
}
