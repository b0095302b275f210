/** Promise 1 over real machines: whatever clones write, the golden files stay as they were. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { inGuest } from './guest-shell.ts';
import type { TestServer } from './server.ts';

/** Every golden file's hash, read without Carrel. */
function goldenHashes(server: TestServer): Record<string, string> {
  const masters = join(server.dataDir, 'masters');
  return Object.fromEntries(
    readdirSync(masters, { recursive: true })
      .map((name) => join(masters, String(name)))
      .filter((file) => statSync(file).isFile())
      .map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

const writing = (text: string) =>
  `echo ${text} > /root/mark && dd if=/dev/urandom of=/root/noise bs=64k count=16 2>/dev/null && sync && cat /root/mark`;

/** Lends the rounds' machines, a round at one time, writes in each, and ends them; looks at the golden files each time. */
export async function clonesThatWrite(server: TestServer, rounds: { mode: 'linked' | 'instant'; count: number }[]): Promise<void> {
  const before = goldenHashes(server);
  expect(Object.keys(before).length).toBeGreaterThan(0);
  const hosts = new Set<string>();
  for (const [round, { mode, count }] of rounds.entries()) {
    for (const [i, r] of (await server.reserveMany(count, mode)).entries()) {
      expect(r.failure).toBeUndefined();
      expect(await inGuest(server.client, r.id, writing(`mark-${round}-${i}`))).toContain(`mark-${round}-${i}`);
      hosts.add(r.hostname);
    }
    expect(goldenHashes(server)).toEqual(before);
    await server.endAll();
  }
  expect(hosts.size).toBe(rounds.reduce((sum, { count }) => sum + count, 0));
  expect(goldenHashes(server)).toEqual(before);
  expect(server.traces()).toEqual([]);
}
