/** Signing in as a browser does, over the real store: cookies, forged requests, guesses, links, and the ends of a session. */
import { expect, test } from 'vitest';
import { CSRF, HERE, HOUR, PASSWORD, world } from '../../test/support/session-world.ts';
import { Sealer } from '../engine/credentials.ts';
import { sessionServices } from '../services/sessions.ts';
import * as accounts from '../store/accounts.ts';

test('a password signs in: a cookie that scripts, plain lines and other sites do not get', async () => {
  const { signIn, cookieOf, me, person, name, db, bench } = await world();
  await person();
  const answer = await signIn({ account: name, password: PASSWORD });
  expect(answer.statusCode).toBe(200);
  const walls = 'Path=/; HttpOnly; SameSite=Strict';
  expect(answer.headers['set-cookie']).toEqual([
    expect.stringMatching(new RegExp(`^__Host-carrel=[\\w-]{43}; ${walls}; Max-Age=604800; Secure$`)),
    expect.stringMatching(new RegExp(`^__Host-carrel-known=[\\w.-]+; ${walls}; Max-Age=15552000; Secure$`)),
  ]);
  expect(answer.json()).toMatchObject({ account: name, role: 'admin', by: 'password' });
  const cookie = cookieOf(answer);
  expect((await me(cookie)).json()).toEqual(answer.json());
  // What is kept signs nobody in.
  const kept = JSON.stringify(await db.selectFrom('session').selectAll().execute());
  expect(kept).not.toContain(cookie.split('=')[1]);
  const [identity] = await db.selectFrom('identity').selectAll().execute();
  expect(identity).toMatchObject({
    issuer: 'local',
    subject: name,
    passwordHash: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/),
  });
  // The same characters from a keyboard that puts them together in another way.
  const other = sessionServices({ deps: bench.deps, sealer: new Sealer(Buffer.alloc(32, 7)) });
  const who = await other.verifySession(cookie.split('=')[1] as string);
  await other.setPassword(
    who as NonNullable<typeof who>,
    { current: PASSWORD, password: 'Zu\u0308rich ist eine Stadt' },
    { address: HERE, userAgent: '' },
  );
  expect((await signIn({ account: name, password: 'Z\u00fcrich ist eine Stadt' })).statusCode).toBe(200);
});

test('over plain HTTP only this machine itself signs in, with a cookie of another name', async () => {
  const { app, person, name, link, cookieOf } = await world();
  await person();
  const payload = { account: name, password: PASSWORD };
  const local = await app.inject({ method: 'POST', url: '/api/v1/session', payload });
  expect([local.headers['set-cookie']].flat()[0]).toMatch(/^carrel-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
  const code = await link();
  for (const from of [{ remoteAddress: '198.51.100.7' }, { headers: { 'x-forwarded-for': HERE } }]) {
    const answer = await app.inject({ method: 'POST', url: '/api/v1/session', payload: { code }, ...from });
    expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([403, undefined]);
    expect(answer.json()).toMatchObject({ code: 'not-allowed', hint: expect.stringContaining('https') });
  }
  // The link was not used up by that; and the cookie of a plain line is none on the other.
  const cookie = cookieOf(local);
  const mixed = { 'x-forwarded-proto': 'https', cookie };
  expect((await app.inject({ url: '/api/v1/session', headers: mixed })).statusCode).toBe(401);
  expect((await app.inject({ method: 'POST', url: '/api/v1/session', payload: { code } })).statusCode).toBe(200);
});

test('fixation: a cookie that the server did not make is none, and each sign-in makes a new one and ends the old', async () => {
  const { ask, signIn, cookieOf, me, person, name } = await world();
  const before = await person();
  const planted = `__Host-carrel=${'x'.repeat(43)}`;
  expect((await me(planted)).statusCode).toBe(401);
  const payload = { account: name, password: PASSWORD };
  const first = cookieOf(await signIn(payload, { headers: { cookie: planted } }));
  expect(first).not.toBe(planted);
  expect((await me(planted)).statusCode).toBe(401);
  const second = cookieOf(await signIn(payload, { headers: { cookie: first } }));
  expect(second).not.toBe(first);
  expect((await me(first)).statusCode).toBe(401);
  expect((await me(second)).statusCode).toBe(200);
  // Two of that name: a neighbour domain may have planted one, so neither counts.
  for (const two of [`${planted}; ${second}`, `${second}; ${planted}`]) expect((await me(two)).statusCode).toBe(401);
  expect((await me(before)).statusCode).toBe(200);
  const out = await ask('DELETE', '/session', { headers: { cookie: second, ...CSRF } });
  expect(out.headers['set-cookie']).toMatch(/^__Host-carrel=; .*Max-Age=0/);
  expect((await me(second)).statusCode).toBe(401);
});

test('forged: a change by cookie needs the header that other sites cannot send; by token it does not', async () => {
  const { ask, app, signIn, person, me, bench, db, name } = await world();
  const cookie = await person();
  const payload = { name: 'eve', role: 'admin' };
  for (const url of ['/accounts', '/accounts?ticket=x']) {
    const forged = await ask('POST', url, { payload, headers: { cookie, origin: 'https://evil.example' } });
    expect([forged.statusCode, forged.json()]).toMatchObject([
      403,
      { code: 'not-allowed', hint: expect.stringContaining('X-Carrel-CSRF: 1') },
    ]);
  }
  expect(await accounts.findByName(db, 'eve')).toBeUndefined();
  expect((await ask('DELETE', '/session', { headers: { cookie } })).statusCode).toBe(403);
  expect((await me(cookie)).statusCode).toBe(200);
  expect((await ask('POST', '/accounts', { payload, headers: { cookie, ...CSRF } })).statusCode).toBe(201);
  // No other site is ever told that it may send the header.
  const preflight = await app.inject({
    method: 'OPTIONS',
    url: '/api/v1/accounts',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-carrel-csrf' },
  });
  expect(Object.keys(preflight.headers).filter((h) => h.startsWith('access-control'))).toEqual([]);
  // Nor signed in as somebody else by a form.
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data'])
    expect((await signIn({}, { payload: 'account=x', headers: { 'content-type': type } })).statusCode).toBe(415);
  const token = accounts.makeToken();
  await accounts.addToken(db, { id: bench.deps.newId(), accountId: bench.who.accountId, token, label: 'x', now: bench.deps.now() });
  const byToken = { cookie, authorization: `Bearer ${token}` };
  expect((await ask('GET', '/session', { headers: byToken })).json()).toMatchObject({ account: name, by: 'token' });
  expect((await ask('POST', '/accounts', { payload: { ...payload, name: 'bob' }, headers: byToken })).statusCode).toBe(201);
});

test('guesses: the place that guesses waits longer each time, and the right one from elsewhere does not', async () => {
  const { signIn, person, name, bench } = await world();
  await person();
  // A wait is over in the time that a slow machine takes for a password.
  bench.clock.stoppedMs = Date.now();
  const bad = { account: name, password: 'wrong password' };
  const good = { account: name, password: PASSWORD };
  const from = '203.0.113.66';
  const statuses: number[] = [];
  for (let i = 0; i < 7; i++) statuses.push((await signIn(bad, { from })).statusCode);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  const refused = await signIn(good, { from });
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1']);
  expect((await signIn(good)).statusCode).toBe(200);
  // Each further one doubles the wait.
  const waits: string[] = [];
  for (let i = 0; i < 4; i++) {
    bench.clock.skewMs += Number((await signIn(bad, { from })).headers['retry-after']) * 1000;
    expect((await signIn(bad, { from })).statusCode).toBe(401);
    waits.push((await signIn(bad, { from })).headers['retry-after'] as string);
  }
  expect(waits).toEqual(['2', '4', '8', '16']);
  // Whoever waits may try again, and the right one ends it.
  bench.clock.skewMs += 16_000;
  expect((await signIn(good, { from })).statusCode).toBe(200);
  expect((await signIn(bad, { from })).statusCode).toBe(401);
});

test('guesses: a browser that was signed in before is not kept waiting by another at the same address', async () => {
  const w = await world();
  await w.person();
  w.bench.clock.stoppedMs = Date.now();
  const [good, bad] = [PASSWORD, 'wrong password'].map((password) => ({ account: w.name, password })) as [object, object];
  const mark = String([(await w.signIn(good)).headers['set-cookie']].flat()[1]).split(';')[0] as string;
  const by = (payload: object, cookie?: string) => w.signIn(payload, { headers: cookie === undefined ? {} : { cookie } });
  for (let i = 0; i < 6; i++) await by(bad);
  expect((await by(good)).statusCode).toBe(429);
  expect((await by(good, mark)).statusCode).toBe(200);
  // A mark that somebody made up changes nothing; the right one has its own count.
  const value = mark.split('=')[1] as string;
  for (const made of [`x${value}`, value.replace(/.$/, (c) => (c === 'A' ? 'Q' : 'A')), 'a.b.c'.padEnd(40, 'x')])
    expect((await by(good, `__Host-carrel-known=${made}`)).statusCode).toBe(429);
  const statuses: number[] = [];
  for (let i = 0; i < 6; i++) statuses.push((await by(bad, mark)).statusCode);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  // It is over after half a year.
  w.bench.clock.skewMs += 180 * 24 * HOUR + 1000;
  for (let i = 0; i < 6; i++) await by(bad);
  expect((await by(good, mark)).statusCode).toBe(429);
});

test('guesses from everywhere slow down whoever was never there, and nobody who was', async () => {
  const { signIn, person, name, bench } = await world();
  await person();
  bench.clock.stoppedMs = Date.now();
  const bad = { account: name, password: 'wrong password' };
  const statuses = new Map<number, number>();
  for (let i = 0; i < 52; i++) {
    const { statusCode } = await signIn(bad, { from: `203.0.113.${i}` });
    statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
  }
  expect([statuses.get(401), statuses.get(429)]).toEqual([50, 2]);
  expect((await signIn({ account: name, password: PASSWORD }, { from: '203.0.113.200' })).statusCode).toBe(429);
  expect((await signIn({ account: name, password: PASSWORD })).statusCode).toBe(200);
});

test('an account that is not there, one without a password and a wrong one are answered alike', async () => {
  const { signIn, person, name, ask } = await world();
  const cookie = await person();
  await ask('POST', '/accounts', { payload: { name: 'bare', role: 'user' }, headers: { cookie, ...CSRF } });
  const answers = [];
  for (const account of [name, 'bare', 'nobody']) {
    const { statusCode, body } = await signIn({ account, password: 'wrong password' });
    answers.push([statusCode, body.replace(/"requestId":"[^"]*"/, '')]);
  }
  expect(new Set(answers.map((a) => JSON.stringify(a))).size).toBe(1);
  expect(answers[0]?.[0]).toBe(401);
});

test('a link signs in once, until it is over, until a newer one, and not for an account that is switched off', async () => {
  const { signIn, link, bench, db, me, cookieOf, person, name } = await world();
  await person();
  const code = await link();
  const both = await Promise.all([signIn({ code }), signIn({ code })]);
  expect(both.map((a) => a.statusCode).sort((a, b) => a - b)).toEqual([200, 401]);
  expect((await signIn({ code })).json()).toMatchObject({ code: 'unauthorized', detail: expect.stringContaining('used already') });
  const short = await link(1000);
  bench.clock.skewMs += 1000;
  expect((await signIn({ code: short })).statusCode).toBe(401);
  const older = await link();
  const newer = await link();
  expect((await signIn({ code: older })).statusCode).toBe(401);
  await db.updateTable('account').set({ offSince: bench.deps.now() }).execute();
  expect((await signIn({ code: newer })).statusCode).toBe(401);
  const off = await signIn({ account: name, password: PASSWORD });
  expect([off.statusCode, off.json()]).toMatchObject([403, { detail: `the account ${name} is switched off` }]);
  // Who does not know the password is not told.
  expect((await signIn({ account: name, password: 'wrong password' })).statusCode).toBe(401);
  await db.updateTable('account').set({ offSince: null }).execute();
  const cookie = cookieOf(await signIn({ code: newer }));
  expect((await me(cookie)).json()).toMatchObject({ by: 'link' });
  expect((await signIn({ code: '', account: 'a' })).statusCode).toBe(400);
});

test('a session ends when it is idle, and when its time is over however busy it is', async () => {
  const { person, me, bench } = await world();
  const idle = await person();
  bench.clock.skewMs += 12 * HOUR - 1000;
  expect((await me(idle)).statusCode).toBe(200);
  bench.clock.skewMs += 12 * HOUR;
  const over = await me(idle);
  expect([over.statusCode, over.json()]).toMatchObject([401, { detail: 'you are signed out' }]);
  const busy = await person();
  const statuses: number[] = [];
  for (let i = 0; i < 17; i++) {
    bench.clock.skewMs += 10 * HOUR;
    const answer = await me(busy);
    statuses.push(answer.statusCode);
    const { idleEndsAt, endsAt } = answer.json() as { idleEndsAt?: string; endsAt?: string };
    if (idleEndsAt !== undefined) expect(Date.parse(idleEndsAt)).toBeLessThanOrEqual(Date.parse(endsAt as string));
  }
  expect([statuses.indexOf(401), statuses.filter((s) => s === 200).length]).toEqual([16, 16]);
});

test('a new password ends every other session and link, and needs the present one unless a link was used', async () => {
  const { ask, person, me, link, signIn, cookieOf, name } = await world();
  const other = await person();
  const cookie = cookieOf(await signIn({ account: name, password: PASSWORD }));
  const set = (payload: object) => ask('POST', '/session/password', { payload, headers: { cookie, ...CSRF } });
  expect((await set({ password: 'another five words here' })).statusCode).toBe(400);
  expect((await set({ current: 'wrong password', password: 'another five words here' })).statusCode).toBe(401);
  for (const [password, why] of [
    ['short', 'at least 12 characters'],
    ['aaaaaaaaaaaaaaaa', 'different characters'],
    [`${name}${name}${name}${name}-1x`, 'name of the account'],
  ])
    expect((await set({ current: PASSWORD, password })).json()).toMatchObject({
      code: 'bad-request',
      detail: expect.stringContaining(why as string),
    });
  const code = await link();
  const done = await set({ current: PASSWORD, password: 'another five words here' });
  expect(done.statusCode).toBe(200);
  expect([await me(other), await me(cookie)].map((a) => a.statusCode)).toEqual([401, 401]);
  expect((await me(cookieOf(done))).statusCode).toBe(200);
  expect((await signIn({ code })).statusCode).toBe(401);
  expect((await signIn({ account: name, password: PASSWORD })).statusCode).toBe(401);
  expect((await signIn({ account: name, password: 'another five words here' })).statusCode).toBe(200);
});
