/**
 * A disk that only EFI firmware starts: Debian's signed shim, GRUB and kernel on an EFI system partition, and the starter image's root file system
 * behind it. So it boots with secure boot too, and has Carrel's agent. Built once and kept.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { makeCtx } from '../../src/lib/context.ts';
import { cpioArchive, program } from '../../src/qemu/recipes/cpio.ts';
import { BOOT_MODULES, bootInit, bootInitramfs } from '../../src/qemu/recipes/initramfs.ts';
import { fetchKernel, type KernelModule, loadModules } from '../../src/qemu/recipes/kernel.ts';
import { DebianPackages } from '../../src/qemu/recipes/packages.ts';
import { testCache } from './cache.ts';
import { fat16 } from './fat16.ts';
import { gptDisk } from './gpt-disk.ts';
import { starterImage } from './qemu-harness.ts';
import { KERNEL_ARGS } from '../../src/qemu/kernel-args.ts';

const run = promisify(execFile);
const SECTOR = 512;
/** What QEMU's vvfat makes of a folder, with a FAT16: 1024 cylinders of 16 heads with 63 sectors. */
const ESP_SECTORS = 1024 * 16 * 63;

const CMDLINE = `console=ttyS0,115200 quiet loglevel=4 panic=5 ipv6.disable=1 ${KERNEL_ARGS}`;
/** In the folder that Debian's signed GRUB has built in. */
const GRUB = `search --no-floppy --set=root --file /vmlinuz
linux /vmlinuz ${CMDLINE}
initrd /initrd.img
boot
`;
/** The guest's variables, at the place where programs look for them. */
const BEFORE = 'mount -t efivarfs efivarfs /new/sys/firmware/efi/efivars\n';

/**
 * The disk as a qcow2. Its first loader is shim, which Microsoft signed, or GRUB alone, which Debian signed: firmware with secure boot and
 * Microsoft's keys starts the former only. With sectors of 4096 bytes it has a GPT, else an MBR.
 */
export async function efiGuest(loader: 'shim' | 'grub' = 'shim', sector: 512 | 4096 = SECTOR): Promise<string> {
  const { folder, built } = await starterImage();
  const kept = join(testCache(), `efi-guest-2-${loader}-${sector === SECTOR ? '' : `${sector}-`}${basename(folder)}.qcow2`);
  if (await stat(kept).catch(() => undefined)) return kept;
  const ctx = makeCtx({ timeoutMs: 600_000 });
  const work = await mkdtemp(join(testCache(), '.efi-guest-'));
  try {
    const packages = new DebianPackages(work);
    const names = ['busybox-static', 'shim-signed', 'grub-efi-amd64-signed'];
    const debs = await packages.download(ctx, names, join(work, 'deb'), { from: 0, to: 0.1 });
    const tree = join(work, 'tree');
    for (const deb of debs) await packages.unpack(ctx, deb, tree);
    const kernel = await fetchKernel(ctx, packages, work, { from: 0.1, to: 0.9 });
    const modules = await signedModules(kernel.modules, await loadModules(ctx, kernel, [...BOOT_MODULES, 'efivarfs']));
    const start = { modules, init: '/usr/lib/carrel/rc', before: BEFORE };
    const initrd = await bootInitramfs({ busybox: join(tree, 'bin/busybox'), ...start });
    // Of two files of one name the later counts.
    const init = cpioArchive([program('init', bootInit(start).replaceAll('/dev/vda', '/dev/vda2'))]);
    const esp = join(work, 'esp');
    await mkdir(join(esp, 'EFI/BOOT'), { recursive: true });
    await mkdir(join(esp, 'EFI/debian'));
    const [shim, grub] = ['usr/lib/shim/shimx64.efi.signed', 'usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed'];
    await copyFile(join(tree, loader === 'shim' ? shim : grub), join(esp, 'EFI/BOOT/BOOTX64.EFI'));
    await copyFile(join(tree, grub), join(esp, 'EFI/BOOT/grubx64.efi'));
    await writeFile(join(esp, 'EFI/debian/grub.cfg'), GRUB);
    await copyFile(kernel.image, join(esp, 'vmlinuz'));
    await writeFile(join(esp, 'initrd.img'), Buffer.concat([initrd, init]));
    const raw = join(work, 'disk.raw');
    if (sector === SECTOR) {
      await run('qemu-img', ['convert', '-f', 'raw', '-O', 'raw', `fat:16:${esp}`, raw]);
      await addRoot(raw, built.disk);
    } else await withGpt(raw, esp, built.disk);
    await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, join(work, 'disk.qcow2')]);
    await rename(join(work, 'disk.qcow2'), kept);
    return kept;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** With their signatures, without which a kernel that was started with secure boot takes none; `loadModules` has unpacked them. */
async function signedModules(folder: string, modules: readonly KernelModule[]): Promise<KernelModule[]> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ko'));
  const named = (name: string) => files.find((file) => basename(file, '.ko').replaceAll('-', '_') === name) ?? `${name}.ko`;
  return await Promise.all(modules.map(async ({ name }) => ({ name, data: await readFile(join(folder, named(name))) })));
}

const ESP_4K_SECTORS = 16_384;

/** The same two on a disk of 4096-byte sectors. */
async function withGpt(raw: string, esp: string, root: string): Promise<void> {
  const bytes = await sizeOf(root);
  const [espAt = 0, rootAt = 0] = await gptDisk(raw, 4096, [
    { type: 'esp', bytes: ESP_4K_SECTORS * 4096 },
    { type: 'linux', bytes },
  ]);
  const disk = await open(raw, 'r+');
  try {
    await disk.write(fat16(esp, ESP_4K_SECTORS), 0, ESP_4K_SECTORS * 4096, espAt);
  } finally {
    await disk.close();
  }
  await putAt(raw, root, rootAt, bytes);
}

async function sizeOf(disk: string): Promise<number> {
  const { stdout } = await run('qemu-img', ['info', '--output=json', disk]);
  return (JSON.parse(stdout) as { 'virtual-size': number })['virtual-size'];
}

async function putAt(raw: string, from: string, at: number, bytes: number): Promise<void> {
  const place = `driver=raw,offset=${at},size=${bytes},file.driver=file,file.filename=${raw}`;
  await run('qemu-img', ['convert', '-n', '--target-image-opts', from, place]);
}

/** Puts a file system behind the ESP, as the MBR's second partition, and gives the first its right type. */
async function addRoot(raw: string, root: string): Promise<void> {
  const bytes = await sizeOf(root);
  await run('truncate', ['-s', String(ESP_SECTORS * SECTOR + bytes), raw]);
  await putAt(raw, root, ESP_SECTORS * SECTOR, bytes);
  const entry = Buffer.alloc(16);
  entry[4] = 0x83;
  entry.writeUInt32LE(ESP_SECTORS, 8);
  entry.writeUInt32LE(bytes / SECTOR, 12);
  const disk = await open(raw, 'r+');
  try {
    await disk.write(Buffer.from([0xef]), 0, 1, 446 + 4);
    await disk.write(entry, 0, 16, 446 + 16);
  } finally {
    await disk.close();
  }
}
