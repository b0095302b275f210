/** A file that somebody brought, taken in under a name of ours and looked at until nothing in it can surprise. */
import { chmod, chown, constants, copyFile, link, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ctx } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import { BOOT_BYTES, type BootSectors, mayHoldSystem, readBootSectors } from './boot-sectors.ts';
import { checkImport } from './import-check.ts';
import { grantFile } from './grant-file.ts';
import type { DiskFormat, QemuImg } from './qemu-img.ts';
import type { Account } from './run-tool.ts';

export interface Taking {
  img: QemuImg;
  /** Whom qemu-img runs as. */
  account: Account | undefined;
  /** Folder of ours: what lies below it is taken by a second name instead of a copy, since nobody else may write it. */
  root: string;
  /** Largest disk that is taken, in bytes. */
  maxImageBytes: number;
}

export interface TakenImage {
  path: string;
  format: DiskFormat;
  virtualBytes: number;
  /** Sentences for the person who brought it. */
  notes: string[];
}

/** Takes the file in as `folder`/upload. All that is wrong with it is `bad-image`. */
export async function takeImage(
  ctx: Ctx,
  by: Taking,
  source: { path: string; claimed: string | undefined },
  folder: string,
): Promise<TakenImage> {
  const limits = { maxVirtualBytes: by.maxImageBytes };
  const checked = await checkImport(source.path, source.claimed, limits);
  const mine = join(folder, 'upload');
  await takeIn(by, source.path, mine);
  // Looked at again: from here on nobody but us has the file by this name.
  await checkImport(mine, checked.format, limits);
  if (checked.format !== 'raw' && checked.format !== 'vhd') await by.img.check(ctx, mine, checked.format);
  const info = await by.img.info(ctx, mine, checked.format);
  if (info.backingFile !== undefined || info.virtualBytes > by.maxImageBytes) {
    throw new CarrelError('bad-image', 'the image is not what its header says');
  }
  return { path: mine, format: checked.format, virtualBytes: info.virtualBytes, notes: checked.notes };
}

async function takeIn({ root, account }: Taking, from: string, to: string): Promise<void> {
  if (from.startsWith(`${root}/`)) await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
  else await copyFile(from, to, constants.COPYFILE_FICLONE);
  if (account === undefined) return;
  const { mode } = await stat(to);
  await chown(to, 0, account.gid);
  await chmod(to, (mode & 0o700) | 0o440);
}

/** What a disk begins with, read through qemu-img, whatever the file around it. `bad-image` for one that ends within a sector. */
export async function bootSectorsOf(
  ctx: Ctx,
  by: Pick<Taking, 'img' | 'account'>,
  disk: { path: string; format: DiskFormat; virtualBytes: number },
  folder: string,
): Promise<BootSectors & { mayHoldSystem: boolean }> {
  const scratch = join(folder, 'sectors');
  await grantFile(by.account, scratch);
  await by.img.firstSectors(ctx, disk, BOOT_BYTES / 512, scratch);
  const head = await readFile(scratch);
  await rm(scratch);
  const seen = readBootSectors(head);
  if (disk.virtualBytes % seen.sectorBytes !== 0)
    throw new CarrelError('bad-image', `its disk is no whole number of its sectors of ${seen.sectorBytes} bytes: it is cut off`);
  return { ...seen, mayHoldSystem: mayHoldSystem(head) };
}

/** What a person who brought it should know of how it starts. */
export function bootNotes({ sectorBytes, esp, bootCode }: BootSectors): string[] {
  if (esp || (bootCode && sectorBytes === 512)) return [];
  const nothing = 'It has nothing that a machine starts from:';
  return [
    sectorBytes === 512
      ? `${nothing} neither an EFI system partition nor boot code for a BIOS.`
      : `${nothing} no EFI system partition, and a BIOS starts from no disk with sectors of ${sectorBytes} bytes.`,
  ];
}
