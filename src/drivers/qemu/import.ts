import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { profileOfFile, sectorProblem } from '../../core/brought-image.ts';
import type { MasterSource } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import { describeError } from '../../lib/errors.ts';
import { applianceAccel, type SectorBytes } from '../../qemu/argv.ts';
import { describeBoot, firmwareFor } from '../../qemu/boot-sectors.ts';
import { propose, proposeDescribed } from './inside.ts';
import { bootNotes, bootSectorsOf, takeImage } from '../../qemu/take-image.ts';
import { mustHaveFirmware } from './efi.ts';
import { grantFile, type Host } from './host.ts';
import type { MasterParts } from './masters.ts';
import { mustHaveTpms } from './tpm.ts';

type FileSource = Extract<MasterSource, { kind: 'file' }>;

/** Refuses what this host has no program or firmware for. Errors: `missing-tool`, `not-supported`. */
export function mustHaveHardware({ layout }: Pick<Host, 'layout'>, { tpm, firmware, secureBoot }: FileSource['profile']): void {
  if (tpm === true) mustHaveTpms(layout);
  if (secureBoot === true || firmware === 'efi') mustHaveFirmware(secureBoot === true);
}

/** Turns a file that somebody brought into a qcow2 of ours, in `folder`. */
export async function importFile(ctx: Ctx, host: Host, source: FileSource, folder: string): Promise<MasterParts> {
  mustHaveHardware(host, source.profile);
  const by = { img: host.img, account: host.account, root: host.layout.root, maxImageBytes: host.maxImageBytes };
  const taken = await takeImage(ctx, by, source, folder);
  const boot = await bootSectorsOf(ctx, by, taken, folder);
  const { sectorBytes } = boot;
  const wrong = sectorProblem(sectorBytes, source.profile);
  if (wrong !== undefined) throw driverError('bad-image', wrong.message, { hint: wrong.hint });
  const firmware = source.profile.firmware ?? firmwareFor(boot);
  if (firmware === 'efi' && source.profile.secureBoot !== true) mustHaveFirmware(false);
  const disk = join(folder, 'converted.qcow2');
  await grantFile(host, disk);
  await host.img.convert(ctx, taken, disk, {
    onProgress: (fraction) => ctx.progress({ text: 'converting the image', fraction }),
  });
  const inside = boot.mayHoldSystem ? await lookInside(ctx, host, { disk, sectorBytes }) : undefined;
  const seen = propose(source.profile, inside);
  const had = proposeDescribed(source.described ?? {}, missingHere(host));
  const notes = [...(source.notes ?? []), ...had.notes, ...taken.notes, ...bootNotes(boot), ...seen.notes];
  return {
    disk,
    profile: profileOfFile({
      ...had.profile,
      ...source.profile,
      ...seen.profile,
      firmware,
      ...(sectorBytes === 512 ? {} : { sectorBytes }),
    }),
    facts: {
      importedFormat: taken.format,
      boot: describeBoot(boot),
      ...(inside === undefined ? {} : { inside: inside.report.join('; ').slice(0, 1000) }),
      ...(notes.length > 0 ? { notes: notes.join(' ') } : {}),
    },
  };
}

/** Why this host cannot give a machine what another had. */
function missingHere({ layout }: Host) {
  const why = (check: () => void): string | undefined => {
    try {
      check();
      return undefined;
    } catch (error) {
      return describeError(error);
    }
  };
  return { secureBoot: why(() => mustHaveFirmware(true)), tpm: why(() => mustHaveTpms(layout)) };
}

/** What systems are on it; undefined where no helper guest can be had or it does not come to an end: then nothing is known. */
async function lookInside(ctx: Ctx, host: Host, its: { disk: string; sectorBytes: SectorBytes }) {
  ctx.progress({ text: 'looking at what is in it' });
  try {
    const appliance = await host.tools.ensureAppliance(ctx, host.layout.appliance);
    const account = host.launchAccount();
    if (account !== undefined) await chown(its.disk, account.uid, account.gid);
    return await host.tools.runInspect(ctx, { ...appliance, ...its, accelArgs: applianceAccel(host.accel()) });
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    host.log.warn({ err: describeError(error) }, 'an image that is brought was not looked into');
    return undefined;
  }
}
