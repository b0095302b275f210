/** A terminal, or a pipe, joined with the serial console of a machine by way of the server. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiError } from '../client/errors.ts';
import { CarrelError } from '../lib/errors.ts';
import { patiently } from './patience.ts';
import type { Session } from './session.ts';
import { openStream, type Tunnel } from './tunnel.ts';

/** Ctrl-], with which telnet and `virsh console` are left. */
const ESCAPE = 0x1d;
/** Between a connection that broke and the next, in milliseconds. */
const AGAIN_MS = 500;
/** Somebody else has it: see the contract. */
const TAKEN = 4409;

export interface SerialOptions {
  id: string;
  hostname: string;
  force: boolean;
  /** Of a pipe: so long the machine must have said nothing, after all was typed, before it is left. */
  lingerMs: number;
}

/** Until the person leaves, the pipe has ended, or nobody can be there any more. A server that is restarted is waited for. */
export async function joinSerialConsole(session: Session, options: SerialOptions): Promise<void> {
  const { io } = session;
  const person = new Person(session, options.lingerMs);
  let restore = (): void => {};
  const word = randomUUID();
  const open = async (force: boolean): Promise<Tunnel> => {
    const query = { session: word, ...(force ? { force } : {}) };
    return await openStream(session, 'serialConsole', { params: { id: options.id }, query });
  };
  try {
    let joined: Tunnel | undefined = await open(options.force);
    restore = io.onInterrupt(() => person.leave());
    person.takeTerminal();
    session.say(
      `joined with the serial console of ${options.hostname}${person.types ? '; Ctrl-] leaves it, Enter shows a prompt that is there' : ''}`,
    );
    while (joined !== undefined) {
      const { code, reason } = await person.isAt(joined);
      if (person.gone.aborted) return;
      if (code === TAKEN) throw new CarrelError('busy', reason);
      session.say(`console: ${reason === '' ? 'the connection broke' : reason}; trying to join again`);
      joined = await again(session, options.id, person.gone, () => open(false));
      if (joined !== undefined) session.say('console: joined again');
    }
  } finally {
    person.letGo();
    restore();
  }
}

/** Undefined once there is nothing to be joined with: the person left, or the machine is off. */
async function again(session: Session, id: string, gone: AbortSignal, open: () => Promise<Tunnel>): Promise<Tunnel | undefined> {
  try {
    await pause(AGAIN_MS, undefined, { signal: gone });
    const joined = await patiently(gone, open);
    if (joined === undefined) throw new CarrelError('wrong-state', 'the reservation is over');
    return joined;
  } catch (error) {
    if (gone.aborted) return undefined;
    if (!(error instanceof ApiError) || error.code !== 'wrong-state') throw error;
    const now = await patiently(gone, () => session.client.showReservation({ params: { id } }, { signal: gone }));
    if (now === undefined || now.state === 'ended' || now.state === 'failed' || now.state === 'ending')
      throw new CarrelError('wrong-state', 'the reservation is over', { cause: error });
    session.say(`console: ${error.message}`);
    return undefined;
  }
}

/** Who types, and reads. */
class Person {
  /** At a terminal: each key counts, and one of them leaves. */
  readonly types: boolean;
  readonly #io: Session['io']['bytes'];
  readonly #lingerMs: number;
  readonly #leaving = new AbortController();
  #joined: Tunnel | undefined;
  #ended = false;
  #taken = false;
  #listens = false;
  #lingering: NodeJS.Timeout | undefined;

  constructor({ io }: Session, lingerMs: number) {
    this.#io = io.bytes;
    this.types = this.#io.raw !== undefined;
    this.#lingerMs = lingerMs;
  }

  get gone(): AbortSignal {
    return this.#leaving.signal;
  }

  leave(): void {
    this.#leaving.abort();
    // What was typed before is still sent.
    this.#joined?.stream.end();
  }

  /** Keys are not the terminal's own any more; what was typed before somebody listens waits. */
  takeTerminal(): void {
    this.#taken = true;
    this.#io.raw?.(true);
  }

  /** Joined until the connection closes; says how. Between two connections keys are lost, but for the one that leaves; a pipe waits. */
  async isAt(joined: Tunnel): Promise<{ code: number; reason: string }> {
    const { input, output } = this.#io;
    this.#joined = joined;
    const { stream, closed } = joined;
    stream.on('data', (chunk: Buffer) => {
      this.#linger();
      if (output.write(chunk)) return;
      stream.pause();
      output.once('drain', () => stream.resume());
    });
    stream.on('drain', () => input.resume());
    if (!this.#listens) {
      this.#listens = true;
      input.on('data', this.#typed).once('end', this.#end).once('error', this.#end);
    }
    input.resume();
    if (this.#leaving.signal.aborted) this.leave();
    const how = await closed;
    this.#joined = undefined;
    if (!this.types) input.pause();
    return how;
  }

  /** The terminal as it was; nothing more is read. */
  letGo(): void {
    const { input, raw } = this.#io;
    clearTimeout(this.#lingering);
    input.off('data', this.#typed).off('end', this.#end).off('error', this.#end);
    if (this.#taken) raw?.(false);
    // Else the process would wait for more of it.
    input.destroy();
    this.#joined?.stream.destroy();
  }

  readonly #typed = (chunk: Buffer): void => {
    const at = this.types ? chunk.indexOf(ESCAPE) : -1;
    const typed = at < 0 ? chunk : chunk.subarray(0, at);
    if (typed.length > 0 && this.#joined !== undefined && !this.#joined.stream.write(typed) && !this.types) this.#io.input.pause();
    if (at >= 0) this.leave();
  };

  readonly #end = (): void => {
    this.#ended = true;
    this.#linger();
  };

  /** A pipe that has ended leaves once the machine is silent. */
  #linger(): void {
    if (!this.#ended) return;
    clearTimeout(this.#lingering);
    this.#lingering = setTimeout(() => this.leave(), this.#lingerMs);
  }
}
