import { chmod, chown, constants, copyFile, link, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RevisionProfile } from '../../core/image.ts';
import type { MasterSource } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import { BOOT_SECTORS, type BootSectors, describeBoot, firmwareFor, readBootSectors } from '../../qemu/boot-sectors.ts';
import { checkImport } from '../../qemu/import-check.ts';
import { grantFile, type Host } from './host.ts';
import type { MasterParts } from './masters.ts';

type FileSource = Extract<MasterSource, { kind: 'file' }>;

/** What an image is taken to need when nobody says; enough for a cloud image of a usual distribution. */
const DEFAULT_PROFILE: RevisionProfile = {
  hardware: { vcpus: 1, memoryMiB: 1024, firmware: 'bios', display: true },
  guest: { os: 'unknown', user: 'root', sshPort: 22, agent: 'none', bootTimeoutS: 300 },
};

/** Turns a file that somebody brought into a qcow2 of ours, in `folder`. */
export async function importFile(ctx: Ctx, host: Host, source: FileSource, folder: string): Promise<MasterParts> {
  const limits = { maxVirtualBytes: host.maxImageBytes };
  const checked = await checkImport(source.path, source.claimed, limits);
  const mine = join(folder, 'upload');
  await takeIn(host, source.path, mine);
  // Looked at again: from here on nobody but us has the file by this name.
  await checkImport(mine, checked.format, limits);
  if (checked.format !== 'raw' && checked.format !== 'vhd') await host.img.check(ctx, mine, checked.format);
  const info = await host.img.info(ctx, mine, checked.format);
  if (info.backingFile !== undefined || info.virtualBytes > host.maxImageBytes) {
    throw driverError('bad-image', 'the image is not what its header says');
  }
  const disk = join(folder, 'converted.qcow2');
  await grantFile(host, disk);
  await host.img.convert(ctx, { path: mine, format: checked.format }, disk, {
    onProgress: (fraction) => ctx.progress({ text: 'converting the image', fraction }),
  });
  const boot = await bootSectorsOf(ctx, host, disk, join(folder, 'sectors'));
  const notes = [...(source.notes ?? []), ...checked.notes, ...(boot.esp || boot.bootCode ? [] : [NOTHING_TO_BOOT])];
  return {
    disk,
    profile: profileFrom({ ...source.profile, firmware: source.profile.firmware ?? firmwareFor(boot) }),
    facts: { importedFormat: checked.format, boot: describeBoot(boot), ...(notes.length > 0 ? { notes: notes.join(' ') } : {}) },
  };
}

const NOTHING_TO_BOOT = 'It has nothing that a machine starts from: neither an EFI system partition nor boot code for a BIOS.';

async function bootSectorsOf(ctx: Ctx, host: Host, disk: string, scratch: string): Promise<BootSectors> {
  await grantFile(host, scratch);
  await host.img.firstSectors(ctx, disk, BOOT_SECTORS, scratch);
  const head = await readFile(scratch);
  await rm(scratch);
  return readBootSectors(head);
}

/** Takes the file in by a second name where it lies in our own folder already, by a copy otherwise, and lets QEMU's account read it. */
async function takeIn(host: Host, from: string, to: string): Promise<void> {
  if (from.startsWith(`${host.layout.root}/`)) await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
  else await copyFile(from, to, constants.COPYFILE_FICLONE);
  if (host.account === undefined) return;
  const { mode } = await stat(to);
  await chown(to, 0, host.account.gid);
  await chmod(to, (mode & 0o700) | 0o440);
}

function profileFrom(asked: { [K in keyof FileSource['profile']]: FileSource['profile'][K] | undefined }): RevisionProfile {
  const { hardware, guest } = DEFAULT_PROFILE;
  return {
    hardware: {
      vcpus: asked.vcpus ?? hardware.vcpus,
      memoryMiB: asked.memoryMiB ?? hardware.memoryMiB,
      firmware: asked.firmware ?? hardware.firmware,
      display: asked.display ?? hardware.display,
    },
    guest: {
      os: asked.os ?? guest.os,
      user: asked.user ?? guest.user,
      sshPort: asked.sshPort ?? guest.sshPort,
      agent: asked.agent ?? guest.agent,
      ...(asked.access === undefined ? {} : { access: asked.access }),
      bootTimeoutS: asked.bootTimeoutS ?? guest.bootTimeoutS,
    },
  };
}
