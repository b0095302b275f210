/** The API over the real store, asked as a browser behind a proxy with TLS asks it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { sql } from 'kysely';
import { expect, onTestFinished } from 'vitest';
import { makeBench } from './engine.ts';
import { Sealer } from '../../src/engine/credentials.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { accountServices } from '../../src/services/accounts.ts';
import { sessionServices } from '../../src/services/sessions.ts';
import type { Services } from '../../src/services/interface.ts';
import type { Parts } from '../../src/services/parts.ts';
import * as sessions from '../../src/store/sessions.ts';
import { buildApi } from '../../src/api/server.ts';

export const PASSWORD = 'four words and a pony';
export const HOUR = 3_600_000;
export const HERE = '198.51.100.7';
export const CSRF = { 'x-carrel-csrf': '1' };

/** A store whose notifications are all lost. */
export function deafStore<S extends object>(store: S): S {
  return Object.assign(Object.create(store) as S, { listen: () => Promise.reject(new Error('lost')) });
}

/** `deaf`: nothing is notified; `more`: what else the API offers. */
export async function world({ deaf = false, more = {} }: { deaf?: boolean; more?: Partial<Services> } = {}) {
  const bench = await makeBench(onTestFinished);
  const dir = mkdtempSync(join(tmpdir(), 'carrel-session-'));
  const deps = deaf ? { ...bench.deps, store: deafStore(bench.deps.store) } : bench.deps;
  const parts = { deps, sealer: new Sealer(Buffer.alloc(32, 7)) } as Parts;
  const app = await buildApi({
    services: { ...more, ...accountServices(parts), ...sessionServices(parts) } as Services,
    version: 'test',
    log: silentLogger,
    staging: { dir, maxBytes: 1, maxUnpackedBytes: 1, keepFreeBytes: 0 },
    trustProxy: '127.0.0.1',
    now: () => bench.deps.now(),
    refusalsPerMinute: 1000,
  });
  onTestFinished(async () => {
    await app.close();
    rmSync(dir, { recursive: true });
  });
  /** As through a proxy with TLS, from an address. */
  const ask = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, more: Partial<InjectOptions> & { from?: string } = {}) => {
    const { from = HERE, headers, ...rest } = more;
    const proxied = { 'x-forwarded-for': from, 'x-forwarded-proto': 'https', host: 'carrel.example', ...headers };
    return app.inject({ method, url: `/api/v1${url}`, headers: proxied, ...rest });
  };
  const cookieOf = (answer: Awaited<ReturnType<typeof ask>>) =>
    String([answer.headers['set-cookie']].flat()[0] ?? '').split(';')[0] as string;
  const signIn = (payload: object, more: Parameters<typeof ask>[2] = {}) => ask('POST', '/session', { payload, ...more });
  const me = (cookie: string) => ask('GET', '/session', { headers: { cookie } });
  const { db } = bench.store;
  const link = async (forMs = HOUR) => {
    const [code, now] = [sessions.makeSecret(), bench.deps.now()];
    const expiresAt = new Date(now.getTime() + forMs);
    await sessions.addLink(db, {
      id: bench.deps.newId(),
      accountId: bench.who.accountId,
      kind: 'reset',
      code,
      createdBy: 'x',
      now,
      expiresAt,
    });
    return code;
  };
  /** With a password, set by a link. */
  const person = async () => {
    const cookie = cookieOf(await signIn({ code: await link() }));
    const set = await ask('POST', '/session/password', { payload: { password: PASSWORD }, headers: { cookie, ...CSRF } });
    expect(set.statusCode).toBe(200);
    return cookieOf(set);
  };
  return { bench, app, ask, signIn, cookieOf, me, link, person, db, name: bench.who.name };
}

/** An account with a signed-in browser, made by an operator. */
export async function another(w: Awaited<ReturnType<typeof world>>, operator: string, name: string, role: 'user' | 'admin' = 'user') {
  const headers = { cookie: operator, ...CSRF };
  await w.ask('POST', '/accounts', { payload: { name, role }, headers });
  const link = await w.ask('POST', `/accounts/${name}/link`, { payload: { kind: 'invitation' }, headers });
  expect(link.statusCode).toBe(201);
  return w.cookieOf(await w.signIn({ code: (link.json() as { code: string }).code }));
}

/** How many connections to this database wait for a lock that another holds. */
export async function waitingForLocks(db: Awaited<ReturnType<typeof world>>['db']): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
  return rows[0]?.n ?? 0;
}
