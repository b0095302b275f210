import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCtx } from '../../src/lib/context.ts';
import { isCode } from '../../src/lib/errors.ts';
import { waitFor } from '../../src/lib/retry.ts';

/** The folder for what is dear to make and kept from run to run; whoever puts a thing there names it after what it is made of. */
export function testCache(): string {
  const dir = process.env['CARREL_TEST_CACHE'] ?? join(tmpdir(), 'carrel-test-cache');
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  return dir;
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isCode(error, 'EPERM');
  }
};

/**
 * Runs `make` while no other process does so for that name: the first files of a run begin together, and each would make for itself what one of them is
 * enough for. Whoever was ended in the middle is not waited for.
 */
export async function alone<T>(name: string, make: () => Promise<T>): Promise<T> {
  const lock = join(testCache(), `${name}.lock`);
  const mine = `${lock}.${randomUUID()}`;
  await waitFor(makeCtx({ timeoutMs: 1_200_000 }), 100, async () => {
    await writeFile(mine, String(process.pid));
    try {
      await link(mine, lock);
      return true;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
      const owner = Number(await readFile(lock, 'utf8').catch(() => process.pid));
      if (!isAlive(owner)) await rm(lock, { force: true });
      return undefined;
    }
  });
  try {
    return await make();
  } finally {
    await rm(lock, { force: true });
    await rm(mine, { force: true });
  }
}
