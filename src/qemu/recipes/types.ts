import type { Ctx } from '../../lib/context.ts';

/** The hardware and guest facts of a built image; structurally a `RevisionProfile` of the core, which this folder may not import. */
export interface RecipeProfile {
  hardware: { vcpus: number; memoryMiB: number; firmware: 'bios'; display: boolean; cpu?: 'x86-64' };
  guest: { os: string; user: string; sshPort: number; agent: 'carrel'; bootTimeoutS: number };
}

/** What a recipe leaves in its output folder. All paths are absolute. */
export interface BuiltImage {
  /** qcow2 without a backing file. */
  disk: string;
  /** bzImage for `-kernel`. Not the ELF vmlinux: started by PVH, the VGA text console stays black. */
  kernel?: string;
  initrd?: string;
  /** For `-append`. */
  cmdline?: string;
  profile: RecipeProfile;
  /** What it was made of (package versions, sizes in bytes, seconds), for people to read. */
  facts: Record<string, string>;
}

export interface Recipe {
  name: string;
  description: string;
  /** Programs that must be on PATH; `build` checks them first and names the Debian package of a missing one. */
  needs: readonly string[];
  /**
   * Builds into `outDir`, which must not exist yet; it appears whole at the end or not at all.
   * Errors: `missing-tool`, `unavailable` (download), `no-space`, `cancelled`, `deadline`, `already-exists`, `recipe-failed`.
   */
  build(ctx: Ctx, outDir: string): Promise<BuiltImage>;
}
