import { readFile } from 'node:fs/promises';
import { type CpioEntry, cpioArchive, folder, link, program } from './cpio.ts';
import type { KernelModule } from './kernel.ts';

export interface InitramfsOptions {
  /** A statically linked busybox, on this machine. */
  busybox: string;
  /** In the order of insmod. */
  modules: readonly KernelModule[];
  /** Program of the root file system that becomes process 1. */
  init: string;
  /** Shell commands between mounting the root file system at /new and changing to it; /proc, /sys and /dev are below it by then. */
  before?: string;
}

/** Drivers for the disk and what else QEMU offers; ext4, crc32c and the VGA console are built into Debian's cloud kernel. */
export const BOOT_MODULES = ['virtio_pci', 'virtio_blk', 'virtio_net', 'virtio_console', 'virtio_rng', 'qemu_fw_cfg'] as const;

/** An initramfs that mounts /dev/vda and goes on with the `init` on it. */
export async function bootInitramfs(options: InitramfsOptions): Promise<Buffer> {
  const entries: CpioEntry[] = [
    ...['bin', 'dev', 'proc', 'sys', 'new', 'm'].map(folder),
    program('bin/busybox', await readFile(options.busybox)),
    link('bin/sh', 'busybox'),
    { path: 'dev/console', mode: 0o020600, device: [5, 1] },
    ...options.modules.map((m) => ({ path: `m/${m.name}.ko`, mode: 0o100644, data: m.data })),
    program('init', bootInit(options)),
  ];
  return cpioArchive(entries);
}

/** The first mount and the last steps name busybox: the shell starts its applets through /proc/self/exe. */
export function bootInit({ modules, init, before = '' }: Pick<InitramfsOptions, 'modules' | 'init' | 'before'>): string {
  return `#!/bin/sh
/bin/busybox mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for m in ${modules.map((m) => m.name).join(' ')}; do insmod /m/$m.ko; done
n=0
while [ ! -b /dev/vda ] && [ $n -lt 500 ]; do usleep 10000; n=$((n + 1)); done
mount -t ext4 -o noatime /dev/vda /new || exec sh
mkdir -p /dev/pts
mount --move /dev /new/dev
mount --move /sys /new/sys
${before}mount --move /proc /new/proc
exec /bin/busybox switch_root /new ${init}
`;
}
