/**
 * SSH through the server, as a person has it who reaches the server and nothing else: the command line runs in a network namespace of
 * its own, with one way out, to the server's port. The machines are real QEMU, the programs the system's own ssh and scp. And a machine's serial
 * console at a terminal.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Client, makeClient } from '../../src/client/client.ts';
import { makeSshKey } from '../../src/lib/ssh-key.ts';
import { inGuest } from '../support/guest-shell.ts';
import { runCli } from '../support/run-cli.ts';
import { LAUNCHER, TestServer, until } from '../support/server.ts';
import { atTerminal } from '../support/terminal.ts';

/** In the namespace: takes connections where the server has its port, and hands them out through the file system. */
const RELAY = `
import { connect, createServer } from 'node:net';
const [port, out] = process.argv.slice(2);
createServer((from) => {
  const to = connect(out);
  for (const [a, b] of [[from, to], [to, from]]) a.on('error', () => b.destroy()).on('close', () => b.destroy()).pipe(b);
}).listen(Number(port), '127.0.0.1', () => console.log('there'));
`;

const server = new TestServer();
const dir = mkdtempSync(join(tmpdir(), 'tunnel-'));
/** What ssh's own configuration would take for something else: a key and known hosts lie below it. */
const temporary = join(dir, 'a"b %h ${HOME}');
let wayOut: Server;
let relay: ChildProcess;
const own = process.getuid?.() === 0 ? [] : ['--user'];
const people: Record<string, { client: Client; token: string; tokenId: string }> = {};
let id: string;

beforeAll(async () => {
  await server.start();
  await server.buildStarter();
  writeFileSync(join(dir, 'relay.mjs'), RELAY);
  mkdirSync(temporary);
  const { port } = new URL(server.client.baseUrl);
  wayOut = createServer((from) => {
    const to = connect(Number(port), '127.0.0.1');
    for (const [a, b] of [[from, to] as const, [to, from] as const])
      a.on('error', () => b.destroy())
        .on('close', () => b.destroy())
        .pipe(b);
  });
  await new Promise<void>((resolve) => wayOut.listen(join(dir, 'out'), resolve));
  const inside = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath, join(dir, 'relay.mjs'), port, join(dir, 'out')];
  relay = spawn('unshare', [...own, ...own.map(() => '--map-root-user'), '--net', ...inside], {
    env: PATHS,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(relay.stdout as Readable, 'data');
  for (const [name, role] of [
    ['ann', 'user'],
    ['bob', 'user'],
    ['op', 'admin'],
  ] as const) {
    await server.client.createAccount({ body: { name, role } });
    const { token, id: tokenId } = await server.client.createToken({ params: { account: name }, body: { label: 'test' } });
    people[name] = { token, tokenId, client: makeClient({ baseUrl: server.client.baseUrl, token }) };
  }
  ({ id } = await (people.ann as { client: Client }).client.reserve({ body: { image: 'starter', for: '1h' } }));
  expect(await server.settled(id)).toMatchObject({ state: 'ready' });
});
afterAll(async () => {
  relay?.kill('SIGKILL');
  wayOut?.close();
  await server.dispose();
  rmSync(dir, { recursive: true, force: true });
});

interface Run {
  child: ChildProcess;
  out: string;
  err: string;
  done: Promise<number | null>;
}

const PATHS = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
const envOf = (who: string) => ({
  XDG_CONFIG_HOME: join(dir, who),
  CARREL_DATA: '',
  CARREL_URL: server.client.baseUrl,
  CARREL_TOKEN: people[who]?.token,
});

/** Where it comes to nothing, no program is begun and no way matters: so in this process. */
async function asks(who: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, out, err } = await runCli(undefined, undefined, args, { env: envOf(who) });
  return { code, out, err };
}

/** A program in the namespace, for somebody with nothing but an address and a token. */
function start(who: string, command: string[], env: NodeJS.ProcessEnv = {}): Run {
  const child = spawn('nsenter', [...own, '--net', '--target', String(relay.pid), '--', ...command], {
    cwd: dir,
    env: { ...PATHS, HOME: dir, TMPDIR: temporary, ...envOf(who), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const run: Run = { child, out: '', err: '', done: new Promise((resolve) => child.on('close', resolve)) };
  child.stdout?.on('data', (chunk: Buffer) => (run.out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (run.err += chunk.toString()));
  child.stdin?.on('error', () => {});
  return run;
}

async function carrel(who: string, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const run = start(who, [LAUNCHER, ...args]);
  run.child.stdin?.end();
  const code = await run.done;
  return { code, out: run.out, err: run.err };
}

const tunnelsOf = async (subject: string) =>
  (await server.client.listAudit({ query: { subject } })).items.filter(({ action }) => action === 'reservation.tunnel-opened');

test('ssh reaches a machine whose address cannot be reached, by itself; the exit code is that of the command', async () => {
  expect(await carrel('ann', 'ssh', '--direct', id, '--', 'true')).toMatchObject({ code: 255, out: '' });
  expect(await tunnelsOf(id)).toEqual([]);
  const { hostname } = await server.client.showReservation({ params: { id } });
  expect(await carrel('ann', 'ssh', id.slice(0, 8), '--', 'hostname; exit 7')).toEqual({ code: 7, out: `${hostname}\n`, err: '' });
  // By the machine's name too, and where its address would do.
  expect(await carrel('ann', 'ssh', '--through-server', hostname, '--', 'echo inside')).toMatchObject({ code: 0, out: 'inside\n' });
  expect((await tunnelsOf(id)).map(({ actor, subjectId }) => [actor, subjectId])).toEqual([
    ['ann', id],
    ['ann', id],
  ]);
});

test('scp copies both ways, folders too, and what comes back is what went', async () => {
  const sent = join(dir, 'sent');
  mkdirSync(sent);
  writeFileSync(join(sent, 'a b.bin'), randomBytes(3 << 20));
  writeFileSync(join(sent, '100%.txt'), 'Zürich\n');
  expect(await carrel('ann', 'scp', '-r', sent, `${id}:/root/there`)).toEqual({ code: 0, out: '', err: '' });
  expect(await carrel('ann', 'scp', '-r', `${id.slice(0, 8)}:/root/there`, join(dir, 'back'))).toEqual({ code: 0, out: '', err: '' });
  expect(readdirSync(join(dir, 'back')).toSorted()).toEqual(['100%.txt', 'a b.bin']);
  for (const name of readdirSync(sent))
    expect(readFileSync(join(dir, 'back', name)).equals(readFileSync(join(sent, name))), name).toBe(true);
  expect((await carrel('ann', 'scp', `${id}:/root/nothing`, dir)).code).toBe(1);
});

/** In the namespace: says what came back from a forwarded port, and how the command ended. */
const FORWARD = `
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
const child = spawn(process.argv[2], process.argv.slice(3), { stdio: ['ignore', 'pipe', 'inherit'] });
child.stdout.once('data', (line) => {
  const sent = randomBytes(1 << 20);
  const back = [];
  let got = 0;
  const socket = connect(18080, '127.0.0.1', () => socket.write(sent));
  socket.on('error', (error) => console.log(error.message)).on('close', () => child.kill('SIGINT'));
  socket.on('data', (part) => {
    back.push(part);
    if ((got += part.length) < sent.length) return;
    console.log(String(line).trim(), Buffer.concat(back).equals(sent));
    socket.destroy();
  });
});
child.on('close', (code) => console.log('ended with', code));
`;

test('forward opens a port here that leads to one in the guest, within SSH; Ctrl-C closes it', async () => {
  const { hostname } = await server.client.showReservation({ params: { id } });
  await inGuest((people.ann as { client: Client }).client, id, 'nc -ll -p 8080 -e /bin/cat </dev/null >/dev/null 2>&1 &');
  writeFileSync(join(dir, 'forward.mjs'), FORWARD);
  const run = start('ann', [process.execPath, join(dir, 'forward.mjs'), LAUNCHER, 'forward', id, '18080:8080']);
  await run.done;
  expect([run.out, run.err]).toEqual([`127.0.0.1:18080 leads to port 8080 of ${hostname}     (Ctrl-C closes it) true\nended with 0\n`, '']);
});

/** Where the keys for this server's machines lie. */
const keysOf = (who: string): string => join(dir, who, 'carrel/ssh', new URL(server.client.baseUrl).host.replace(':', '_'));

test('with what ssh-config prints, plain ssh knows the machine by name and its key by heart', async () => {
  const { hostname } = await server.client.showReservation({ params: { id } });
  const printed = await carrel('ann', 'ssh-config');
  expect(printed.code).toBe(0);
  expect(printed.out).not.toContain(people.ann?.token);
  const config = join(dir, 'config');
  writeFileSync(config, printed.out, { mode: 0o600 });
  const ssh = async (host: string) => {
    const run = start('ann', ['ssh', '-F', config, '-o', 'BatchMode=yes', host, 'hostname']);
    return [await run.done, run.out, run.err];
  };
  expect(await ssh(`${hostname}.carrel`)).toEqual([0, `${hostname}\n`, '']);
  // Asked for once more it is the same key, and nothing is added.
  expect((await carrel('ann', 'ssh-config', id)).out).toBe(printed.out);
  const known = join(keysOf('ann'), id, 'known_hosts');
  const other = makeSshKey('').publicKey.split(' ').slice(0, 2).join(' ');
  writeFileSync(known, `${id} ${other}\n`);
  const [code, , err] = await ssh(`${id.slice(0, 8)}.carrel`);
  expect([code, String(err).includes('Host key verification failed')]).toEqual([255, true]);
});

test('nobody else gets through: not another person, not an operator, and nobody before it begins', async () => {
  expect(await asks('bob', 'ssh', id, '--', 'true')).toMatchObject({ code: 3, out: '' });
  const foreign = await asks('bob', 'proxy', id);
  expect([foreign.code, foreign.out]).toEqual([3, '']);
  expect(foreign.err).toContain(`there is no reservation ${id}`);
  const operator = await asks('op', 'proxy', id);
  expect([operator.code, operator.err.includes('only ann may connect')]).toEqual([7, true]);
  const later = await (people.ann as { client: Client }).client.reserve({ body: { image: 'starter', at: 'tomorrow 14:00', for: '1h' } });
  const early = await asks('ann', 'proxy', later.id);
  expect([early.code, early.out, early.err.includes('it begins at')]).toEqual([4, '', true]);
  expect((await tunnelsOf(id)).filter(({ actor }) => actor !== 'ann')).toEqual([]);
});

test('a terminal at the login prompt of a machine: over a restart of the server, to the end of the account, and the terminal is as it was', async () => {
  const { client, token } = people.ann as { client: Client; token: string };
  const { baseUrl } = client;
  const at = { CARREL_URL: baseUrl, CARREL_TOKEN: token, CARREL_DATA: join(dir, 'none'), TMPDIR: dir };
  const seat = atTerminal(`${LAUNCHER} console ${id} --text`, at);
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
  // For the tests that follow.
  await server.client.changeAccount({ params: { account: 'ann' }, body: { off: false } });
  const again = await server.client.createToken({ params: { account: 'ann' }, body: { label: 'again' } });
  people.ann = { token: again.token, tokenId: again.id, client: makeClient({ baseUrl, token: again.token }) };
});

test('what is open ends with the token it was opened by, and with the machine; each says so', async () => {
  const { client } = people.ann as { client: Client };
  const own = await client.createToken({ params: { account: 'ann' }, body: { label: 'lost' } });
  const lost = start('ann', [LAUNCHER, 'proxy', id], { CARREL_TOKEN: own.token });
  await until('the banner of the guest', () => lost.out.startsWith('SSH-2.0-') || undefined);
  await client.deleteToken({ params: { account: 'ann', token: own.id } });
  expect([await lost.done, lost.err.includes('the sign-in is over')]).toEqual([1, true]);

  const session = start('ann', [LAUNCHER, 'ssh', id, '--', 'echo up; sleep 10000']);
  await until('the session', () => session.out === 'up\n' || undefined);
  await client.endReservation({ params: { id } });
  expect([await session.done, session.err.includes('the reservation is ending')]).toEqual([255, true]);
  await server.settled(id);
  const ended = await asks('ann', 'ssh', id, '--', 'true');
  expect([ended.code, ended.err.includes('the reservation is ended')]).toEqual([4, true]);
  // Its key goes too, and none of those that another server's machines have.
  const elsewhere = join(dir, 'ann/carrel/ssh/lab.example.org', '5f0f7d5e-0000-4000-8000-000000000001');
  mkdirSync(elsewhere, { recursive: true });
  expect(await asks('ann', 'ssh-config')).toMatchObject({ code: 0, out: '' });
  expect(readdirSync(keysOf('ann'))).not.toContain(id);
  expect(existsSync(elsewhere)).toBe(true);
});
