/**
 * The floor: what a script can do that calls `qemu-img create` and `qemu-system-x86_64` and nothing else. No store, no journal, no
 * gate, no checks, no account of its own, no limits. It starts the very arguments that Carrel starts (taken from the process list), with
 * its own paths in them; waits for the same two things, the guest's `ready` line and an SSH banner; and gives the guest its key through
 * the guest agent's socket. An instant clone is restored from a copy of Carrel's frozen parent.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { copyFileSync, createReadStream, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { IDENTITY_FILE_BYTES } from '../../src/qemu/argv.ts';
import type { SshKey } from '../../src/lib/ssh-key.ts';
import { sshRun } from '../../src/main/ssh-login.ts';
import type { CarrelRig, Lent } from './carrel.ts';
import type { Scene } from './scene.ts';
import { ask, SocketLines } from './socket-lines.ts';
import { cpuSeconds } from './usage.ts';

const run = promisify(execFile);

export type FloorMode = 'linked' | 'full' | 'instant';

export interface FloorMachine {
  pid: number;
  folder: string;
  stages: Record<string, number>;
  end: () => Promise<void>;
}

interface Model {
  folder: string;
  args: string[];
}

export class Floor {
  readonly #dir: string;
  readonly #master: string;
  readonly #key: SshKey;
  readonly #user: string;
  readonly #models = new Map<'boot' | 'instant', Model>();
  readonly #live = new Set<() => Promise<void>>();
  #frozen: { ram: string; state: string; disk: string } | undefined;

  constructor(scene: Scene, rig: CarrelRig, user: string) {
    this.#dir = scene.folder('floor');
    const [revision = ''] = readdirSync(join(rig.dir, 'masters'));
    this.#master = join(rig.dir, 'masters', revision, 'disk.qcow2');
    this.#key = rig.key;
    this.#user = user;
    scene.defer(() => Promise.all([...this.#live].map((end) => end())));
  }

  knows(mode: FloorMode): boolean {
    return this.#models.has(mode === 'instant' ? 'instant' : 'boot');
  }

  /** Takes the arguments from one of Carrel's machines while it runs. */
  learn(rig: CarrelRig, lent: Lent): void {
    const args = readFileSync(`/proc/${lent.pid}/cmdline`, 'utf8').split('\0').slice(1, -1);
    const instant = lent.reservation.mode === 'instant';
    this.#models.set(instant ? 'instant' : 'boot', { folder: lent.folder, args });
    if (!instant || this.#frozen) return;
    const [revision = ''] = readdirSync(join(rig.dir, 'frozen'));
    const [key = ''] = readdirSync(join(rig.dir, 'frozen', revision));
    const parent = join(rig.dir, 'frozen', revision, key);
    this.#frozen = { ram: join(this.#dir, 'ram'), state: join(this.#dir, 'state'), disk: join(parent, 'disk.qcow2') };
    copyFileSync(join(parent, 'ram'), this.#frozen.ram);
    copyFileSync(join(parent, 'state'), this.#frozen.state);
  }

  /** One machine, from nothing to the answer of a command over SSH. */
  async lend(mode: FloorMode): Promise<FloorMachine> {
    const t0 = performance.now();
    const nodeBefore = process.cpuUsage();
    const stages: Record<string, number> = {};
    const mark = (what: string) => (stages[what] = performance.now() - t0);
    const id = randomUUID();
    const folder = join(this.#dir, id.slice(0, 8));
    mkdirSync(join(folder, 'run'), { recursive: true });
    await this.#makeDisk(mode, join(folder, 'disk.qcow2'));
    mark('clone done');
    writeFileSync(join(folder, 'identity'), identityText(id));
    const child = this.#start(mode, id, folder);
    const machine: FloorMachine = { pid: child.pid ?? 0, folder, stages, end: async () => {} };
    const sockets: SocketLines[] = [];
    let gone = false;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve((gone = true) as never)));
    machine.end = async () => {
      this.#live.delete(machine.end);
      for (const socket of sockets) socket.close();
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    };
    this.#live.add(machine.end);
    const open = async (name: string) => {
      const socket = await SocketLines.open(join(folder, 'run', name), () => !gone);
      sockets.push(socket);
      return socket;
    };
    const qmp = await open('qmp');
    const agent = await open('id');
    const guestAgent = await open('ga');
    await ask(qmp, 'qmp_capabilities');
    if (mode !== 'instant') mark('start done');
    const hostKeys = mode === 'instant' ? await this.#restore(qmp, agent, id, folder, mark) : readyKeys(await agent.until(isReady));
    mark('guest ready');
    const network = await ask<string>(qmp, 'human-monitor-command', { 'command-line': 'info usernet' });
    const port = Number(/HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)/.exec(network)?.[1]);
    await banner(port);
    mark('ready');
    await ask(guestAgent, 'guest-ssh-add-authorized-keys', { username: this.#user, keys: [this.#key.publicKey.trim()], reset: true });
    mark('connected');
    await sshRun({ host: '127.0.0.1', port, user: this.#user, privateKey: this.#key.privateKey, hostKeys }, 'hostname');
    mark('login');
    const node = process.cpuUsage(nodeBefore);
    stages['CPU of Node'] = (node.user + node.system) / 1000;
    stages['CPU of QEMU'] = cpuSeconds(machine.pid) * 1000;
    return machine;
  }

  async #makeDisk(mode: FloorMode, disk: string): Promise<void> {
    if (mode === 'full') await run('qemu-img', ['convert', '-f', 'qcow2', '-O', 'qcow2', this.#master, disk]);
    else {
      const backing = mode === 'instant' ? (this.#frozen as { disk: string }).disk : this.#master;
      await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', backing, disk]);
    }
  }

  #start(mode: FloorMode, id: string, folder: string) {
    const model = this.#models.get(mode === 'instant' ? 'instant' : 'boot');
    if (!model) throw new Error('the floor has not seen such a machine of Carrel yet');
    const args = model.args.map((arg) => arg.replaceAll(model.folder, folder).replace(/^guest=.*/, 'guest=bench-floor'));
    args[args.indexOf('-uuid') + 1] = id;
    const log = openSync(join(folder, 'qemu.log'), 'w');
    // A private mapping; QEMU opens the file for writing all the same, which is why Carrel gives it a sealed copy.
    const memory = mode === 'instant' && this.#frozen ? [openSync(this.#frozen.ram, 'r+')] : [];
    return spawn('qemu-system-x86_64', args, { stdio: ['ignore', log, log, ...memory] });
  }

  /** The recipe of an instant clone: state in, go on, an identity of its own. */
  async #restore(qmp: SocketLines, agent: SocketLines, id: string, folder: string, mark: (what: string) => void): Promise<string[]> {
    const capabilities = [{ capability: 'x-ignore-shared', state: true }];
    await ask(qmp, 'migrate-set-capabilities', { capabilities });
    const path = join(folder, 'run', 'st');
    await ask(qmp, 'migrate-incoming', { uri: `unix:${path}` });
    const socket = connect({ path });
    createReadStream((this.#frozen as { state: string }).state, { highWaterMark: 1 << 20 }).pipe(socket);
    socket.on('error', () => {});
    while ((await ask<{ status: string }>(qmp, 'query-status')).status === 'inmigrate') await new Promise((go) => setTimeout(go, 2));
    await ask(qmp, 'cont');
    mark('start done');
    const seconds = Math.floor(Date.now() / 1000);
    const fields = [`hostname=floor-${id.slice(0, 8)}`, `machine_id=${id.replaceAll('-', '')}`, `time=${seconds}`];
    const text = `${[...fields, `entropy=${randomBytes(64).toString('hex')}`].join('\n')}\n`;
    agent.send(`f1 identity ${Buffer.from(text).toString('base64')}`);
    const answer = await agent.until((line) => line.startsWith('f1 '));
    return Buffer.from(answer.split(' ')[2] ?? '', 'base64')
      .toString()
      .trim()
      .split('\n');
  }
}

function identityText(id: string): string {
  const fields = `machine_id=${id.replaceAll('-', '')}\nhostname=floor-${id.slice(0, 8)}\nseed=${randomBytes(32).toString('hex')}\n`;
  return fields.padEnd(IDENTITY_FILE_BYTES, '\n');
}

function isReady(line: string): boolean {
  return line.startsWith('! ready ');
}

function readyKeys(line: string): string[] {
  return (JSON.parse(Buffer.from(line.split(' ')[2] ?? '', 'base64').toString()) as { hostKeys: string[] }).hostKeys;
}

/** Waits until something says `SSH-` there; QEMU's user-mode network accepts before the guest listens. */
export async function banner(port: number): Promise<void> {
  for (let pause = 10; ; pause = Math.min(200, pause * 2)) {
    const said = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.setTimeout(4_000, () => socket.destroy());
      socket.once('data', (data) => (resolve(data.toString('latin1').startsWith('SSH-')), socket.destroy()));
      socket.once('error', () => {});
      socket.once('close', () => resolve(false));
    });
    if (said) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
