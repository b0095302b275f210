import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SCREENSHOT_BYTES } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import { readForeign } from './foreign-file.ts';
import type { Runtime } from './runtime.ts';

/** The first bytes of a PNG (RFC 2083, section 3.1). */
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** QEMU writes the picture into its own folder, by its own rights; it is read as what a stranger wrote, and taken away. */
export async function takeScreenshot(ctx: Ctx, runtime: Runtime, runFolder: string): Promise<Buffer> {
  const file = join(runFolder, `scr-${randomUUID()}`);
  const refusal = () => driverError('internal', 'QEMU wrote something else than a picture of the screen');
  try {
    await runtime.qmp.execute(ctx, 'screendump', { filename: file, format: 'png' });
    const bytes = await readForeign(file, { most: SCREENSHOT_BYTES, refusal });
    if (bytes?.subarray(0, PNG.length).equals(PNG) !== true) throw refusal();
    return bytes;
  } finally {
    await rm(file, { force: true });
  }
}
