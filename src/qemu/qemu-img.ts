import type { Ctx } from '../lib/context.ts';
import { withTimeout } from '../lib/context.ts';
import { CarrelError, isCode } from '../lib/errors.ts';
import { type Account, runTool, type ToolOptions } from './run-tool.ts';

/** By the names that people use; QEMU calls a VHD vpc. */
export type DiskFormat = 'qcow2' | 'vmdk' | 'vhd' | 'vhdx' | 'vdi' | 'raw';

/** The arguments that open a disk as exactly this format. */
function opened(path: string, format: DiskFormat): string[] {
  if (format !== 'vhd') return ['-f', format, path];
  // By its geometry a VHD of some programs is shorter than what they wrote into it; its footer has the size.
  return ['--image-opts', `driver=vpc,force_size_calc=current_size,file.driver=file,file.filename=${path.replaceAll(',', ',,')}`];
}

/** Address space of one qemu-img, in bytes. A convert of any size uses some 100 MiB; the rest is for its threads' stacks. */
const MEMORY = 2 * 1024 ** 3;
/** Processor time of a short call and of a conversion, in seconds. */
const CPU_SHORT = 60;
const CPU_LONG = 3600;

export interface ImageInfo {
  format: string;
  virtualBytes: number;
  backingFile: string | undefined;
}

/**
 * qemu-img, always under an account without rights where there is one, with bounds, and always told the format: a guest that writes a
 * qcow2 header to the start of its raw disk must not make QEMU open what that header names.
 */
/** qemu-img's own choice. */
const CLUSTER_BYTES = 65_536;

export class QemuImg {
  private readonly account: Account | undefined;
  private readonly command: string;

  constructor(options: { account?: Account | undefined; command?: string } = {}) {
    this.account = options.account;
    this.command = options.command ?? 'qemu-img';
  }

  /** Makes an overlay on a qcow2. It takes no lock on the backing file: the caller knows that it never changes. */
  async createOverlay(ctx: Ctx, path: string, backing: string): Promise<void> {
    await this.run(ctx, ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', backing, path]);
  }

  /**
   * Lets an overlay stand on what its backing file stands on; what only that file had is copied into the overlay first. Nothing else is
   * written. Broken off, the overlay still stands where it stood.
   */
  async standLower(ctx: Ctx, path: string, backing: string): Promise<void> {
    await this.run(ctx, ['rebase', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', backing, path], { cpuSeconds: CPU_LONG });
  }

  /** Makes an empty qcow2 that stands on nothing. */
  async createEmpty(ctx: Ctx, path: string, virtualBytes: number, clusterBytes = CLUSTER_BYTES): Promise<void> {
    await this.run(ctx, ['create', '-q', '-f', 'qcow2', '-o', `cluster_size=${clusterBytes}`, path, String(virtualBytes)]);
  }

  /** Copies the whole content into a VMDK of compressed grains, as qemu-img understands that; see stream-vmdk.ts. */
  async convertToStream(
    ctx: Ctx,
    from: { path: string; format: DiskFormat },
    to: string,
    onProgress?: (fraction: number) => void,
  ): Promise<void> {
    await this.convertBy(ctx, ['-O', 'vmdk', '-o', 'subformat=streamOptimized', ...opened(from.path, from.format), to], onProgress);
  }

  /** Copies the whole content into a new qcow2 that stands on nothing. `onProgress` gets fractions from 0 to 1. */
  async convert(
    ctx: Ctx,
    from: { path: string; format: DiskFormat },
    to: string,
    options: { compress?: boolean; share?: boolean; clusterBytes?: number; onProgress?: (fraction: number) => void } = {},
  ): Promise<void> {
    const args = ['-O', 'qcow2'];
    if (options.share) args.push('-U');
    if (options.compress) args.push('-c', '-o', 'compression_type=zstd');
    if (options.clusterBytes !== undefined) args.push('-o', `cluster_size=${options.clusterBytes}`);
    await this.convertBy(ctx, [...args, ...opened(from.path, from.format), to], options.onProgress);
  }

  private async convertBy(ctx: Ctx, args: string[], onProgress: ((fraction: number) => void) | undefined): Promise<void> {
    const onOutput = (text: string) => {
      const fraction = parseProgress(text);
      if (fraction !== undefined) onProgress?.(fraction);
    };
    await this.run(ctx, ['convert', '-p', ...args], { cpuSeconds: CPU_LONG, onOutput });
  }

  /** Makes a qcow2 larger, also one that stands on a smaller: the new part reads as zeros. Bytes. */
  async grow(ctx: Ctx, path: string, virtualBytes: number): Promise<void> {
    await this.run(ctx, ['resize', '-q', '-f', 'qcow2', path, String(virtualBytes)]);
  }

  /** How many bytes a copy of the whole content of a qcow2 and what it stands on may come to take, as a qcow2 of its own. */
  async measure(ctx: Ctx, path: string): Promise<number> {
    const { stdout } = await this.run(ctx, ['measure', '--output=json', '-O', 'qcow2', '-f', 'qcow2', path]);
    return (JSON.parse(stdout) as { required: number }).required;
  }

  async info(ctx: Ctx, path: string, format: DiskFormat): Promise<ImageInfo> {
    const { stdout } = await this.run(ctx, ['info', '-U', '--output=json', ...opened(path, format)]);
    const value = JSON.parse(stdout) as { format: string; 'virtual-size': number; 'full-backing-filename'?: string };
    return { format: value.format, virtualBytes: value['virtual-size'], backingFile: value['full-backing-filename'] };
  }

  /** Writes the first sectors (of 512 bytes) of what a guest sees to the file `to`; fewer of a smaller disk. */
  async firstSectors(ctx: Ctx, disk: { path: string; format: DiskFormat }, count: number, to: string): Promise<void> {
    const from = opened(disk.path, disk.format);
    const input = `if=${from.pop() ?? ''}`;
    await this.run(ctx, ['dd', ...from, '-O', 'raw', 'bs=512', `count=${count}`, input, `of=${to}`]);
  }

  /** Looks through all of an image's tables; `bad-image` when they are not sound. */
  async check(ctx: Ctx, path: string, format: 'qcow2' | 'vmdk' | 'vhdx' | 'vdi'): Promise<void> {
    try {
      await this.run(ctx, ['check', '-q', '-f', format, path], { cpuSeconds: CPU_LONG });
    } catch (cause) {
      // 3 = leaked clusters only: room is wasted, the data is sound.
      if (isCode(cause, 'tool-failed') && (cause as CarrelError).details['exit'] === '3') return;
      if (isCode(cause, 'tool-failed')) throw new CarrelError('bad-image', 'the image is damaged', { cause });
      throw cause;
    }
  }

  /** Whether two qcow2 chains show the same content. */
  async sameContent(ctx: Ctx, a: string, b: string): Promise<boolean> {
    try {
      await this.run(ctx, ['compare', '-q', '-f', 'qcow2', '-F', 'qcow2', '-U', a, b], { cpuSeconds: CPU_LONG });
      return true;
    } catch (error) {
      if (isCode(error, 'tool-failed') && (error as CarrelError).details['exit'] === '1') return false;
      throw error;
    }
  }

  private async run(ctx: Ctx, args: string[], options: ToolOptions = {}) {
    const long = options.cpuSeconds === CPU_LONG;
    return await runTool(long ? ctx : withTimeout(ctx, 60_000), this.command, args, {
      as: this.account,
      memoryBytes: MEMORY,
      cpuSeconds: CPU_SHORT,
      ...options,
    });
  }
}

/** The last fraction in `    (12.34/100%)\r`, from 0 to 1. */
export function parseProgress(text: string): number | undefined {
  const all = [...text.matchAll(/\((\d+(?:\.\d+)?)\/100%\)/g)];
  const last = all.at(-1)?.[1];
  return last === undefined ? undefined : Math.min(1, Number(last) / 100);
}
