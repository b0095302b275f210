import { join } from 'node:path';
import { profileOfFile } from '../../core/brought-image.ts';
import type { MasterSource } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import { describeBoot, firmwareFor } from '../../qemu/boot-sectors.ts';
import { bootSectorsOf, NOTHING_TO_BOOT, takeImage } from '../../qemu/take-image.ts';
import { grantFile, type Host } from './host.ts';
import type { MasterParts } from './masters.ts';

type FileSource = Extract<MasterSource, { kind: 'file' }>;

/** Turns a file that somebody brought into a qcow2 of ours, in `folder`. */
export async function importFile(ctx: Ctx, host: Host, source: FileSource, folder: string): Promise<MasterParts> {
  if (source.profile.access === 'guest-operations') {
    throw driverError('not-supported', 'guest operations are a way into machines on vSphere', {
      hint: 'leave --access out, or say cloud-init',
    });
  }
  const by = { img: host.img, account: host.account, root: host.layout.root, maxImageBytes: host.maxImageBytes };
  const taken = await takeImage(ctx, by, source, folder);
  const disk = join(folder, 'converted.qcow2');
  await grantFile(host, disk);
  await host.img.convert(ctx, taken, disk, {
    onProgress: (fraction) => ctx.progress({ text: 'converting the image', fraction }),
  });
  const boot = await bootSectorsOf(ctx, by, { path: disk, format: 'qcow2' }, folder);
  const notes = [...(source.notes ?? []), ...taken.notes, ...(boot.esp || boot.bootCode ? [] : [NOTHING_TO_BOOT])];
  return {
    disk,
    profile: profileOfFile({ ...source.profile, firmware: source.profile.firmware ?? firmwareFor(boot) }),
    facts: { importedFormat: taken.format, boot: describeBoot(boot), ...(notes.length > 0 ? { notes: notes.join(' ') } : {}) },
  };
}
