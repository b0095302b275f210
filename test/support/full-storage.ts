/** The QEMU driver on a small file system of its own, which tests fill. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe } from 'vitest';
import type { CloneMode } from '../../src/core/image.ts';
import type { CloneResult } from '../../src/driver/driver.ts';
import { QemuDriver } from '../../src/drivers/qemu/index.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { quickTools } from './qemu-harness.ts';

const run = promisify(execFile);
const ctx = () => makeCtx({ timeoutMs: 600_000 });

const notRoot = process.getuid?.() === 0 ? '' : ' (not run: mounting one needs root)';

/** Tests on a storage that they fill. */
export function onFullStorage(tests: (full: FullStorage) => void): void {
  describe.skipIf(notRoot !== '')(`a full storage${notRoot}`, () => {
    const full = new FullStorage();
    beforeAll(() => full.make());
    afterAll(() => full.dispose());
    tests(full);
  });
}

class FullStorage {
  readonly revisionId = randomUUID();
  folder!: string;
  driver!: QemuDriver;

  /** With one master, of the starter image. */
  async make(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'full-'));
    await chmod(this.folder, 0o711);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=96m,mode=0711', 'tmpfs', this.folder]);
    await this.open();
    await this.driver.prepareMaster(ctx(), { revisionId: this.revisionId, source: { kind: 'recipe', recipe: 'starter' } });
  }

  async open(): Promise<void> {
    this.driver = new QemuDriver({ dataDir: this.folder, installationId: 'full', tools: await quickTools() });
    await this.driver.open(ctx());
  }

  async dispose(): Promise<void> {
    await this.driver?.close();
    await run('umount', ['-l', this.folder]);
    await rm(this.folder, { recursive: true, force: true });
  }

  async clone(mode: CloneMode, machineId = randomUUID()): Promise<CloneResult> {
    const hardware = { vcpus: 1, memoryMiB: 128 };
    return await this.driver.clone(ctx(), { machineId, revisionId: this.revisionId, mode, hardware, hostname: 'm' });
  }

  /** Takes the room but for so many bytes; the result gives it back. */
  async fill(leaveBytes: number): Promise<() => Promise<void>> {
    const { storageFreeBytes } = await this.driver.room(ctx());
    const ballast = join(this.folder, 'ballast');
    await run('fallocate', ['-l', String(Math.max(1, storageFreeBytes - leaveBytes)), ballast]);
    return async () => await rm(ballast);
  }
}
