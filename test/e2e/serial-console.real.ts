/** `carrel console --text` as a person has it: a terminal, a real server, a real guest's login prompt. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeClient } from '../../src/client/client.ts';
import { LAUNCHER, TestServer, until } from '../support/server.ts';

/** The command in a pseudo-terminal, and after it how that terminal is set. */
function atTerminal(command: string, env: NodeJS.ProcessEnv) {
  const child: ChildProcess = spawn('script', ['-qec', `${command}; echo "code=$?"; stty -a`, '/dev/null'], {
    env: { ...process.env, SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return {
    child,
    type: (keys: string) => {
      said = '';
      child.stdin?.write(keys);
    },
    shows: async (what: RegExp, again?: string) => {
      let typedAt = Date.now();
      await until(String(what), () => {
        // The guest starts its login prompt anew once, with the name that it has by then.
        if (again !== undefined && Date.now() - typedAt > 5_000) {
          typedAt = Date.now();
          child.stdin?.write(again);
        }
        return what.test(said) ? true : undefined;
      });
      return said;
    },
  };
}

test('a terminal at the login prompt of a machine: over a restart of the server, to the end of the account, and the terminal is as it was', async () => {
  const server = new TestServer();
  const dir = mkdtempSync(join(tmpdir(), 'carrel-serial-'));
  onTestFinished(async () => {
    await server.dispose();
    rmSync(dir, { recursive: true, force: true });
  });
  await server.start();
  await server.buildStarter();
  await server.client.createAccount({ body: { name: 'ann', role: 'user' } });
  const { token } = await server.client.createToken({ params: { account: 'ann' }, body: { label: 'test' } });
  const { baseUrl } = server.client;
  const ann = makeClient({ baseUrl, token });
  const { id } = await ann.reserve({ body: { image: 'starter', for: '1h' } });
  expect(await server.settled(id)).toMatchObject({ state: 'ready' });

  const env = { CARREL_URL: baseUrl, CARREL_TOKEN: token, CARREL_DATA: join(dir, 'none'), TMPDIR: dir };
  const seat = atTerminal(`${LAUNCHER} console ${id} --text`, env);
  onTestFinished(() => void seat.child.kill('SIGKILL'));
  await seat.shows(/joined with the serial console/);
  // Nothing but the guest shows what is typed: the terminal itself does not any more.
  seat.type('ann-was-here');
  await seat.shows(/ann-was-here/, '\rann-was-here');
  await server.end('SIGTERM');
  await seat.shows(/trying to join again/);
  await server.start({}, new URL(baseUrl).host);
  await seat.shows(/joined again/);
  seat.type('\rback-again');
  await seat.shows(/back-again/, '\rback-again');
  const { items } = await server.client.listAudit({ query: { subject: id } });
  expect(items.filter(({ action }) => action === 'reservation.serial-opened').map(({ actor }) => actor)).toEqual(['ann', 'ann']);
  await server.client.changeAccount({ params: { account: 'ann' }, body: { off: true } });
  const said = await seat.shows(/code=\d+[^]*-?icanon/);
  expect(said).toContain('code=7');
  expect(said).toMatch(/\sicanon/);
  expect(said).toMatch(/\secho\s/);
});
