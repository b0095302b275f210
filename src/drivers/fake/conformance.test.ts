import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { runConformance } from '../../driver/conformance/index.ts';
import { makeFakeHarness } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'fake-conformance-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

runConformance('the fake in memory', () => makeFakeHarness());
runConformance('the fake with two disks, in a file', () => makeFakeHarness({ path: join(folder, 'world.json'), recipe: 'two-disks' }));
runConformance('the fake that can do little', () =>
  makeFakeHarness({
    capabilities: { cloneModes: ['linked'], liveCapture: false, checkpoints: false, suspend: false, console: 'none', importFormats: [] },
  }),
);
// The way that the suite goes over QEMU: machines shared between tests, few hooks.
runConformance('the fake as if boots were dear', () => makeFakeHarness({ cheap: false, fewHooks: true }));
