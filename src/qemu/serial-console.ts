import { connect, type Socket } from 'node:net';
import { type Ctx, race } from '../lib/context.ts';
import { connected } from './connected.ts';
import { SerialJoint } from './serial-joint.ts';
import { SerialLog } from './serial-log.ts';
import { hopelessIn, plainConsole } from './serial-text.ts';

/** So much of what came before is looked at together with what comes, in bytes: longer than any sentence that is looked for. */
const CARRY = 1024;
/** Of what is read for the last lines, in bytes: colours and cursor movements take room and are left out. */
const LAST_READ = 32 * 1024;

/**
 * Our end of a machine's first serial port. It is read as long as the machine lives, so that its log is kept and a boot that has come to
 * nothing is seen at once. What the guest writes while nobody is connected is lost.
 */
export class SerialConsole {
  readonly log: SerialLog;
  /** Why this boot will never come to anything, in a sentence, from the guest's or its firmware's own words; settles at most once a boot. */
  private verdict: string | undefined;
  private readonly waiting = new Set<(why: string) => void>();
  private carry = '';
  private readonly socket: Socket;
  private readonly joined = new Set<SerialJoint>();
  private readonly over: Promise<void>;

  private constructor(log: SerialLog, socket: Socket) {
    this.log = log;
    this.socket = socket;
    this.over = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.once('close', () => {
      for (const joint of this.joined) joint.over();
    });
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      log.write(chunk);
      this.look(chunk);
      for (const joint of this.joined) joint.hear(chunk);
    });
  }

  /** Connects; `unavailable` (nobody listens), `deadline`, `cancelled`. `again` = it may have said things before: those of its log count. */
  static async open(ctx: Ctx, path: string, folder: string, again: boolean): Promise<SerialConsole> {
    const log = await SerialLog.open(folder);
    const socket = connect({ path });
    const console = new SerialConsole(log, socket);
    await connected(ctx, socket, path);
    const mark = again ? CONNECTED : STARTED;
    if (again) {
      const before = (await log.last(LAST_READ)).bytes.toString('latin1');
      console.look(Buffer.from(before.slice(before.lastIndexOf(STARTED) + 1), 'latin1'));
    }
    log.write(Buffer.from(`${mark}${new Date().toISOString()} ---\r\n`));
    return console;
  }

  /** Rejects with the sentence once it is clear that this boot comes to nothing; never resolves. Ends with the context. */
  async hopeless(ctx: Pick<Ctx, 'signal'>): Promise<string> {
    let wake: ((why: string) => void) | undefined;
    try {
      return (
        this.verdict ??
        (await race(
          ctx,
          new Promise<string>((resolve) => {
            wake = resolve;
            this.waiting.add(resolve);
          }),
        ))
      );
    } finally {
      if (wake !== undefined) this.waiting.delete(wake);
    }
  }

  /** The guest starts anew: what was said before is about another boot. */
  forget(): void {
    this.verdict = undefined;
    this.carry = '';
  }

  /** The last lines, cleaned, of at most so many characters. */
  async last(characters: number): Promise<string> {
    const { bytes } = await this.log.last(LAST_READ);
    return plainConsole(bytes.toString('utf8')).trim().slice(-characters).trim();
  }

  /** Somebody at it: what the guest writes from now on, and what is typed. Ends when QEMU closes the port. Any number may be there. */
  join(): SerialJoint {
    const joint = new SerialJoint(this.socket);
    this.joined.add(joint);
    joint.once('close', () => this.joined.delete(joint));
    if (this.socket.destroyed) joint.over();
    return joint;
  }

  /** Resolves when QEMU has closed the port: what it wrote is all here then. */
  get ended(): Promise<void> {
    return this.over;
  }

  /** Lets go; resolves when the log is written and its folder is touched no more. */
  async close(): Promise<void> {
    this.socket.destroy();
    await this.log.close();
  }

  private look(chunk: Buffer): void {
    if (this.verdict !== undefined) return;
    const text = this.carry + chunk.toString('latin1');
    this.carry = text.slice(-CARRY);
    const why = hopelessIn(text);
    if (why === undefined) return;
    this.verdict = why;
    for (const wake of this.waiting) wake(why);
  }
}

const STARTED = '\r\n--- started ';
const CONNECTED = '\r\n--- what was said before this is lost since Carrel did not run: ';
