/** The first operator's way in: the link that `carrel serve` prints, a password, and the command line, with real processes. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { haveStore } from '../support/made-store.ts';
import { LAUNCHER, until } from '../support/server.ts';

const PASSWORD = 'a password of several words';

async function serve(dataDir: string) {
  const child = spawn(LAUNCHER, ['serve', '--no-qemu', '--data', dataDir, '--listen', '127.0.0.1:0', '--log-level', 'warn'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const over = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await until('the server to answer', () => {
    if (child.exitCode !== null) throw new Error(`the server ended: ${said}`);
    return /serves at (\S+)/.exec(said)?.[1];
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await over;
    return said;
  };
  return { url, stop, link: () => /once within 24 h: (\S+)/.exec(said)?.[1] };
}

test('the first operator comes in by the link that is printed, sets a password, and signs in at a terminal with it', async () => {
  const [data, home] = [mkdtempSync(join(tmpdir(), 'carrel-first-')), mkdtempSync(join(tmpdir(), 'carrel-home-'))];
  onTestFinished(() => [data, home].forEach((dir) => rmSync(dir, { recursive: true, force: true })));
  await haveStore(data);
  const first = await serve(data);
  onTestFinished(async () => void (await first.stop()));
  const link = await until('the link', first.link);
  expect(link).toMatch(new RegExp(`^${first.url}/sign-in#code=[\\w-]{43}$`));
  const send = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${first.url}/api/v1${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const code = link.split('#code=')[1];
  const signedIn = await send('/session', { code });
  expect(await signedIn.json()).toMatchObject({ account: 'admin', role: 'admin', by: 'link' });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] as string;
  expect((await send('/session', { code })).status).toBe(401);
  expect((await send('/session/password', { password: PASSWORD }, { cookie, 'x-carrel-csrf': '1' })).status).toBe(200);

  const carrel = (args: string[], input = '') =>
    spawnSync(LAUNCHER, args, { encoding: 'utf8', input, env: { PATH: process.env.PATH, HOME: home } });
  const login = carrel(['login', first.url, '--account', 'admin', '--password-file', '-'], PASSWORD);
  expect(login).toMatchObject({ status: 0, stdout: expect.stringContaining('as admin (admin)') });
  expect(carrel(['whoami']).stdout).toContain(`admin (admin) at ${first.url}`);
  const invited = carrel(['account', 'invite', 'ann']).stdout.trim();
  expect(carrel(['login', first.url, '--code-file', '-'], invited)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('as ann (user)'),
  });
  expect(carrel(['logout']).status).toBe(0);
  expect(await first.stop()).not.toContain(PASSWORD);

  const second = await serve(data);
  expect(await second.stop()).not.toContain('#code=');
});
