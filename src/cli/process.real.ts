/** The command line as its users run it: bin/carrel in a process of its own, with a real ssh and a real shell. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSshKey } from '../lib/ssh-key.ts';
import { TOKENS } from '../../test/support/fake-services.ts';
import { eventually, startTestServer, type TestServer } from '../../test/support/test-server.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/carrel', import.meta.url));
const BOUND_MS = 60_000;

let server: TestServer;
let dir: string;
beforeAll(async () => {
  server = await startTestServer();
  dir = mkdtempSync(join(tmpdir(), 'carrel-process-'));
  // Builds the bundle if it is older than its sources.
  expect((await run(['exit-codes']).done).code).toBe(0);
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Result {
  code: number | null;
  out: string;
  err: string;
}

function start(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
  stdin: 'ignore' | 'pipe' = 'ignore',
): { child: ChildProcess; said: Result; done: Promise<Result> } {
  const child = spawn(program, args, {
    env: { ...process.env, CARREL_URL: server.baseUrl, CARREL_TOKEN: TOKENS.ann, TMPDIR: dir, ...env },
    stdio: [stdin, 'pipe', 'pipe'],
  });
  const said: Result = { code: null, out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const done = new Promise<Result>((resolve) =>
    child.on('close', (code) => {
      said.code = code;
      resolve(said);
    }),
  );
  return { child, said, done };
}

const run = (args: string[], env?: NodeJS.ProcessEnv) => start(LAUNCHER, args, env);

/** An SSH server for one key pair of its own, which lets in the key that was given to the fake's `connect`. */
async function sshServer(): Promise<{ port: number; hostKey: string; close: () => void; commands: string[] }> {
  const host = makeSshKey('');
  const commands: string[] = [];
  const sshd = new ssh2.Server({ hostKeys: [host.privateKey] }, (client) => {
    client.on('error', () => {});
    client.on('authentication', (attempt) => {
      const asked = server.world.calls.findLast((c) => c.name === 'connect')?.args[1] as { publicKey: string } | undefined;
      const allowed = ssh2.utils.parseKey(asked?.publicKey ?? '');
      if (attempt.method !== 'publickey' || allowed instanceof Error || !attempt.key.data.equals(allowed.getPublicSSH()))
        return attempt.reject();
      if (attempt.signature && attempt.blob && !allowed.verify(attempt.blob, attempt.signature, attempt.hashAlgo)) return attempt.reject();
      attempt.accept();
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, info) => {
        commands.push(info.command);
        const stream = acceptExec();
        stream.write(`ran ${info.command}\n`);
        stream.exit(42);
        stream.end();
      });
    });
  });
  await new Promise<void>((resolve) => sshd.listen(0, '127.0.0.1', () => resolve()));
  const [type, data] = host.publicKey.split(' ');
  return { port: (sshd.address() as AddressInfo).port, hostKey: `${type} ${data}`, close: () => sshd.close(), commands };
}

test('ssh logs in with a key of its own and gives back the exit code of the command; nothing of it stays', async () => {
  const sshd = await sshServer();
  const { id } = server.world.addReservation('ann', { state: 'ready' });
  Object.assign(server.world.connection, { port: sshd.port, hostKeys: [sshd.hostKey] });
  // Without `--` an option of the command arrives too.
  const result = await run(['ssh', id.slice(0, 8), 'uname', '-a']).done;
  expect(result).toMatchObject({ code: 42, out: 'ran uname -a\n' });
  expect(readdirSync(dir).filter((name) => name.startsWith('carrel-ssh-'))).toEqual([]);
  sshd.close();
});

test('ssh refuses a machine that shows another host key than it told, or none', async () => {
  const sshd = await sshServer();
  const { id } = server.world.addReservation('ann', { state: 'ready' });
  const other = makeSshKey('').publicKey.split(' ').slice(0, 2).join(' ');
  Object.assign(server.world.connection, { port: sshd.port, hostKeys: [other] });
  const wrong = await run(['ssh', id, '--', 'true']).done;
  expect([wrong.code, wrong.err.includes('Host key verification failed')]).toEqual([255, true]);
  Object.assign(server.world.connection, { hostKeys: [] });
  const none = await run(['ssh', id, '--', 'true']).done;
  expect([none.code, none.err.includes('no host key')]).toEqual([1, true]);
  expect(sshd.commands).toEqual([]);
  sshd.close();
});

test('without ssh it says what to install', async () => {
  const { id } = server.world.addReservation('ann', { state: 'ready' });
  Object.assign(server.world.connection, { hostKeys: ['ssh-ed25519 AAAA'] });
  const { code, err } = await start(process.execPath, [LAUNCHER, 'ssh', id], { PATH: '/nonexistent' }).done;
  expect([code, err.includes('apt-get install openssh-client')]).toEqual([1, true]);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s while it waits: 130, and the reservation goes on', async (signal) => {
  server.world.reservations.clear();
  const { child, said, done } = run(['reserve', 'starter']);
  await eventually('the wait', () => server.world.reservations.size === 1 && said.err.includes('queued'), BOUND_MS);
  child.kill(signal);
  const { code, err } = await done;
  const [id] = [...server.world.reservations.keys()] as [string];
  expect(code).toBe(130);
  expect(err).toContain(`carrel end ${id.slice(0, 8)}`);
  expect(server.world.reservations.get(id)?.state).toBe('preparing');
});

test('console carries the screen to a local port', async () => {
  const vnc = createServer((socket) => socket.on('error', () => {}).end('RFB 003.008\n'));
  server.world.consoleSocket = join(dir, 'vnc.sock');
  await new Promise<void>((resolve) => vnc.listen(server.world.consoleSocket, resolve));
  const { id } = server.world.addReservation('ann', { state: 'ready' });
  const { child, said, done } = run(['console', id]);
  await eventually('the port', () => said.out.includes('vncviewer'), BOUND_MS);
  const viewer = connect(Number(/::(\d+)/.exec(said.out)?.[1]), '127.0.0.1');
  let got = '';
  viewer.on('data', (chunk: Buffer) => (got += chunk.toString()));
  await eventually('the greeting', () => got === 'RFB 003.008\n', BOUND_MS);
  child.kill('SIGINT');
  expect((await done).code).toBe(0);
  vnc.close();
});

test('a reader that has seen enough is no error', async () => {
  for (let i = 0; i < 2000; i++) server.world.addReservation('ann');
  const { out, err } = await start('bash', ['-c', `${LAUNCHER} ls --json | head -c 10; echo " \${PIPESTATUS[0]}"`]).done;
  server.world.reservations.clear();
  expect([out.endsWith(' 0\n'), err]).toEqual([true, '']);
});

test('an answer that cannot be written is said in a line', async () => {
  const { code, err } = await start('sh', ['-c', `${LAUNCHER} exit-codes > /dev/full`]).done;
  expect([code, err]).toEqual([1, expect.stringMatching(/^carrel: the answer could not be written: ENOSPC.*\n$/)]);
});

test('Tab in bash completes commands and names from the server', async () => {
  const press = async (line: string) => {
    const words = line.split(' ');
    const script = `carrel() { ${LAUNCHER} "$@"; }; source <(carrel completion bash); COMP_WORDS=(${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _carrel; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return (await start('bash', ['-c', script]).done).out.trim().split('\n');
  };
  expect(await press('carrel image pub')).toEqual(['publish']);
  expect(await press('carrel reserve ')).toEqual(['starter']);
});

test.each([
  ['Ctrl-]', (child: ChildProcess) => void child.stdin?.write('\u001d')],
  ['SIGTERM', (_child: ChildProcess, pid: number) => void process.kill(pid, 'SIGTERM')],
])('a terminal at a serial console takes each key as it is, and is as it was after %s', async (_how, leave) => {
  const typed: string[] = [];
  server.world.openSerial = async () => new PassThrough().on('data', (chunk: Buffer) => typed.push(chunk.toString()));
  const { id } = server.world.addReservation('ann', { state: 'ready' });
  const line = `sh -c 'echo "pid=$$"; exec ${LAUNCHER} console ${id} --text'; echo "code=$?"; stty -a`;
  const { child, said, done } = start('script', ['-qec', line, '/dev/null'], { SHELL: '/bin/sh' }, 'pipe');
  await eventually('joined', () => said.out.includes('joined with'), BOUND_MS);
  child.stdin?.write('\u0003\u0004x');
  await eventually('the keys', () => typed.join('') === '\u0003\u0004x', BOUND_MS);
  leave(child, Number(/pid=(\d+)/.exec(said.out)?.[1]));
  await done;
  expect(said.out).toContain('code=0');
  expect(said.out).toMatch(/\sicanon[^]*\secho\s/);
});
