/** The little that a script needs of QEMU's sockets: lines out, lines in. */
import { connect, type Socket } from 'node:net';

export class SocketLines {
  readonly #socket: Socket;
  readonly #lines: string[] = [];
  #wake: (() => void) | undefined;
  #rest = '';
  #over = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data: Buffer) => {
      const parts = (this.#rest + data.toString('latin1')).split('\n');
      this.#rest = parts.pop() ?? '';
      this.#lines.push(...parts);
      this.#wake?.();
    });
    socket.on('close', () => {
      this.#over = true;
      this.#wake?.();
    });
    socket.on('error', () => {});
  }

  /** Tries every 4 ms until the socket is there. */
  static async open(path: string, alive: () => boolean): Promise<SocketLines> {
    for (;;) {
      const socket = connect({ path });
      const open = await new Promise<boolean>((resolve) => socket.once('connect', () => resolve(true)).once('error', () => resolve(false)));
      if (open) return new SocketLines(socket);
      if (!alive()) throw new Error(`QEMU ended before it made ${path}`);
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
  }

  send(line: string): void {
    this.#socket.write(`${line}\n`);
  }

  /** The next line that passes; those before it are dropped. */
  async until(pass: (line: string) => boolean): Promise<string> {
    for (;;) {
      for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) if (pass(line)) return line;
      if (this.#over) throw new Error('QEMU closed a socket');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A JSON request and its answer, on the monitor or to the guest agent. */
export async function ask<T>(socket: SocketLines, execute: string, args?: Record<string, unknown>): Promise<T> {
  socket.send(JSON.stringify({ execute, ...(args ? { arguments: args } : {}) }));
  const line = await socket.until((each) => /"(return|error)"/.test(each));
  const answer = JSON.parse(line) as { return?: T; error?: { desc: string } };
  if (answer.error) throw new Error(`${execute}: ${answer.error.desc}`);
  return answer.return as T;
}
