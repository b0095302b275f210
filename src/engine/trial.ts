/** A clone that is made to see whether it can be: never switched on, in nobody's name, and gone again at once. */
import { makeCtx, type Ctx } from '../lib/context.ts';
import { imageNamed } from './intents/image-named.ts';
import { CarrelError } from '../lib/errors.ts';
import * as images from '../store/images.ts';
import * as masters from '../store/masters.ts';
import type { Provider, Revision } from '../store/schema.ts';
import { driverOf, type EngineDeps } from './deps.ts';
import { deleteProved } from './deletes.ts';

/** For taking it away, in milliseconds: whoever asked may have gone by then. */
const REMOVE_MS = 300_000;

export interface Trial {
  providerId: string;
  /** `debian@3`. */
  name: string;
  revision: Revision;
}

export interface TrialResult {
  revision: string;
  /** Milliseconds. */
  cloneMs: number;
  removeMs: number;
  /** The chain of its first disk, its own first. */
  disks: string[];
  notes: string[];
}

/** What would be tried. `not-found` (image, revision, or no master of it there). */
export async function trialOf(
  deps: EngineDeps,
  provider: Pick<Provider, 'id' | 'name'>,
  wanted: { image: string; revision: number | undefined },
): Promise<Trial> {
  const { db } = deps.store;
  const image = await imageNamed(db, wanted.image);
  const all = await images.revisionsOf(db, [image.id]);
  const revision = wanted.revision === undefined ? all.find((r) => r.state === 'published') : all.find((r) => r.number === wanted.revision);
  if (!revision) {
    const what = wanted.revision === undefined ? 'no published revision' : `no revision ${wanted.revision}`;
    throw new CarrelError('not-found', `${image.name} has ${what}`, { hint: `see \`carrel image show ${image.name}\`` });
  }
  const name = `${image.name}@${revision.number}`;
  if (!(await masters.find(db, revision.id, provider.id))) {
    throw new CarrelError('not-found', `${name} has no master on ${provider.name}`, {
      hint: `make one: carrel image import --provider ${provider.name} --vm PATH --as-master-of ${name}`,
    });
  }
  return { providerId: provider.id, name, revision };
}

/**
 * Makes a linked clone and takes it away, whatever came of it. The machine has no row: a server that dies in the middle leaves one that
 * the reconciler takes for leaked, which it is. Errors: those of the driver, and of a delete
 * that did not leave everything as it was.
 */
export async function runTrial(ctx: Ctx, deps: EngineDeps, trial: Trial, actor: string): Promise<TrialResult> {
  const driver = driverOf(deps, trial.providerId);
  const machineId = deps.newId();
  const hardware = trial.revision.profile?.hardware;
  if (hardware === undefined) throw new CarrelError('wrong-state', `${trial.name} is not finished`);
  const began = performance.now();
  const deletable = { providerId: trial.providerId, kind: 'machine' as const, id: machineId, actor, action: 'provider.tried' };
  const remove = async (): Promise<number> => {
    const from = performance.now();
    await deleteProved(makeCtx({ timeoutMs: REMOVE_MS, log: deps.log }), deps, deletable);
    return Math.round(performance.now() - from);
  };
  try {
    const { vcpus, memoryMiB } = hardware;
    const made = await driver.clone(ctx, {
      machineId,
      revisionId: trial.revision.id,
      mode: 'linked',
      hardware: { vcpus, memoryMiB },
      hostname: 'carrel-trial',
      first: true,
    });
    const cloneMs = Math.round(performance.now() - began);
    const removeMs = await remove();
    const disks = (made.chains[0] ?? []).map((disk) => disk.path);
    return { revision: trial.name, cloneMs, removeMs, disks, notes: [...made.notes] };
  } catch (error) {
    await remove().catch((e: unknown) => deps.log.error({ err: e, machineId }, 'a trial clone could not be taken away'));
    throw error;
  }
}
