/** A wire to a server that can be cut and mended; TLS goes through it untouched. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { WhenOver } from './bench-world.ts';

export class Wire {
  /** The server's address by way of this wire. */
  readonly url: string;
  readonly #server: Server;
  readonly #port: number;
  readonly #ends: Set<Socket>;

  private constructor(target: string, server: Server, ends: Set<Socket>) {
    this.#server = server;
    this.#ends = ends;
    this.#port = (server.address() as AddressInfo).port;
    const url = new URL(target);
    url.port = String(this.#port);
    this.url = url.href;
  }

  static async to(target: string, whenOver: WhenOver): Promise<Wire> {
    const { hostname, port } = new URL(target);
    const ends = new Set<Socket>();
    const server = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        ends.add(end);
        end.pipe(other);
        end.on('error', () => other.destroy());
        end.on('close', () => {
          ends.delete(end);
          other.destroy();
        });
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const wire = new Wire(target, server, ends);
    whenOver(() => wire.cut());
    return wire;
  }

  /** Whoever is connected is cut off, and nobody answers any more. */
  async cut(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const end of this.#ends) end.destroy();
    await closed;
  }

  async mend(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }
}
