/** `carrel login` and what the command line does with what it keeps; links and accounts as an operator handles them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TOKENS } from '../../test/support/fake-services.ts';
import { type CliOptions, runCli } from '../../test/support/run-cli.ts';
import { startTestServer, type TestServer } from '../../test/support/test-server.ts';

let server: TestServer;
let home: string;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'carrel-login-'));
  return () => rmSync(home, { recursive: true });
});

/** Somebody who has no address and no token but what `login` keeps. */
const run = (args: string[], options: CliOptions = {}) =>
  runCli(undefined, undefined, args, { ...options, env: { HOME: home, CARREL_DATA: undefined, ...options.env } });
const root = (args: string[]) => runCli(server, 'root', args);
const kept = () => join(home, '.config/carrel/login.json');

test('login keeps a token that only its owner can read, and everything else then needs no address', async () => {
  const asked: [string, boolean | undefined][] = [];
  const ask = async (question: string, options?: { hidden?: boolean }) => {
    asked.push([question, options?.hidden]);
    return question.startsWith('account') ? 'ann' : 'password-of-ann';
  };
  const first = await run(['login', server.baseUrl], { ask });
  expect(first).toMatchObject({ code: 0, out: expect.stringContaining(`signed in to ${server.baseUrl} as ann (user) until`) });
  expect(first.out + first.err).not.toContain(TOKENS.ann);
  expect(asked).toEqual([
    ['account: ', false],
    ['password: ', true],
  ]);
  expect(statSync(kept()).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, '.config/carrel')).mode & 0o777).toBe(0o700);
  expect((await run(['whoami', '--json'])).json).toMatchObject({ account: 'ann', role: 'user', by: 'token', url: server.baseUrl });
  expect((await run(['ls'])).code).toBe(0);
  expect((await run(['--url', `${server.baseUrl}/`, 'whoami'])).out).toContain('ann (user)');
  // The token is for its server: another gets none of it.
  expect(await run(['--url', 'http://127.0.0.1:1', 'whoami'])).toMatchObject({
    code: 7,
    err: expect.stringContaining('carrel login http://127.0.0.1:1'),
  });
  // A data directory that is named goes before it.
  expect((await run(['--data', home, 'whoami'])).code).toBe(6);
  // Again: the token of before is not left behind.
  const before = server.world.tokens.get('ann')?.map((t) => t.id);
  await run(['login', server.baseUrl], { ask });
  expect(server.world.tokens.get('ann')).toHaveLength(1);
  expect(server.world.tokens.get('ann')?.map((t) => t.id)).not.toEqual(before);

  expect((await run(['logout'])).out).toContain(`signed out of ${server.baseUrl}`);
  expect(server.world.tokens.get('ann')).toEqual([]);
  expect(readFileSync(kept(), 'utf8')).not.toContain(TOKENS.ann);
  expect((await run(['logout'])).code).toBe(3);
});

test('without a terminal: from files, by password or by a whole link; a wrong one keeps nothing', async () => {
  const file = join(home, 'secret');
  writeFileSync(file, `${server.baseUrl}/sign-in#code=code-of-bob\n`);
  expect(await run(['login', server.baseUrl, '--code-file', file, '--json'])).toMatchObject({ code: 0, json: { account: 'bob' } });
  writeFileSync(file, 'password-of-ann\n');
  expect((await run(['login', server.baseUrl, '--account', 'ann', '--password-file', file])).code).toBe(0);
  expect((await run(['whoami'])).out).toContain('ann');
  writeFileSync(file, 'wrong\n');
  expect(await run(['login', server.baseUrl, '--account', 'ann', '--password-file', file])).toMatchObject({
    code: 7,
    err: expect.stringContaining('not right'),
  });
  expect((await run(['whoami'])).out).toContain('ann');
  expect(await run(['login', server.baseUrl])).toMatchObject({ code: 2, err: expect.stringContaining('--password-file') });
  expect((await run(['login', 'carrel.example'])).code).toBe(2);
  mkdirSync(join(home, 'else/carrel'), { recursive: true });
  writeFileSync(join(home, 'else/carrel/login.json'), '{');
  expect(await run(['ls'], { env: { XDG_CONFIG_HOME: join(home, 'else') } })).toMatchObject({
    code: 2,
    err: expect.stringContaining('damaged'),
  });
});

test('logout forgets a token that is over, and one whose server is away, and says so', async () => {
  const keep = (url: string) => {
    mkdirSync(join(home, '.config/carrel'), { recursive: true });
    const servers = { [url]: { account: 'ann', token: 'carrel_token-that-is-over', tokenId: '11111111-1111-4111-8111-111111111111' } };
    writeFileSync(kept(), JSON.stringify({ current: url, servers }));
  };
  for (const [url, tokenEnded] of [
    [server.baseUrl, true],
    ['http://127.0.0.1:1', false],
  ] as const) {
    keep(url);
    expect(await run(['logout', '--json'])).toMatchObject({ code: 0, json: { url, tokenEnded } });
    expect(readFileSync(kept(), 'utf8')).not.toContain('over');
  }
  keep('http://127.0.0.1:1');
  expect((await run(['logout'])).out).toContain('did not answer');
});

test('operators invite, reset, switch off and on, and change roles', async () => {
  const invited = await root(['account', 'invite', 'eve', '--role', 'admin', '--json']);
  expect(invited.json).toMatchObject({ account: 'eve', kind: 'invitation', url: `${server.baseUrl}/sign-in#code=code-of-eve` });
  expect(server.world.accounts.find((a) => a.name === 'eve')?.role).toBe('admin');
  // Again, for one that is there.
  expect((await root(['account', 'invite', 'eve'])).out).toBe(`${server.baseUrl}/sign-in#code=code-of-eve\n`);
  expect(server.world.accounts.find((a) => a.name === 'eve')?.role).toBe('admin');
  expect((await root(['account', 'reset', 'eve', '--json'])).json).toMatchObject({ kind: 'reset' });
  expect((await root(['account', 'reset', 'nobody'])).code).toBe(3);
  expect((await root(['account', 'off', 'eve'])).out).toContain('eve is off');
  expect((await root(['account', 'ls'])).out).toMatch(/eve +admin .*since/);
  expect((await root(['account', 'on', 'eve'])).out).toBe('eve is on\n');
  expect((await root(['account', 'role', 'eve', 'user'])).out).toBe('eve is user\n');
  expect((await root(['account', 'role', 'eve', 'king'])).code).toBe(2);
  expect((await root(['account', 'off', 'root'])).code).toBe(4);
  for (const args of [
    ['account', 'off', 'bob'],
    ['account', 'invite', 'mallory'],
    ['account', 'role', 'ann', 'admin'],
    ['session', 'ls', 'bob'],
  ])
    expect([3, 7]).toContain((await runCli(server, 'ann', args)).code);
  const [one] = (await runCli(server, 'ann', ['session', 'ls', '--json'])).json as [{ id: string }];
  expect((await runCli(server, 'ann', ['session', 'rm', one.id])).out).toBe('done\n');
});

test('passwd asks for the present password once and for the new one twice, and shows none', async () => {
  await run(['login', server.baseUrl], { ask: async (question) => (question.startsWith('account') ? 'ann' : 'password-of-ann') });
  const asked: [string, boolean | undefined][] = [];
  const typing = (again: string) => async (question: string, options?: { hidden?: boolean }) => {
    asked.push([question, options?.hidden]);
    return { p: 'password-of-ann', n: 'a new and longer one', t: again }[question[0] as 'p' | 'n' | 't'];
  };
  expect(await run(['passwd'], { ask: typing('another') })).toMatchObject({ code: 2, err: expect.stringContaining('not the same') });
  expect(server.world.calls.some((c) => c.name === 'setPassword')).toBe(false);
  const done = await run(['passwd'], { ask: typing('a new and longer one') });
  expect([done.code, done.out, done.err]).toEqual([0, 'the password is changed\n', '']);
  expect(asked.slice(3)).toEqual([
    ['present password: ', true],
    ['new password: ', true],
    ['the new one again: ', true],
  ]);
  expect(server.world.calls.findLast((c) => c.name === 'setPassword')?.args[1]).toEqual({
    current: 'password-of-ann',
    password: 'a new and longer one',
  });

  const [current, next] = [join(home, 'now'), join(home, 'next')];
  writeFileSync(current, 'password-of-ann\n');
  writeFileSync(next, 'from a file, as scripts do\n');
  expect((await run(['passwd', '--current-file', current, '--password-file', next])).code).toBe(0);
  expect(server.world.calls.findLast((c) => c.name === 'setPassword')?.args[1]).toMatchObject({ password: 'from a file, as scripts do' });
  expect((await run(['passwd', '--current-file', '-', '--password-file', '-'])).code).toBe(2);
  expect((await run(['passwd'])).code).toBe(2);
});
