/** Several servers on one store, as processes. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { joinInstallation } from '../../src/main/join.ts';
import { testDb } from '../../src/store/testing.ts';
import { runCli } from '../support/run-cli.ts';
import { LAUNCHER, TestServer, until } from '../support/server.ts';
import { weather } from '../support/servers-suite.ts';

const run = promisify(execFile);

test('two servers on one store, one of which is killed and one cut off in the middle: four machines, each once, and nothing is left', async () => {
  // With machines on one of the hosts too: servers.long.ts.
  await weather({ servers: 2, reservations: 4, onQemu: 0, kills: 1, freezes: 0, silences: 1, cuts: 1, bootMs: 500, guestSshPort: 2331 });
});

const tokenOf = (server: TestServer): string =>
  (JSON.parse(readFileSync(join(server.dataDir, 'client.json'), 'utf8')) as { token: string }).token;

/** What a WebSocket says until it has said what is looked for. */
async function says(url: string, headers: Record<string, string>, looked: RegExp, typed?: Buffer): Promise<string> {
  const ws = new WebSocket(url.replace(/^http/, 'ws'), { headers });
  let said = '';
  let problem: Error | undefined;
  ws.on('message', (data) => (said += String(data)));
  ws.on('error', (error) => (problem = error));
  ws.on('open', () => typed !== undefined && ws.send(typed));
  try {
    return await until(`${String(looked)} from ${url}`, () => {
      if (problem !== undefined) throw problem;
      return looked.test(said) ? said : undefined;
    });
  } finally {
    ws.terminate();
  }
}

test('a machine on the host of one server is reached through the other: credentials, screen, terminal, SSH, disks that are brought', async () => {
  const t = await testDb(onTestFinished);
  const env = { DATABASE_URL: t.url };
  const asked = new TestServer();
  onTestFinished(() => asked.dispose());
  await asked.start(env, undefined, ['--no-qemu']);
  const dataDir = mkdtempSync(join(tmpdir(), 'carrel-joined-'));
  await joinInstallation({ dataDir, databaseUrl: t.url, keyFile: join(asked.dataDir, 'secrets.key') });
  const other = new TestServer(dataDir);
  onTestFinished(() => other.dispose());
  await other.start(env);
  const { client } = asked;
  const host = await until(
    'where the other is',
    async () => (await client.listServers()).items.find((s) => s.url === other.client.baseUrl)?.hosts[0],
  );
  await client.buildImage({ params: { name: 'starter' }, body: { recipe: 'starter', provider: host } });
  await until('the image', async () => {
    const { state } = await client.showRevision({ params: { name: 'starter', number: 1 } });
    return state === 'preparing' ? undefined : state;
  });
  const made = await asked.reserve('linked');
  expect(made).toMatchObject({ state: 'ready', provider: host });
  expect(other.processes()).toHaveLength(1);
  const { id } = made;

  const way = await client.connectReservation({ params: { id }, body: {} });
  expect(way.password).toBeTruthy();
  expect((await client.serialLog({ params: { id }, query: {} })).text).toMatch(/Machine UUID/);
  const base = `${client.baseUrl}/api/v1/reservations/${id}`;
  const authorization = `Bearer ${tokenOf(asked)}`;
  expect(await says(`${base}/console`, { authorization }, /^RFB 003/)).toMatch(/^RFB/);
  expect(await says(`${base}/tunnel`, { authorization }, /^SSH-2/)).toMatch(/^SSH-2/);
  expect(await says(`${base}/serial-console`, { authorization }, /login:/, Buffer.from('\r'))).toContain('login:');
  // A browser's ticket is the asked server's own.
  const { terminalPath } = await client.consoleTicket({ params: { id } });
  const echo = Buffer.from('echo said-$((40+2))\n');
  expect(await says(`${client.baseUrl}${terminalPath}`, { origin: client.baseUrl }, /said-42/, echo)).toContain('said-42');
  const ssh = ['--data', asked.dataDir, 'ssh', id, '--through-server', '--', 'cat', '/etc/hostname'];
  const { stdout } = await run(LAUNCHER, ssh);
  expect(stdout.trim()).toBe(made.hostname);

  // A disk for that host is taken by its server, which says what is wrong with it.
  const file = join(mkdtempSync(join(tmpdir(), 'carrel-disk-')), 'no-disk.iso');
  onTestFinished(() => rmSync(join(file, '..'), { recursive: true }));
  writeFileSync(file, Buffer.alloc(1 << 16, 1));
  const asking = { env: { CARREL_DATA: asked.dataDir } };
  const brought = await runCli(undefined, undefined, ['image', 'import', file, '--name', 'brought', '--provider', host], asking);
  expect(brought.err).toContain('it is no disk image');
  await until('the word of the other server', () => (/"operation":"uploadImage","status":4/.test(other.stderr) ? true : undefined));

  // Somebody else's stays somebody else's: the word of a server is for who asked.
  await client.createAccount({ body: { name: 'eve', role: 'user' } });
  const { token } = await client.createToken({ params: { account: 'eve' }, body: { label: 'test' } });
  await expect(says(`${base}/console`, { authorization: `Bearer ${token}` }, /^RFB/)).rejects.toThrow('404');

  await other.end('SIGTERM');
  await expect(client.connectReservation({ params: { id }, body: {} })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('which is not there'),
  });
  expect(other.processes()).toHaveLength(1);
  await other.start(env);
  await client.endReservation({ params: { id } });
  expect(await asked.settled(id)).toMatchObject({ state: 'ended' });
  expect(other.traces()).toEqual([]);
});
