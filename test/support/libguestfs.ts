/** libguestfs where this host has no kernel that it could use, as in a container. For tests and benchmarks. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Ctx } from '../../src/lib/context.ts';
import { fetchKernel } from '../../src/qemu/recipes/kernel.ts';
import { DebianPackages } from '../../src/qemu/recipes/packages.ts';

/**
 * The environment of libguestfs' programs: no libvirt, and a kernel of its own below `folder`, where its system is kept too; without `kvm` TCG
 * alone, whatever devices are there. Errors: `unavailable` (download), `no-space`, `cancelled`.
 */
export async function libguestfsEnv(ctx: Ctx, folder: string, o: { kvm?: boolean } = {}): Promise<NodeJS.ProcessEnv> {
  const dir = mkdtempSync(join(folder, 'guestfs-'));
  const kernel = await fetchKernel(ctx, new DebianPackages(dir), dir, { from: 0, to: 1 });
  // An unpacked package has no list of what each module needs.
  execFileSync('/sbin/depmod', ['-b', rootOf(kernel.modules), kernel.version]);
  return {
    ...process.env,
    LIBGUESTFS_BACKEND: 'direct',
    ...(o.kvm === true ? {} : { LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' }),
    LIBGUESTFS_CACHEDIR: dir,
    TMPDIR: dir,
    SUPERMIN_KERNEL: kernel.image,
    SUPERMIN_KERNEL_VERSION: kernel.version,
    SUPERMIN_MODULES: kernel.modules,
  };
}

/** The root that `lib/modules/VERSION` lies in. */
const rootOf = (modules: string): string => dirname(dirname(dirname(modules)));
