import { createServer, type Server, type Socket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeCtx } from '../lib/context.ts';
import { isCode } from '../lib/errors.ts';
import { GuestAgent } from './guest-agent.ts';
import { type Announcement, hostKeyLines, LineAgent, parseLine } from './line-agent.ts';
import { LineCutter } from './line-socket.ts';
import { QmpClient } from './qmp.ts';
import { parseUsernet } from './usernet.ts';

let folder: string;
let server: Server | undefined;
let path = '';
let n = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'proto-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => server?.close());

const ctx = () => makeCtx({ timeoutMs: 5_000 });

/** A server that gets each connection; `onLine` answers lines. */
async function serve(onConnect: (socket: Socket) => void, onLine: (line: string, socket: Socket) => void): Promise<void> {
  path = join(folder, `s${n++}`);
  server = createServer((socket) => {
    const cutter = new LineCutter();
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      for (const line of cutter.push(chunk)) onLine(line.toString('latin1'), socket);
    });
    onConnect(socket);
  });
  await new Promise<void>((resolve) => server?.listen(path, resolve));
}

const GREETING = '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}}, "capabilities": []}}\n';

interface Request {
  execute: string;
  id: number;
  arguments?: { id?: number };
}

describe('QMP', () => {
  async function connect(answer: (request: Request, socket: Socket) => void): Promise<QmpClient> {
    await serve(
      (socket) => void socket.write(GREETING),
      (line, socket) => {
        const request = JSON.parse(line) as Request;
        if (request.execute === 'qmp_capabilities') socket.write(`{"return": {}, "id": ${request.id}}\n`);
        else answer(request, socket);
      },
    );
    return await QmpClient.connect(ctx(), path);
  }

  test('answers find their question in any order, events go to listeners', async () => {
    const held: Request[] = [];
    const qmp = await connect((request, socket) => {
      held.push(request);
      if (held.length < 2) return;
      socket.write('{"event": "STOP", "data": {}, "timestamp": {}}\r\n');
      for (const each of held.toReversed()) socket.write(`{"return": "${each.execute}", "id": ${each.id}}\n`);
    });
    expect(qmp.version).toBe('7.2.22');
    const events: string[] = [];
    qmp.onEvent(({ event }) => events.push(event));
    expect(await Promise.all([qmp.execute(ctx(), 'a'), qmp.execute(ctx(), 'b')])).toEqual(['a', 'b']);
    expect(events).toEqual(['STOP']);
    qmp.close();
  });

  test('a refusal has the class that QEMU gives, an end of the connection is unavailable, silence is a deadline', async () => {
    const qmp = await connect((request, socket) => {
      if (request.execute === 'bad') socket.write(`{"error": {"class": "CommandNotFound", "desc": "no"}, "id": ${request.id}}\n`);
      if (request.execute === 'end') socket.destroy();
    });
    await expect(qmp.execute(ctx(), 'bad')).rejects.toMatchObject({ code: 'qmp-error', details: { class: 'CommandNotFound' } });
    await expect(qmp.execute(ctx(), 'silence', {}, 30)).rejects.toMatchObject({ code: 'deadline' });
    await expect(qmp.execute(ctx(), 'end')).rejects.toMatchObject({ code: 'unavailable' });
    await qmp.closed;
    await expect(qmp.execute(ctx(), 'late')).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('nobody listens', async () => {
    await expect(QmpClient.connect(ctx(), join(folder, 'nobody'))).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('qemu-guest-agent', () => {
  test('rests of an earlier talk do not pass for the answer', async () => {
    await serve(
      (socket) => void socket.write('{"return": 17}\n{"return": {"pid": 1'),
      (line, socket) => {
        const request = JSON.parse(line.replace(/^\xff/, '')) as Request;
        if (request.execute === 'guest-sync-delimited') {
          expect(line.startsWith('\xff')).toBe(true);
          socket.write(Buffer.from(`garbage\xff{"return": ${request.arguments?.id}}\n`, 'latin1'));
        } else socket.write('{"return": {}}\n');
      },
    );
    const agent = await GuestAgent.connect(ctx(), path);
    expect(await agent.execute(ctx(), 'guest-ping')).toEqual({});
    agent.close();
  });

  test('a refusal is guest-failed; after a time-out the talk is synchronized anew', async () => {
    let syncs = 0;
    await serve(
      () => {},
      (line, socket) => {
        const request = JSON.parse(line.replace(/^\xff/, '')) as Request;
        if (request.execute === 'guest-sync-delimited') {
          syncs++;
          socket.write(`{"return": ${request.arguments?.id}}\n`);
        } else if (request.execute === 'bad') socket.write('{"error": {"class": "GenericError", "desc": "no such user"}}\n');
        else if (request.execute === 'ok') socket.write('{"return": 1}\n');
      },
    );
    const agent = await GuestAgent.connect(ctx(), path);
    await expect(agent.execute(ctx(), 'bad')).rejects.toMatchObject({ code: 'guest-failed' });
    await expect(agent.execute(ctx(), 'silence', undefined, 30)).rejects.toMatchObject({ code: 'deadline' });
    expect(await agent.execute(ctx(), 'ok')).toBe(1);
    expect(syncs).toBe(2);
    agent.close();
  });
});

const b64 = (text: string) => Buffer.from(text).toString('base64');

describe("Carrel's agent", () => {
  test('requests, refusals, announcements', async () => {
    const seen: string[] = [];
    await serve(
      (socket) =>
        void socket.write(`! boot\nlogin: \n! ready ${b64(JSON.stringify({ hostname: 'h', machineId: 'm', hostKeys: [], ip: 'x' }))}\n`),
      (line, socket) => {
        const [id, verb, arg = ''] = line.split(' ');
        seen.push(`${verb} ${Buffer.from(arg, 'base64').toString()}`);
        if (verb === 'identity')
          socket.write(`old7 ok ${b64('ssh-ed25519 WRONG')}\n${id} ok ${b64('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA root@x\n')}\n`);
        else if (verb === 'lock') socket.write(`${id} err no such user\x1b[2J\n`);
        else socket.write(`${id} ok\n`);
      },
    );
    const announced: Announcement[] = [];
    const agent = await LineAgent.connect(ctx(), path, (what) => announced.push(what));
    const identity = { hostname: 'h', machineId: 'a'.repeat(32), mac: '52:54:00:00:00:01', time: 7, entropyHex: 'ff' };
    expect(await agent.setIdentity(ctx(), identity)).toEqual(['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA']);
    await agent.setAuthorizedKeys(ctx(), 'root', ['k1', 'k2']);
    await agent.setAuthorizedKeys(ctx(), 'root', []);
    await expect(agent.lock(ctx(), 'root')).rejects.toMatchObject({ code: 'guest-failed', message: 'the agent refused: no such user?[2J' });
    expect(seen).toEqual([
      `identity hostname=h\nmachine_id=${'a'.repeat(32)}\nmac=52:54:00:00:00:01\ntime=7\nentropy=ff\n`,
      'keys root\nk1\nk2\n',
      'keys root\n',
      'lock root',
    ]);
    expect(announced.map((a) => a.kind)).toEqual(['boot', 'ready']);
    agent.close();
  });

  test('a guest that sends no end of line is cut off', () => {
    const cutter = new LineCutter(100);
    expect(() => cutter.push(Buffer.alloc(101))).toThrow();
    try {
      cutter.push(Buffer.alloc(101));
    } catch (error) {
      expect(isCode(error, 'protocol')).toBe(true);
    }
  });

  test('lines that mean nothing', () => {
    for (const line of ['', '!', '! what', 'a b c', 'x ok?', '! ready !!!', '\x00\x01']) expect(parseLine(line)).toBeUndefined();
  });

  test('host keys are only what looks like one', () => {
    expect(hostKeyLines('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAx a b\nrm -rf /\nssh-ed25519 short\n')).toEqual([
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAx',
    ]);
  });
});

test('the forwarded port in what `info usernet` prints', () => {
  const text = `Hub 0 (net0):
  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ
  TCP[ESTABLISHED]   20       127.0.0.1 40413       10.0.2.15    22     0     0
  TCP[HOST_FORWARD]  12       127.0.0.1 40413       10.0.2.15    22     0     0
  UDP[236 sec]       14       10.0.2.15    68        10.0.2.2    67     0     0\r\n`;
  expect(parseUsernet(text)).toEqual([{ hostAddress: '127.0.0.1', hostPort: 40413, guestAddress: '10.0.2.15', guestPort: 22 }]);
  expect(parseUsernet('')).toEqual([]);
});
