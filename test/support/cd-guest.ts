/** What Linux's own iso9660 reads of a CD: a guest of Debian's kernel and busybox, built once and kept, which says what it sees and ends. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeCtx } from '../../src/lib/context.ts';
import { cpioArchive, folder, link, program } from '../../src/qemu/recipes/cpio.ts';
import { fetchKernel, loadModules } from '../../src/qemu/recipes/kernel.ts';
import { DebianPackages } from '../../src/qemu/recipes/packages.ts';
import { testCache } from './cache.ts';
import { KERNEL_ARGS } from '../../src/qemu/kernel-args.ts';

const run = promisify(execFile);
const MODULES = ['virtio_pci', 'virtio_blk', 'isofs'];

const init = (modules: readonly string[]): string => `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
for m in ${modules.join(' ')}; do insmod /m/$m.ko; done
exec >/dev/ttyS0 2>&1
n=0
while [ ! -b /dev/vda ] && [ $n -lt 100 ]; do n=$((n + 1)); usleep 50000; done
mount -t iso9660 -o ro /dev/vda /cd && cd /cd && for f in *; do echo "FILE $f $(base64 "$f" | tr -d '\\n')"; done
# waits until all of it is out: what the kernel says of the end goes past what still waits, into the middle of a line
stty -F /dev/ttyS0 -echo
poweroff -f
`;

async function guest(): Promise<{ kernel: string; initrd: string }> {
  const kept = join(testCache(), 'cd-guest-2');
  const files = { kernel: join(kept, 'vmlinuz'), initrd: join(kept, 'initrd.img') };
  if (await stat(files.initrd).catch(() => undefined)) return files;
  const ctx = makeCtx({ timeoutMs: 600_000 });
  const work = await mkdtemp(join(testCache(), '.cd-guest-'));
  try {
    const packages = new DebianPackages(work);
    const [busybox] = await packages.download(ctx, ['busybox-static'], join(work, 'deb'), { from: 0, to: 0.1 });
    await packages.unpack(ctx, busybox as string, join(work, 'tree'));
    const kernel = await fetchKernel(ctx, packages, work, { from: 0.1, to: 0.9 });
    const modules = await loadModules(ctx, kernel, MODULES);
    const made = join(work, 'made');
    await mkdir(made);
    await copyFile(kernel.image, join(made, 'vmlinuz'));
    const initrd = cpioArchive([
      ...['bin', 'dev', 'proc', 'm', 'cd'].map(folder),
      program('bin/busybox', await readFile(join(work, 'tree/bin/busybox'))),
      link('bin/sh', 'busybox'),
      { path: 'dev/console', mode: 0o020600, device: [5, 1] },
      ...modules.map((m) => ({ path: `m/${m.name}.ko`, mode: 0o100644, data: m.data })),
      program('init', init(modules.map((m) => m.name))),
    ]);
    await writeFile(join(made, 'initrd.img'), initrd);
    await rename(made, kept).catch(async (error: unknown) => {
      if (!(await stat(files.initrd).catch(() => undefined))) throw error;
    });
    return files;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Names and contents as a guest's kernel shows them, attached as machines have their CD. */
export async function readAsLinux(image: Buffer): Promise<Record<string, string>> {
  const { kernel, initrd } = await guest();
  const work = await mkdtemp(join(tmpdir(), 'carrel-cd-'));
  try {
    const cd = join(work, 'cd.iso');
    await writeFile(cd, image);
    const args = [
      ['-nodefaults', '-no-user-config', '-no-reboot', '-nographic', '-machine', 'q35', '-accel', 'tcg', '-cpu', 'qemu64', '-m', '128'],
      ['-kernel', kernel, '-initrd', initrd, '-append', `console=ttyS0 quiet loglevel=1 panic=-1 ipv6.disable=1 ${KERNEL_ARGS}`],
      ['-drive', `if=none,id=cd,format=raw,readonly=on,file=${cd}`, '-device', 'virtio-blk-pci,drive=cd'],
      ['-serial', 'stdio', '-monitor', 'none', '-nic', 'none'],
    ].flat();
    const { stdout } = await run('qemu-system-x86_64', args, { maxBuffer: 1 << 24, timeout: 600_000 });
    const found = stdout.split(/\r?\n/).flatMap((line) => {
      const [, name, content] = /FILE (\S+) ?(\S*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Buffer.from(content ?? '', 'base64').toString('utf8')] as const];
    });
    return Object.fromEntries(found);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
