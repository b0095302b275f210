import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SERIAL_LOG_BYTES, SerialLog } from './serial-log.ts';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'carrel-serial-'))));
afterEach(async () => await rm(folder, { recursive: true, force: true }));

async function onStorage(): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((all, size) => all + size, 0);
}

test('the newest is kept, within the bound, and read by positions that go on over a restart', async () => {
  const log = await SerialLog.open(folder);
  const line = (n: number) => `${String(n).padStart(9, '0')}\n`;
  let most = 0;
  for (let n = 0; n < 100_000; n += 1000) {
    log.write(Buffer.from(Array.from({ length: 1000 }, (_, i) => line(n + i)).join('')));
    await log.flushed();
    most = Math.max(most, await onStorage());
  }
  expect(most).toBeLessThanOrEqual(SERIAL_LOG_BYTES);
  const all = await log.read(0, 10_000_000);
  expect(all.next).toBe(1_000_000);
  expect(all.bytes.length).toBeGreaterThanOrEqual((SERIAL_LOG_BYTES * 3) / 4 - 10_000);
  expect(all.from + all.bytes.length).toBe(all.next);
  expect((await log.read(999_980, 10)).bytes.toString()).toBe(line(99_998));
  await log.close();
  const again = await SerialLog.open(folder);
  again.write(Buffer.from('more'));
  expect((await again.read(all.next, 100)).bytes.toString()).toBe('more');
  expect((await again.last(6)).bytes.toString()).toBe('9\nmore');
});

test('what comes faster than storage takes it costs no memory: the newest is kept', async () => {
  const log = await SerialLog.open(folder);
  for (let n = 0; n < 100; n++) log.write(Buffer.alloc(64 * 1024, n));
  const { bytes } = await log.read(0, 10_000_000);
  expect(bytes.length).toBeLessThanOrEqual(SERIAL_LOG_BYTES);
  expect(bytes.at(-1)).toBe(99);
});

test('storage that refuses costs lines and nothing else; after it has room again the log goes on', async () => {
  const log = await SerialLog.open(folder);
  log.write(Buffer.from('before'));
  await log.flushed();
  // In the way of the next file, as no other user of the folder would be.
  const [name = ''] = await readdir(folder);
  await rm(join(folder, name));
  await mkdir(join(folder, name));
  log.write(Buffer.from('lost'));
  await log.flushed();
  log.write(Buffer.from('after'));
  const { bytes, next } = await log.read(0, 1000);
  expect(bytes.toString()).toBe('after');
  expect((await log.read(next, 1000)).bytes.length).toBe(0);
});

test('once closed it touches the folder no more', async () => {
  const log = await SerialLog.open(folder);
  log.write(Buffer.from('one'));
  await log.close();
  log.write(Buffer.from('two'));
  await log.flushed();
  expect(await onStorage()).toBe(3);
});
