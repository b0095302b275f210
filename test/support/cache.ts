import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder for what is dear to make and kept from run to run; whoever puts a thing there names it after what it is made of. */
export function testCache(): string {
  const dir = process.env['CARREL_TEST_CACHE'] ?? join(tmpdir(), 'carrel-test-cache');
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  return dir;
}
