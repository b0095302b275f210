import { type Ctx, race, withTimeout } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import { LineSocket } from './line-socket.ts';

export interface QmpEvent {
  event: string;
  data: Record<string, unknown>;
}

/** QEMU's run states that we tell apart (`query-status`). */
export type RunState = 'running' | 'paused' | 'inmigrate' | 'internal-error' | 'shutdown' | (string & {});

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: CarrelError) => void;
}

interface Message {
  QMP?: { version?: { qemu?: { major: number; minor: number; micro: number } } };
  return?: unknown;
  error?: { class?: string; desc?: string };
  event?: string;
  data?: Record<string, unknown>;
  id?: number;
}

/** Time that QEMU gets to answer a command, in milliseconds. It answers from its main loop, which a storage stall can hold up. */
const ANSWER_MS = 20_000;

/**
 * A client of the QEMU Machine Protocol over a unix socket. QEMU serves one client at a time; reconnecting is the caller's business.
 * Error codes: `qmp-error` (QEMU refused; `details.class`), `unavailable` (the connection ended), `deadline`, `cancelled`.
 */
export class QmpClient {
  readonly closed: Promise<void>;
  /** `7.2.22`, from the greeting. */
  readonly version: string;
  private readonly socket: LineSocket;
  private readonly waiting: Map<number, Waiting>;
  private readonly listeners: Set<(event: QmpEvent) => void>;
  private next = 1;

  private constructor(socket: LineSocket, version: string, waiting: Map<number, Waiting>, listeners: Set<(event: QmpEvent) => void>) {
    this.socket = socket;
    this.version = version;
    this.waiting = waiting;
    this.listeners = listeners;
    this.closed = socket.closed.then(() => {
      for (const each of waiting.values()) each.reject(new CarrelError('unavailable', 'QEMU closed its monitor', { retry: 'later' }));
      waiting.clear();
    });
  }

  /** Connects, reads the greeting and leaves capabilities negotiation. */
  static async connect(ctx: Ctx, path: string): Promise<QmpClient> {
    const waiting = new Map<number, Waiting>();
    const listeners = new Set<(event: QmpEvent) => void>();
    let greet!: (message: Message) => void;
    const greeting = new Promise<Message>((resolve) => {
      greet = resolve;
    });
    const socket = await LineSocket.connect(ctx, path, (line) => {
      const message = parseMessage(line);
      if (message === undefined) return;
      if (message.QMP) greet(message);
      else dispatch(message, waiting, listeners);
    });
    try {
      const first = await race(
        withTimeout(ctx, ANSWER_MS),
        Promise.race([
          greeting,
          socket.closed.then(() => {
            throw new CarrelError('unavailable', 'QEMU closed its monitor before greeting', { retry: 'later' });
          }),
        ]),
      );
      const v = first.QMP?.version?.qemu;
      const client = new QmpClient(socket, v ? `${v.major}.${v.minor}.${v.micro}` : 'unknown', waiting, listeners);
      await client.execute(ctx, 'qmp_capabilities');
      return client;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Runs one command. The answer's shape is QEMU's; callers name what they read from it. */
  async execute<T = unknown>(ctx: Ctx, command: string, args: Record<string, unknown> = {}, timeoutMs = ANSWER_MS): Promise<T> {
    if (this.socket.isClosed) throw new CarrelError('unavailable', 'QEMU closed its monitor', { retry: 'later' });
    const id = this.next++;
    const answer = new Promise<unknown>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    try {
      return (await race(withTimeout(ctx, timeoutMs), answer)) as T;
    } finally {
      this.waiting.delete(id);
    }
  }

  /** Runs a command of the human monitor and gives its text. */
  async human(ctx: Ctx, line: string): Promise<string> {
    return await this.execute<string>(ctx, 'human-monitor-command', { 'command-line': line });
  }

  async runState(ctx: Ctx): Promise<RunState> {
    return (await this.execute<{ status: RunState }>(ctx, 'query-status')).status;
  }

  /** Calls back for each event; returns how to stop. */
  onEvent(listener: (event: QmpEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.socket.close();
  }
}

function parseMessage(line: Buffer): Message | undefined {
  if (line.length === 0) return undefined;
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}

function dispatch(message: Message, waiting: Map<number, Waiting>, listeners: Set<(event: QmpEvent) => void>): void {
  if (typeof message.event === 'string') {
    for (const listener of listeners) listener({ event: message.event, data: message.data ?? {} });
    return;
  }
  const asked = message.id === undefined ? undefined : waiting.get(message.id);
  if (asked === undefined) return;
  if (message.error) {
    const { class: kind, desc } = message.error;
    asked.reject(
      new CarrelError('qmp-error', `QEMU refused: ${desc ?? 'no reason given'}`, { details: { class: kind ?? 'GenericError' } }),
    );
  } else asked.resolve(message.return);
}
