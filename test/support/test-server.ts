/** A real API server on a port of its own, over fake services. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type ApiOptions, buildApi } from '../../src/api/server.ts';
import { type Client, makeClient } from '../../src/client/client.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { FakeWorld, fakeServices, type Person, TOKENS } from './fake-services.ts';

export interface TestServer {
  app: FastifyInstance;
  world: FakeWorld;
  baseUrl: string;
  stagingDir: string;
  client(person: Person): Client;
  /** A plain request with the person's token, or none. */
  fetch(path: string, init?: RequestInit & { as?: Person; duplex?: 'half' }): Promise<Response>;
  close(): Promise<void>;
}

export async function startTestServer(options: Partial<ApiOptions> = {}): Promise<TestServer> {
  const world = new FakeWorld();
  const dir = mkdtempSync(join(tmpdir(), 'carrel-api-'));
  const app = await buildApi({
    services: fakeServices(world),
    version: '0.0.0-test',
    log: silentLogger,
    staging: { dir, maxBytes: 1 << 20, maxUnpackedBytes: 1 << 22, keepFreeBytes: 0 },
    ...options,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const baseUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    app,
    world,
    baseUrl,
    stagingDir: dir,
    client: (person) => makeClient({ baseUrl, token: TOKENS[person] }),
    fetch(path, { as, ...init } = {}) {
      const headers = new Headers(init.headers);
      if (as !== undefined) headers.set('authorization', `Bearer ${TOKENS[as]}`);
      return fetch(baseUrl + path, { ...init, headers });
    },
    async close() {
      await app.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Waits for a condition, within a bound; never sleeps for a fixed time. */
export async function eventually(what: string, check: () => boolean | Promise<boolean>, boundMs = 120_000): Promise<void> {
  const end = Date.now() + boundMs;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
