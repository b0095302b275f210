/** `make demo-vsphere` as a user runs it: a server without QEMU, a provider added, an image of a machine there, lent, captured, lent again. */
import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { LAUNCHER } from './server.ts';

/** Runs it once and looks at what it says of itself. */
export function demoProvesItself(kind: 'vcenter' | 'esxi', cloneStrategy: string): void {
  const { status, stdout, stderr } = spawnSync(LAUNCHER, ['demo', '--vsphere', kind, '--listen', '127.0.0.1:0', '--once'], {
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/on the host \S*[a-z]\S*, datastore \S+/);
  expect(stderr).toContain('as student: Linux');
  const said = JSON.parse(stdout) as Record<string, unknown>;
  expect(said).toEqual({
    provider: kind,
    cloneStrategy,
    requestsPerMachine: expect.any(Number),
    masterSha256Before: expect.stringMatching(/^[0-9a-f]{64}$/),
    masterSha256After: said['masterSha256Before'],
    machineGone: true,
    filesLeaked: 0,
    capturedReservedAgain: true,
  });
}
