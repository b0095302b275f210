/** Sessions, tokens and links of accounts as their people and operators handle them, over the real store. */
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { WebSocket } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import { FakeWorld, fakeServices } from '../../test/support/fake-services.ts';
import { another, CSRF, HERE, PASSWORD, waitingForLocks, world } from '../../test/support/session-world.ts';
import { until } from '../../test/support/server.ts';
import { Sealer } from '../engine/credentials.ts';
import { accountServices } from '../services/accounts.ts';
import type { Parts } from '../services/parts.ts';
import { sessionServices } from '../services/sessions.ts';
import { LOOK_EVERY_MS } from '../services/sign-ins.ts';
import * as accounts from '../store/accounts.ts';

test('a program signs in for a token of its own, without a session', async () => {
  const { ask, app, person, name, link, db } = await world();
  await person();
  const open = { payload: { account: name, password: PASSWORD, label: 'x' }, remoteAddress: HERE };
  expect((await app.inject({ method: 'POST', url: '/api/v1/session/token', ...open })).json()).toMatchObject({ code: 'not-allowed' });
  const before = await db.selectFrom('session').select('id').execute();
  const made = await ask('POST', '/session/token', { payload: { account: name, password: PASSWORD, label: 'laptop', for: '2h' } });
  expect([made.statusCode, made.headers['set-cookie']]).toEqual([201, undefined]);
  const { token } = made.json() as { token: string };
  const me = await ask('GET', '/session', { headers: { authorization: `Bearer ${token}` } });
  expect(me.json()).toMatchObject({ account: name, by: 'token', endsAt: (made.json() as { expiresAt: string }).expiresAt });
  expect((await ask('POST', '/session/token', { payload: { account: name, password: 'wrong password', label: 'x' } })).statusCode).toBe(
    401,
  );
  // A span that is none uses no link up.
  const code = await link();
  expect((await ask('POST', '/session/token', { payload: { code, label: 'x', for: 'ever' } })).statusCode).toBe(400);
  expect((await ask('POST', '/session/token', { payload: { code, label: 'x' } })).statusCode).toBe(201);
  expect((await ask('POST', '/session/token', { payload: { code, label: 'x' } })).statusCode).toBe(401);
  expect(await db.selectFrom('session').select('id').execute()).toEqual(before);
});

test("one sees and ends one's own sessions; an operator those of others", async () => {
  const w = await world();
  const operator = await w.person();
  const [bob, eve] = [await another(w, operator, 'bob'), await another(w, operator, 'eve')];
  const list = async (cookie: string, query = '') => w.ask('GET', `/sessions${query}`, { headers: { cookie } });
  const { items } = (await list(bob)).json() as { items: { id: string; current: boolean }[] };
  expect(items).toMatchObject([{ current: true, by: 'link', address: HERE }]);
  expect((await list(eve, '?account=bob')).statusCode).toBe(404);
  const end = (cookie: string, id: string, query = '') => w.ask('DELETE', `/sessions/${id}${query}`, { headers: { cookie, ...CSRF } });
  const id = items[0]?.id as string;
  expect((await end(eve, id)).statusCode).toBe(404);
  expect((await end(eve, id, '?account=bob')).statusCode).toBe(404);
  expect((await end(operator, id)).statusCode).toBe(404);
  expect((await w.me(bob)).statusCode).toBe(200);
  expect((await end(operator, id, '?account=bob')).statusCode).toBe(200);
  expect((await w.me(bob)).statusCode).toBe(401);
  expect((await list(operator, '?account=bob')).json()).toEqual({ items: [] });
});

test('an account that is switched off is out at once, with all that is open by it; on again, its tokens are good', async () => {
  const w = await world();
  const operator = await w.person();
  const bob = await another(w, operator, 'bob');
  const token = accounts.makeToken();
  const account = (await accounts.findByName(w.db, 'bob')) as { id: string };
  await accounts.addToken(w.db, { id: w.bench.deps.newId(), accountId: account.id, token, label: 'x', now: w.bench.deps.now() });
  const services = {
    ...accountServices({ deps: w.bench.deps } as Parts),
    ...sessionServices({ deps: w.bench.deps, sealer: new Sealer(Buffer.alloc(32, 7)) }),
  };
  const released = new AbortController();
  onTestFinished(() => released.abort());
  const open = async (who: Awaited<ReturnType<typeof services.verifyToken>>) =>
    services.untilSignedOut(who as NonNullable<typeof who>, released.signal);
  const signals = [await open(await services.verifySession(bob.split('=')[1] as string)), await open(await services.verifyToken(token))];
  const kept = await open(await services.verifySession(operator.split('=')[1] as string));
  const change = (payload: object, name = 'bob', cookie = operator) =>
    w.ask('PATCH', `/accounts/${name}`, { payload, headers: { cookie, ...CSRF } });
  const byToken = async () => (await w.ask('GET', '/session', { headers: { authorization: `Bearer ${token}` } })).statusCode;
  expect((await change({ off: true }, 'bob', bob)).statusCode).toBe(403);
  expect((await change({ off: true })).json()).toMatchObject({ name: 'bob', offSince: expect.any(String) });
  expect([(await w.me(bob)).statusCode, await byToken()]).toEqual([401, 401]);
  await Promise.all(
    signals.map((s) => new Promise<void>((resolve) => (s.aborted ? resolve() : s.addEventListener('abort', () => resolve())))),
  );
  expect(kept.aborted).toBe(false);
  const link = await w.ask('POST', '/accounts/bob/link', { payload: { kind: 'reset' }, headers: { cookie: operator, ...CSRF } });
  expect(link.json()).toMatchObject({ code: 'wrong-state', hint: expect.stringContaining('account on bob') });
  expect((await change({ off: false })).json()).not.toHaveProperty('offSince');
  expect([(await w.me(bob)).statusCode, await byToken()]).toEqual([401, 200]);
  // A role counts from the next request on, and what is open by the old one is closed.
  const again = await open(await services.verifyToken(token));
  expect((await change({ role: 'admin' })).json()).toMatchObject({ role: 'admin' });
  await new Promise<void>((resolve) => (again.aborted ? resolve() : again.addEventListener('abort', () => resolve())));
  expect((await w.ask('GET', '/accounts', { headers: { authorization: `Bearer ${token}` } })).statusCode).toBe(200);
});

test('what a browser has open by its cookie ends at the next look after its account was switched off, where nobody was notified', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const over = new AbortController();
  onTestFinished(() => {
    over.abort();
    vi.useRealTimers();
  });
  const machines = new FakeWorld();
  const { id } = machines.addReservation('ann', { state: 'ready' });
  const sides = { console: new PassThrough(), terminal: new PassThrough() };
  machines.openShell = async () => ({ stream: sides.terminal, resize: () => {}, close: () => void sides.terminal.destroy() });
  const w = await world({ deaf: true, more: { ...fakeServices(machines), openConsole: async () => sides.console } });
  const operator = await w.person();
  const ann = await another(w, operator, 'ann');
  await w.app.listen({ host: '127.0.0.1', port: 0 });
  const at = `127.0.0.1:${(w.app.server.address() as AddressInfo).port}/api/v1`;
  const from = (cookie: string) => ({
    cookie,
    'x-forwarded-for': HERE,
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'carrel.example',
  });

  const stream = async (cookie: string) => {
    const answer = await fetch(`http://${at}/events`, { headers: from(cookie), signal: over.signal });
    expect(answer.status).toBe(200);
    return { ended: answer.text().then(() => 'ended') };
  };
  const socket = async (path: keyof typeof sides) => {
    const ws = new WebSocket(`ws://${at}/reservations/${id}/${path}`, { headers: { ...from(ann), origin: 'https://carrel.example' } });
    const ended = new Promise<string>((resolve) => ws.addEventListener('close', ({ code, reason }) => resolve(`${code} ${reason}`)));
    await new Promise<void>((resolve, reject) => {
      ws.addEventListener('open', () => resolve());
      ws.addEventListener('error', () => reject(new Error(`the ${path} was refused`)));
    });
    return { ended };
  };
  const open = [await stream(ann), await socket('console'), await socket('terminal')];
  let kept = true;
  (await stream(operator)).ended.then(
    () => (kept = false),
    () => {},
  );
  const off = await w.ask('PATCH', '/accounts/ann', { payload: { off: true }, headers: { cookie: operator, ...CSRF } });
  expect([off.statusCode, (await w.me(ann)).statusCode]).toEqual([200, 401]);
  expect(Object.values(sides).map((side) => side.destroyed)).toEqual([false, false]);
  vi.advanceTimersByTime(LOOK_EVERY_MS);
  const signedOut = '1008 the sign-in is over';
  expect(await Promise.all(open.map(({ ended }) => ended))).toEqual(['ended', signedOut, signedOut]);
  await until('the machine to be let go', () => Object.values(sides).every((side) => side.destroyed) || undefined);
  expect(kept).toBe(true);
});

test('there is always an operator: nobody changes their own account, and of two who switch each other off one stays', async () => {
  const w = await world();
  const one = await w.person();
  const two = await another(w, one, 'two', 'admin');
  const change = (cookie: string, name: string, payload: object) =>
    w.ask('PATCH', `/accounts/${name}`, { payload, headers: { cookie, ...CSRF } });
  expect((await change(one, w.name, { off: true })).json()).toMatchObject({ code: 'wrong-state' });
  expect((await change(two, 'two', { role: 'user' })).json()).toMatchObject({ code: 'wrong-state' });
  expect((await change(one, 'nobody', { off: true })).statusCode).toBe(404);
  // Both in the same moment: each has begun, and waits for what the test holds.
  let both: Promise<{ statusCode: number }[]> | undefined;
  await w.bench.store.tx(async (tx) => {
    await accounts.lockOperators(tx);
    both = Promise.all([change(one, 'two', { off: true }), change(two, w.name, { role: 'user' })]);
    await until('both to wait', async () => ((await waitingForLocks(w.db)) === 2 ? true : undefined));
  });
  expect((await both)?.filter((a) => a.statusCode === 200)).toHaveLength(1);
  const left = await w.db.selectFrom('account').select('name').where('role', '=', 'admin').where('offSince', 'is', null).execute();
  expect(left).toHaveLength(1);
});
