import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeCtx } from '../lib/context.ts';
import { SerialConsole } from './serial-console.ts';
import { SERIAL_BEHIND_BYTES } from './serial-joint.ts';

let folder: string;
let qemu: Server;
/** QEMU's end of the port. */
let port: Socket;
let console: SerialConsole;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carrel-joint-'));
  const path = join(folder, 'serial');
  qemu = createServer().listen(path);
  await once(qemu, 'listening');
  const came = once(qemu, 'connection');
  console = await SerialConsole.open(makeCtx({ timeoutMs: 60_000 }), path, folder, false);
  [port] = (await came) as [Socket];
});
afterEach(async () => {
  await console.close();
  qemu.close();
  await rm(folder, { recursive: true });
});

async function heard(from: Duplex, last: string): Promise<string> {
  let all = '';
  for await (const chunk of from.iterator({ destroyOnReturn: false })) if ((all += String(chunk)).endsWith(last)) break;
  return all;
}

test('all who are there hear all, byte for byte, and so does the log; each types; one who leaves has typed it all', async () => {
  const [one, two] = [console.join(), console.join()];
  port.write('\u001b[1mlogin: ');
  expect(await Promise.all([heard(one, 'login: '), heard(two, 'login: ')])).toEqual(['\u001b[1mlogin: ', '\u001b[1mlogin: ']);
  one.write('ro');
  two.write('ot');
  two.write('\r');
  two.destroy();
  expect((await heard(port, '\r')).toString()).toBe('root\r');
  port.write('Password: ');
  expect(await heard(one, ': ')).toBe('Password: ');
  expect(await console.last(100)).toContain('login: Password:');
});

test('ends with the port, after what was said last; and at once where there is none any more', async () => {
  const joint = console.join();
  port.end('reboot: Power down\r\n');
  expect(await text(joint)).toBe('reboot: Power down\r\n');
  expect(await text(console.join())).toBe('');
});

test('who does not read holds up neither the guest nor others, costs a bounded memory, and is told what is missing', async () => {
  const [slow, quick] = [console.join(), console.join()];
  const much = 8 * SERIAL_BEHIND_BYTES;
  let got = 0;
  const all = new Promise<void>((resolve) => quick.on('data', (chunk: Buffer) => (got += chunk.length) >= much && resolve()));
  port.write(Buffer.alloc(much, 'x'));
  await all;
  expect(slow.readableLength).toBeGreaterThan(SERIAL_BEHIND_BYTES / 2);
  expect(slow.readableLength).toBeLessThanOrEqual(SERIAL_BEHIND_BYTES);
  const taken = (slow.read() as Buffer).length;
  port.end('now');
  expect(await text(slow)).toBe(`\r\n--- ${much - taken} bytes are left out here: they came faster than they were taken ---\r\nnow`);
});

test('a guest that does not read holds up who types', async () => {
  const joint = console.join();
  port.pause();
  const chunk = Buffer.alloc(1 << 16, 'y');
  let written = 0;
  while (joint.write(chunk)) {
    written += chunk.length;
    await new Promise(setImmediate);
  }
  expect(written).toBeGreaterThan(0);
  joint.destroy();
  await once(joint, 'close');
});
