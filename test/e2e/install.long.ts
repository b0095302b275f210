/** `make install`: what lies there afterwards works without the checkout. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT, until } from '../support/server.ts';

test('an installation serves by itself: the portal, passwords; nothing in it says where it was made', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'install-'));
  // PostgreSQL's account must be able to pass through.
  chmodSync(dir, 0o711);
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  execFileSync(process.execPath, [join(ROOT, 'scripts/stage.mjs'), join(dir, 'made'), '/usr'], { stdio: 'pipe' });
  // Nothing in it says where it was made.
  const there = join(dir, 'there');
  renameSync(join(dir, 'made'), there);
  const unit = readFileSync(join(there, 'usr/lib/systemd/system/carrel.service'), 'utf8');
  expect(unit).toContain('ExecStart=/usr/bin/carrel serve --data /var/lib/carrel');

  const carrel = join(there, 'usr/bin/carrel');
  const data = join(dir, 'd');
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: dir, CARREL_DATA: data };
  const server = spawn(carrel, ['serve', '--no-qemu', '--listen', '127.0.0.1:0', '--log-level', 'error'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  onTestFinished(async () => {
    if (server.exitCode !== null) return;
    server.kill('SIGTERM');
    await once(server, 'exit');
  });
  const [, url = '', code = ''] = await until('the server', () => {
    if (server.exitCode !== null) throw new Error(said);
    return /serves at (\S+)[^]*#code=(\S+)/.exec(said) ?? undefined;
  });
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<script')]);
  expect(execFileSync(carrel, ['whoami'], { env, encoding: 'utf8' })).toContain('admin');
  // A package that is not bundled: the hash that a password is held against, also where there is none.
  const send = (body: object) =>
    fetch(`${url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  expect((await send({ account: 'admin', password: 'not the word of anybody' })).status).toBe(401);
  expect((await send({ code })).status).toBe(200);
});
