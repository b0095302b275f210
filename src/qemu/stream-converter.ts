/** From a file that somebody brought to a disk that can be sent to a VMware host. Needs qemu-img, and nothing else of QEMU. */
import { access, constants, mkdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Ctx } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { describeBoot, firmwareFor } from './boot-sectors.ts';
import { grantFile } from './grant-file.ts';
import { DEFAULT_MAX_IMAGE_BYTES, IMPORT_FORMATS } from './import-check.ts';
import { QemuImg } from './qemu-img.ts';
import { type StreamVmdk, streamVmdk } from './stream-vmdk.ts';
import { bootNotes, bootSectorsOf, takeImage } from './take-image.ts';
import { accountFor } from './tool-account.ts';

export interface ConvertedDisk extends StreamVmdk {
  /** What the file was. */
  format: string;
  /** By what it has to boot from; undefined where it has neither or both. */
  firmware: 'bios' | 'efi' | undefined;
  /** A sentence about partition table and boot code. */
  boot: string;
  /** Sentences for the person who brought it. */
  notes: string[];
}

export interface StreamConverterOptions {
  /** The server's data directory; what is being converted lies below it. */
  dataDir: string;
  maxImageBytes?: number | undefined;
  log: Logger;
}

const SECTORS =
  'import it on a provider of kind qemu, or make the disk again with sectors of 512 bytes (mkosi: SectorSize=512; systemd-repart: --sector-size=512)';

export class StreamConverter {
  readonly #options: StreamConverterOptions;

  constructor(options: StreamConverterOptions) {
    this.#options = options;
  }

  /** What can be converted: nothing where qemu-img is not to be found. */
  async formats(): Promise<readonly string[]> {
    const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
    const found = await Promise.all(
      folders.map((folder) =>
        access(join(folder, 'qemu-img'), constants.X_OK).then(
          () => true,
          () => false,
        ),
      ),
    );
    return found.includes(true) ? IMPORT_FORMATS : [];
  }

  /**
   * Converts a file; the disk can be read until it is discarded by the same id. Bounded by `ctx`. Errors: `bad-image`, `no-space`,
   * `tool-failed`.
   */
  async make(ctx: Ctx, id: string, source: { path: string; claimed: string | undefined }): Promise<ConvertedDisk> {
    await this.discard(id);
    const { dataDir, log, maxImageBytes = DEFAULT_MAX_IMAGE_BYTES } = this.#options;
    const folder = this.#folder(id);
    await mkdir(folder, { recursive: true, mode: 0o711 });
    const { account } = await accountFor(dataDir, log);
    const img = new QemuImg({ account });
    const taken = await takeImage(ctx, { img, account, root: dataDir, maxImageBytes }, source, folder);
    const disk = { path: join(folder, 'disk.vmdk'), format: 'vmdk' } as const;
    const boot = await bootSectorsOf(ctx, { img, account }, taken, folder);
    if (boot.sectorBytes !== 512)
      throw new CarrelError('bad-image', `it holds a disk with sectors of ${boot.sectorBytes} bytes, and a VMDK has 512`, {
        hint: SECTORS,
      });
    await grantFile(account, disk.path);
    await img.convertToStream(ctx, taken, disk.path, (fraction) => ctx.progress({ text: 'converting the image', fraction }));
    return {
      ...(await streamVmdk(disk.path)),
      format: taken.format,
      firmware: firmwareFor(boot),
      boot: describeBoot(boot),
      notes: [...taken.notes, ...bootNotes(boot)],
    };
  }

  /** Takes away what was made under that id. */
  async discard(id: string): Promise<void> {
    await rm(this.#folder(id), { recursive: true, force: true });
  }

  #folder(id: string): string {
    return join(this.#options.dataDir, 'converting', id);
  }
}
