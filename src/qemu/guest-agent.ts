import { randomInt } from 'node:crypto';
import { type Ctx, race, sleep, withTimeout } from '../lib/context.ts';
import { CarrelError, isCode } from '../lib/errors.ts';
import { LineSocket } from './line-socket.ts';

/** Time that the agent gets for an ordinary command, in milliseconds; guests under TCG are slow. */
const ANSWER_MS = 15_000;

interface Answer {
  return?: unknown;
  error?: { class?: string; desc?: string };
}

/**
 * A client of qemu-guest-agent on the virtio-serial port `org.qemu.guest_agent.0`. One request at a time: the agent's answers carry no
 * reliable id, so each doubt about what is still in the pipe is settled with `guest-sync-delimited`.
 * Nothing that comes from here is trusted: it is the guest's word.
 * Error codes: `guest-failed` (the agent refused; `details.class`), `unavailable` (connection ended), `deadline`, `cancelled`.
 */
export class GuestAgent {
  readonly closed: Promise<void>;
  private readonly socket: LineSocket;
  private onAnswer: ((answer: Answer) => void) | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private synced = false;

  private constructor(socket: LineSocket) {
    this.socket = socket;
    this.closed = socket.closed;
  }

  static async connect(ctx: Ctx, path: string): Promise<GuestAgent> {
    const made: { agent?: GuestAgent } = {};
    const socket = await LineSocket.connect(ctx, path, (line) => made.agent?.take(line));
    made.agent = new GuestAgent(socket);
    return made.agent;
  }

  close(): void {
    this.socket.close();
  }

  /** After a guest restarted, what is in the pipe is not known. */
  forgetSync(): void {
    this.synced = false;
  }

  /** Runs one command of the agent. */
  async execute<T = unknown>(ctx: Ctx, command: string, args?: Record<string, unknown>, timeoutMs = ANSWER_MS): Promise<T> {
    const mine = this.queue.then(async () => {
      const bounded = withTimeout(ctx, timeoutMs);
      if (!this.synced) await this.sync(bounded);
      return await this.roundTrip(bounded, { execute: command, ...(args ? { arguments: args } : {}) }, '', () => true);
    });
    this.queue = mine.catch(() => {});
    return (await race(ctx, mine)) as T;
  }

  /** Waits until the agent answers at all, however long that takes; the context bounds it. */
  async waitUntilUp(ctx: Ctx): Promise<void> {
    for (;;) {
      try {
        // The request lies in the socket until the guest opens the port, so this is no busy poll.
        return await this.execute(ctx, 'guest-ping', undefined, 20_000);
      } catch (error) {
        if (ctx.signal.aborted || !isCode(error, 'deadline')) throw error;
        await sleep(ctx, 100);
      }
    }
  }

  /** Sets an account's password from its crypt(3) hash. */
  async setPassword(ctx: Ctx, user: string, hash: string): Promise<void> {
    await this.execute(ctx, 'guest-set-user-password', {
      username: user,
      password: Buffer.from(hash).toString('base64'),
      crypted: true,
    });
  }

  /** Replaces an account's authorized keys. */
  async setAuthorizedKeys(ctx: Ctx, user: string, keys: readonly string[]): Promise<void> {
    await this.execute(ctx, 'guest-ssh-add-authorized-keys', { username: user, keys, reset: true });
  }

  async freezeFilesystems(ctx: Ctx): Promise<number> {
    return await this.execute<number>(ctx, 'guest-fsfreeze-freeze', undefined, 30_000);
  }

  async thawFilesystems(ctx: Ctx): Promise<number> {
    return await this.execute<number>(ctx, 'guest-fsfreeze-thaw', undefined, 30_000);
  }

  async isFrozen(ctx: Ctx): Promise<boolean> {
    return (await this.execute<string>(ctx, 'guest-fsfreeze-status')) === 'frozen';
  }

  /** Asks the guest to shut down. There is no answer to wait for when it does. */
  async shutdown(ctx: Ctx): Promise<void> {
    await this.execute(ctx, 'guest-ping');
    this.socket.write(`${JSON.stringify({ execute: 'guest-shutdown', arguments: { mode: 'powerdown' } })}\n`);
    this.synced = false;
  }

  /** Runs a program in the guest and waits for its end. */
  async exec(ctx: Ctx, path: string, args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    const { pid } = await this.execute<{ pid: number }>(ctx, 'guest-exec', { path, arg: args, 'capture-output': true });
    for (;;) {
      const status = await this.execute<{ exited: boolean; exitcode?: number; 'out-data'?: string; 'err-data'?: string }>(
        ctx,
        'guest-exec-status',
        { pid },
      );
      if (status.exited) {
        const text = (data?: string) => Buffer.from(data ?? '', 'base64').toString('utf8');
        return { exitCode: status.exitcode ?? -1, stdout: text(status['out-data']), stderr: text(status['err-data']) };
      }
      await sleep(ctx, 50);
    }
  }

  private async sync(ctx: Ctx): Promise<void> {
    const id = randomInt(1, 2 ** 31);
    // 0xFF makes the agent's parser drop whatever an earlier, cut-off request left in it.
    await this.roundTrip(ctx, { execute: 'guest-sync-delimited', arguments: { id } }, '\xff', (answer) => answer.return === id);
    this.synced = true;
  }

  private async roundTrip(ctx: Ctx, request: object, prefix: string, accept: (answer: Answer) => boolean): Promise<unknown> {
    if (this.socket.isClosed) throw new CarrelError('unavailable', 'the guest agent port is closed', { retry: 'later' });
    const answered = new Promise<Answer>((resolve) => {
      this.onAnswer = (answer) => {
        if (accept(answer)) resolve(answer);
      };
    });
    this.socket.write(Buffer.from(`${prefix}${JSON.stringify(request)}\n`, 'latin1'));
    try {
      const lost = this.closed.then((): never => {
        throw new CarrelError('unavailable', 'the guest agent port was closed', { retry: 'later' });
      });
      const answer = await race(ctx, Promise.race([answered, lost]));
      if (answer.error) {
        const { class: kind, desc } = answer.error;
        throw new CarrelError('guest-failed', `the guest agent refused: ${desc ?? 'no reason given'}`, { details: { class: kind } });
      }
      return answer.return;
    } catch (error) {
      if (!isCode(error, 'guest-failed')) this.synced = false;
      throw error;
    } finally {
      this.onAnswer = undefined;
    }
  }

  private take(line: Buffer): void {
    const clean = line.subarray(line.lastIndexOf(0xff) + 1).toString('utf8');
    try {
      const value: unknown = JSON.parse(clean);
      if (typeof value === 'object' && value !== null) this.onAnswer?.(value as Answer);
    } catch {
      // The guest's noise.
    }
  }
}
