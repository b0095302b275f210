import { randomBytes } from 'node:crypto';
import { type Ctx, race, withTimeout } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import { LineSocket } from './line-socket.ts';

/** What the guest says about itself; its word, so checked for shape and never used as a path. */
export interface GuestInfo {
  hostname: string;
  machineId: string;
  hostKeys: string[];
  ip: string;
}

export interface Identity {
  hostname: string;
  /** 32 hex digits. */
  machineId: string;
  mac: string;
  /** Seconds since 1970. */
  time: number;
  /** Bytes for the guest's random pool, in hex. */
  entropyHex: string;
}

export type Announcement = { kind: 'boot' } | { kind: 'ready'; info: GuestInfo };

/** Time for a request, in milliseconds. `identity` makes a host key: 0.4 s alone, some seconds when fifty do it on two cores. */
const ANSWER_MS = 60_000;

/**
 * A client of Carrel's own agent on the virtio-serial port `carrel.identity.0`: text lines, one request at a time.
 * Host to guest: `ID VERB [BASE64]`; guest to host: `ID ok [BASE64]`, `ID err MESSAGE`, and unasked `! boot`, `! ready BASE64(json)`.
 * Error codes: `guest-failed`, `unavailable`, `deadline`, `cancelled`.
 */
export class LineAgent {
  readonly closed: Promise<void>;
  private readonly socket: LineSocket;
  private readonly waiting = new Map<string, { resolve: (text: string) => void; reject: (error: CarrelError) => void }>();
  // Answers to a request of an earlier Carrel process may still be on their way; they must not pass for ours.
  private readonly prefix = randomBytes(3).toString('hex');
  private next = 1;
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(socket: LineSocket) {
    this.socket = socket;
    this.closed = socket.closed.then(() => {
      for (const each of this.waiting.values()) {
        each.reject(new CarrelError('unavailable', 'the identity port was closed', { retry: 'later' }));
      }
      this.waiting.clear();
    });
  }

  static async connect(ctx: Ctx, path: string, onAnnounce: (what: Announcement) => void): Promise<LineAgent> {
    const made: { agent?: LineAgent } = {};
    const early: Buffer[] = [];
    const socket = await LineSocket.connect(ctx, path, (line) => {
      if (made.agent) made.agent.take(line, onAnnounce);
      else early.push(line);
    });
    made.agent = new LineAgent(socket);
    for (const line of early) made.agent.take(line, onAnnounce);
    return made.agent;
  }

  close(): void {
    this.socket.close();
  }

  async ping(ctx: Ctx, timeoutMs = ANSWER_MS): Promise<void> {
    await this.request(ctx, 'ping', undefined, timeoutMs);
  }

  async info(ctx: Ctx, timeoutMs = ANSWER_MS): Promise<GuestInfo> {
    const info = parseInfo(await this.request(ctx, 'info', undefined, timeoutMs));
    if (info === undefined) throw new CarrelError('guest-failed', 'the agent described the guest in a way that cannot be read');
    return info;
  }

  /** Gives the guest an identity of its own; answers its new SSH host keys. */
  async setIdentity(ctx: Ctx, identity: Identity): Promise<string[]> {
    const text = [
      `hostname=${identity.hostname}`,
      `machine_id=${identity.machineId}`,
      `mac=${identity.mac}`,
      `time=${identity.time}`,
      `entropy=${identity.entropyHex}`,
    ].join('\n');
    return hostKeyLines(await this.request(ctx, 'identity', `${text}\n`));
  }

  async setPassword(ctx: Ctx, user: string, hash: string): Promise<void> {
    await this.request(ctx, 'password', `${user}:${hash}`);
  }

  async setAuthorizedKeys(ctx: Ctx, user: string, keys: readonly string[]): Promise<void> {
    await this.request(ctx, 'keys', [user, ...keys, ''].join('\n'));
  }

  async lock(ctx: Ctx, user: string): Promise<void> {
    await this.request(ctx, 'lock', user);
  }

  /** Brings the guest to the state in which its memory may be copied: no host keys, no sshd, nothing in caches. */
  async freezePrepare(ctx: Ctx): Promise<void> {
    await this.request(ctx, 'freeze-prepare');
  }

  private async request(ctx: Ctx, verb: string, arg?: string, timeoutMs = ANSWER_MS): Promise<string> {
    const mine = this.queue.then(async () => {
      if (this.socket.isClosed) throw new CarrelError('unavailable', 'the identity port is closed', { retry: 'later' });
      const id = `${this.prefix}${this.next++}`;
      const answer = new Promise<string>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
      this.socket.write(`${id} ${verb}${arg === undefined ? '' : ` ${Buffer.from(arg).toString('base64')}`}\n`);
      try {
        return await race(withTimeout(ctx, timeoutMs), answer);
      } finally {
        this.waiting.delete(id);
      }
    });
    this.queue = mine.catch(() => {});
    return await race(ctx, mine);
  }

  private take(raw: Buffer, onAnnounce: (what: Announcement) => void): void {
    const line = parseLine(raw.toString('utf8'));
    if (line === undefined) return;
    if (line.kind !== 'answer') {
      onAnnounce(line);
      return;
    }
    const asked = this.waiting.get(line.id);
    if (line.ok) asked?.resolve(line.text);
    else asked?.reject(new CarrelError('guest-failed', `the agent refused: ${line.text}`));
  }
}

type Line = Announcement | { kind: 'answer'; id: string; ok: boolean; text: string };

/** One line of the guest, or undefined for noise (a login banner, half a line after a restart). */
export function parseLine(raw: string): Line | undefined {
  const [id = '', word = '', ...rest] = raw.replace(/\r$/, '').split(' ');
  if (id === '!') {
    if (word === 'boot') return { kind: 'boot' };
    const info = word === 'ready' ? parseInfo(decode(rest[0] ?? '')) : undefined;
    return info === undefined ? undefined : { kind: 'ready', info };
  }
  if (!/^[0-9a-zA-Z]{1,32}$/.test(id)) return undefined;
  if (word === 'ok') return { kind: 'answer', id, ok: true, text: decode(rest[0] ?? '') };
  if (word === 'err') return { kind: 'answer', id, ok: false, text: printable(rest.join(' ')) };
  return undefined;
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

/** The guest's words as they may be shown: printable ASCII, at most 200 characters. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
}

/** Lines that are OpenSSH public keys, without their comment. */
export function hostKeyLines(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const found = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) ([A-Za-z0-9+/=]{20,2000})(\s|$)/.exec(line.trim());
    return found ? [`${found[1]} ${found[2]}`] : [];
  });
}

function parseInfo(text: string): GuestInfo | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof GuestInfo, unknown>>;
    const word = (v: unknown) => (typeof v === 'string' ? printable(v) : '');
    const keys = Array.isArray(value.hostKeys) ? value.hostKeys.filter((k): k is string => typeof k === 'string') : [];
    return {
      hostname: word(value.hostname),
      machineId: word(value.machineId),
      hostKeys: hostKeyLines(keys.join('\n')),
      ip: word(value.ip),
    };
  } catch {
    return undefined;
  }
}
