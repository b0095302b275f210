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
import { starterImage } from './qemu-harness.ts';
import { NO_TIMER_CHECK } from '../../src/qemu/kernel-args.ts';

const run = promisify(execFile);
const SECTOR = 512;
/** What QEMU's vvfat makes of a folder, with a FAT16: 1024 cylinders of 16 heads with 63 sectors. */
const ESP_SECTORS = 1024 * 16 * 63;

const CMDLINE = `console=ttyS0,115200 quiet loglevel=4 panic=5 cryptomgr.notests ipv6.disable=1 ${NO_TIMER_CHECK}`;
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
 * Microsoft's keys starts the former only.
 */
export async function efiGuest(loader: 'shim' | 'grub' = 'shim'): Promise<string> {
  const { folder, built } = await starterImage();
  const kept = join(testCache(), `efi-guest-2-${loader}-${basename(folder)}.qcow2`);
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
    await run('qemu-img', ['convert', '-f', 'raw', '-O', 'raw', `fat:16:${esp}`, raw]);
    await addRoot(raw, built.disk);
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

/** Puts a file system behind the ESP, as the MBR's second partition, and gives the first its right type. */
async function addRoot(raw: string, root: string): Promise<void> {
  const { stdout } = await run('qemu-img', ['info', '--output=json', root]);
  const bytes = (JSON.parse(stdout) as { 'virtual-size': number })['virtual-size'];
  await run('truncate', ['-s', String(ESP_SECTORS * SECTOR + bytes), raw]);
  const place = `driver=raw,offset=${ESP_SECTORS * SECTOR},size=${bytes},file.driver=file,file.filename=${raw}`;
  await run('qemu-img', ['convert', '-n', '--target-image-opts', root, place]);
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
