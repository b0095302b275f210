/** Promises 3 and 4 as a step: judged by what the hypervisor shows now. */
import type { CloneMode } from '../../core/image.ts';
import { describeViolation, gate } from '../../core/lineage.ts';
import type { Ctx } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';
import { driverOf, type EngineDeps } from '../deps.ts';

/** `gate-refused` or `not-linked`, with `hint`, unless every disk of the machine is a leaf of its own on nothing but its own disks and its master. */
export async function passGate(
  ctx: Ctx,
  deps: EngineDeps,
  input: { providerId: string; machineId: string; mode: CloneMode },
  hint: string,
): Promise<null> {
  const read = await driverOf(deps, input.providerId).readBack(ctx, input.machineId);
  if (read.chains.length === 0) throw new CarrelError('gate-refused', 'the machine has no disk', { hint });
  for (const chain of read.chains) {
    const violations = gate(chain, { mode: input.mode, ownFolder: read.ownFolder, masterPaths: read.masterPaths });
    if (violations.length === 0) continue;
    const noParent = violations.every((v) => v.rule === 'no-parent');
    throw new CarrelError(noParent ? 'not-linked' : 'gate-refused', violations.map(describeViolation).join('; '), {
      hint,
      details: { violations },
    });
  }
  return null;
}
