/** The network between a server and its store: it can fall silent, as when a cable is pulled, and come back. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { StoreConn } from '../../src/store/conn.ts';

export class StoreProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Connections that were ever made to it. */
  made = 0;
  readonly #conn: StoreConn;
  #silent = false;

  private constructor(conn: StoreConn, server: Server) {
    this.#conn = conn;
    this.#server = server;
  }

  /** Listens on a port of its own and passes on to the store's socket. */
  static async start(conn: StoreConn): Promise<StoreProxy> {
    const server = createServer();
    const proxy = new StoreProxy(conn, server);
    server.on('connection', (socket) => proxy.#pass(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** A DATABASE_URL that leads through it. */
  get url(): string {
    const { user, database } = this.#conn;
    const { port } = this.#server.address() as AddressInfo;
    return `postgres://${encodeURIComponent(user)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  }

  /** Nothing goes through any more, in either direction, and nobody is told: no connection is closed, and new ones are not answered. */
  silence(): void {
    this.#silent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** What was on its way arrives. */
  speak(): void {
    this.#silent = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #pass(near: Socket): void {
    this.made++;
    const far = connect(join(this.#conn.host, '.s.PGSQL.5432'));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      // By hand and not by pipe, which would let a paused socket flow again.
      from.on('data', (bytes) => to.write(bytes));
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#silent) from.pause();
    }
  }
}
