import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Ctx, race, sleep, withTimeout } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';
import { FW_CFG_ID } from './assets/agent.ts';
import type { BuiltImage } from './types.ts';

/** For the tests of this folder only: a bare QEMU around a built image, without anything of the driver. */
export interface LabMachine {
  process: ChildProcess;
  agent: LineSocket;
  /** Port on 127.0.0.1 that leads to the guest's port 22. */
  sshPort: number;
  qmp(command: string, args?: Record<string, unknown>): Promise<unknown>;
  serial(): string;
  stop(): Promise<void>;
}

/** A socket that speaks lines; every line is kept, so that nothing said early is missed. */
export class LineSocket {
  readonly lines: string[] = [];
  readonly #socket: Socket;
  #partial = '';
  #wake: (() => void)[] = [];
  #next = 1;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (this.#partial + chunk).split('\n');
      this.#partial = parts.pop() ?? '';
      this.lines.push(...parts.map((line) => line.replace(/\r$/, '')));
      for (const wake of this.#wake.splice(0)) wake();
    });
    socket.on('error', () => {});
  }

  write(line: string): void {
    this.#socket.write(`${line}\n`);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** The first line for which `match` holds, counted from the line `from`. */
  async line(ctx: Ctx, match: (line: string) => boolean, from = 0): Promise<string> {
    for (let seen = from; ; ) {
      const found = this.lines.slice(seen).find(match);
      if (found !== undefined) return found;
      seen = this.lines.length;
      await race(ctx, new Promise<void>((resolve) => this.#wake.push(resolve)));
    }
  }

  /** One request of the agent's protocol; answers the decoded argument of `ok`. */
  async request(ctx: Ctx, verb: string, argument?: string): Promise<string> {
    const answer = await this.#ask(ctx, argument === undefined ? verb : `${verb} ${Buffer.from(argument).toString('base64')}`);
    return Buffer.from(answer, 'base64').toString();
  }

  /** The same with an argument that is not encoded, for `identity`. */
  async raw(ctx: Ctx, verb: string, argument: string): Promise<string> {
    const answer = await this.#ask(ctx, `${verb} =${argument}`);
    if (!answer.startsWith('=')) throw new CarrelError('guest-failed', `not a raw answer: ${answer}`);
    return answer.slice(1);
  }

  async #ask(ctx: Ctx, text: string): Promise<string> {
    const id = `t${this.#next++}`;
    const from = this.lines.length;
    this.write(`${id} ${text}`);
    const line = await this.line(ctx, (l) => l.startsWith(`${id} `), from);
    const [status, ...rest] = line.slice(id.length + 1).split(' ');
    if (status !== 'ok') throw new CarrelError('guest-failed', rest.join(' '));
    return rest.join(' ');
  }
}

export async function connectUnix(ctx: Ctx, path: string): Promise<Socket> {
  for (;;) {
    const socket = connect(path);
    try {
      await race(ctx, once(socket, 'connect'));
      return socket;
    } catch (error) {
      socket.destroy();
      if (ctx.signal.aborted) throw error;
      await sleep(ctx, 20);
    }
  }
}

export interface LabOptions {
  /** Folder for sockets and the disk overlay; must exist. */
  folder: string;
  /** Lines for fw_cfg. */
  identity?: string[];
  memoryMiB?: number;
  /** Put between the image's command line and ours. */
  append?: string;
  extraArgs?: string[];
  /** Changes QEMU's arguments at the end. */
  wrap?: (args: string[]) => string[];
  /** Use the disk itself and not an overlay. */
  direct?: boolean;
}

/** QEMU's arguments for an image under TCG, as the driver would start it: q35, VGA, virtio, user-mode network. */
export function labArgs(image: BuiltImage, disk: string, options: LabOptions): string[] {
  const at = (name: string) => join(options.folder, name);
  const memory = options.memoryMiB ?? image.profile.hardware.memoryMiB;
  return [
    ...[
      '-nodefaults',
      '-no-user-config',
      '-machine',
      'q35',
      '-accel',
      'tcg,tb-size=64',
      '-m',
      `${memory}`,
      '-vga',
      'std',
      '-display',
      'none',
    ],
    ...['-kernel', image.kernel ?? '', '-initrd', image.initrd ?? '', '-append', `${image.cmdline} ${options.append ?? ''}`],
    ...['-drive', `file=${disk},if=none,id=d0,format=qcow2,discard=unmap`, '-device', 'virtio-blk-pci,drive=d0'],
    ...['-netdev', 'user,id=n0,hostfwd=tcp:127.0.0.1:0-:22', '-device', 'virtio-net-pci,netdev=n0,mac=52:54:00:ca:00:01,romfile='],
    ...['-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci'],
    ...[
      '-chardev',
      `socket,id=id0,path=${at('id.sock')},server=on,wait=off`,
      '-device',
      'virtserialport,chardev=id0,name=carrel.identity.0',
    ],
    ...[
      '-chardev',
      `socket,id=ga0,path=${at('ga.sock')},server=on,wait=off`,
      '-device',
      'virtserialport,chardev=ga0,name=org.qemu.guest_agent.0',
    ],
    ...['-chardev', `file,id=ser0,path=${at('serial.log')}`, '-serial', 'chardev:ser0'],
    ...['-qmp', `unix:${at('qmp.sock')},server=on,wait=off`, ...(options.extraArgs ?? [])],
    ...(options.identity ? ['-fw_cfg', `name=${FW_CFG_ID},file=${at('id')}`] : []),
  ];
}

export async function startLab(ctx: Ctx, image: BuiltImage, options: LabOptions): Promise<LabMachine> {
  const at = (name: string) => join(options.folder, name);
  if (options.identity) await writeFile(at('id'), `${options.identity.join('\n')}\n`, { mode: 0o600 });
  let disk = image.disk;
  if (!options.direct) {
    disk = at('overlay.qcow2');
    if (!existsSync(disk)) {
      const img = spawn('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', image.disk, disk], { stdio: 'inherit' });
      await once(img, 'close');
    }
  }
  const child = spawn('qemu-system-x86_64', (options.wrap ?? ((a) => a))(labArgs(image, disk, options)), {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const closed = once(child, 'close');
  const short = withTimeout(ctx, 20_000);
  try {
    const agent = new LineSocket(await connectUnix(short, at('id.sock')));
    const guestAgent = await connectUnix(short, at('ga.sock'));
    const qmpLines = new LineSocket(await connectUnix(short, at('qmp.sock')));
    const qmp = async (execute: string, args: Record<string, unknown> = {}): Promise<unknown> => {
      const from = qmpLines.lines.length;
      qmpLines.write(JSON.stringify({ execute, arguments: args }));
      const line = await qmpLines.line(withTimeout(ctx, 30_000), (l) => /^\{"(return|error)"/.test(l), from);
      const reply = JSON.parse(line) as { return?: unknown; error?: { desc: string } };
      if (reply.error) throw new CarrelError('internal', `${execute}: ${reply.error.desc}`);
      return reply.return;
    };
    await qmp('qmp_capabilities');
    const network = String(await qmp('human-monitor-command', { 'command-line': 'info usernet' }));
    const sshPort = Number(/HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)/.exec(network)?.[1]);
    const { readFileSync } = await import('node:fs');
    return {
      process: child,
      agent,
      sshPort,
      qmp,
      serial: () => readFileSync(at('serial.log'), 'utf8'),
      stop: async () => {
        agent.close();
        guestAgent.destroy();
        child.kill('SIGKILL');
        await closed;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    await closed;
    throw error;
  }
}

/** Waits until the guest's SSH server says its banner; the port itself is open long before, since QEMU listens on it. */
export async function sshBanner(ctx: Ctx, port: number): Promise<string> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      const banner = await race(
        withTimeout(ctx, 2000),
        new Promise<string>((resolve, reject) => {
          socket.once('data', (data) => resolve(data.toString('latin1').trim()));
          socket.once('error', reject).once('close', () => reject(new Error('closed')));
        }),
      );
      if (banner.startsWith('SSH-')) return banner;
    } catch (error) {
      if (ctx.signal.aborted) throw error;
    } finally {
      socket.destroy();
    }
    await sleep(ctx, 30);
  }
}
