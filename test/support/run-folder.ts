/**
 * Vitest's global set-up: one temporary folder for a whole run, which is the TMPDIR of every test and of what it starts. At the
 * end it is removed, and the run fails if a test had left something in it.
 */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function setUp(): () => void {
  // What is dear to make (the starter image, Go programs) is kept from run to run, in one place.
  process.env['CARREL_TEST_CACHE'] ??= join(tmpdir(), 'carrel-test-cache');
  // Short, and under /tmp whatever TMPDIR was: sockets lie below it, and their paths have at most 107 bytes.
  const folder = mkdtempSync('/tmp/ct-');
  // QEMU and PostgreSQL run under accounts of their own below it.
  chmodSync(folder, 0o711);
  process.env['TMPDIR'] = folder;
  return () => {
    // tsx keeps its cache of compiled sources there.
    const left = readdirSync(folder).filter((name) => !name.startsWith('tsx-'));
    rmSync(folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`tests left behind: ${left.join(', ')}`);
  };
}
