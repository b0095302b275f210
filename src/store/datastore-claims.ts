/** Whose space a promise counts on, of the datastores of its provider; in the transaction that promises it. */
import { partText, type Short } from '../core/calendar.ts';
import {
  chooseDatastore,
  type DatastoreRefusal,
  type DatastoreShort,
  DatastoreSweep,
  type DatastoreUse,
  datastoresText,
  leftOn,
  mostOn,
} from '../core/datastores.ts';
import { CarrelError } from '../lib/errors.ts';
import * as datastores from './datastores.ts';
import type { Counting } from './held-terms.ts';
import { peaks, shortSpans } from './held-datastores.ts';
import type { Db, Provider, TimeRange, Tx } from './schema.ts';

export interface DatastoreClaim {
  hold: TimeRange;
  span: TimeRange;
  storageMiB: number;
  /** Its golden disks say where it can stand. */
  revisionId?: string | undefined;
  /** The one that it counts on now: it stays there if it can, and has to if its disks lie there. */
  datastore?: string | null | undefined;
  standing?: boolean | undefined;
}

/** How far past its end it is looked until when a datastore has no room, in milliseconds. */
const FURTHER_MS = 30 * 86_400_000;

/**
 * The datastore that a claim counts on; null where the provider is one place, or nothing is claimed. Call it under the provider's row lock, with its
 * hours counted anew. `no-capacity` with what is in the way on each, if none has room over the whole of what is held.
 */
export async function claimDatastore(tx: Tx, provider: Provider, claim: DatastoreClaim, counting: Counting): Promise<string | null> {
  const { hold, storageMiB: wantedMiB, datastore = null, standing } = claim;
  if (wantedMiB === 0 || !(await datastores.any(tx, provider.id))) return standing ? datastore : null;
  const all = await peaks(tx, provider.id, hold, counting, claim.revisionId);
  if (standing) {
    const here = all.find((each) => each.name === datastore);
    // Where nobody else claims anything, going on is no promise that anything could break.
    if (here?.roomMiB === undefined || here.heldMiB === 0 || leftOn(here) >= wantedMiB) return datastore;
    throw await refused(tx, provider, claim, [here], counting);
  }
  const chosen = chooseDatastore(all, wantedMiB, datastore);
  if (chosen === undefined) throw await refused(tx, provider, claim, all, counting);
  return chosen;
}

/**
 * For several promises of a provider in a span, each of `wantedMiB`, of which at most `count` are held at one time. Call it as {@link claimDatastore}.
 */
export async function sweepDatastores(
  tx: Db,
  providerId: string,
  span: TimeRange,
  counting: Counting,
  { wantedMiB, count, revisionId }: { wantedMiB: number; count: number; revisionId: string },
): Promise<DatastoreSweep> {
  if (wantedMiB === 0 || !(await datastores.any(tx, providerId))) return new DatastoreSweep([], []);
  const all = await peaks(tx, providerId, span, counting, revisionId);
  return new DatastoreSweep(all, await shortSpans(tx, providerId, span, counting, mostOn(all, wantedMiB * count)));
}

/**
 * Of each datastore the spans in which it has too little room for a claim, in order; that is all of the time for one that is away. None where there is
 * no datastore to choose.
 */
export async function scarceDatastores(
  db: Db,
  providerId: string,
  span: TimeRange,
  counting: Counting,
  { wantedMiB: wanted, revisionId }: { wantedMiB: number; revisionId: string },
): Promise<Short[][]> {
  if (wanted === 0 || !(await datastores.any(db, providerId))) return [];
  const all = await peaks(db, providerId, span, counting, revisionId);
  const most = mostOn(all, wanted);
  const shorts = await shortSpans(db, providerId, span, counting, most);
  const short = (start: number, end: number, free: number): Short => {
    const missing = { machines: 0, memoryMiB: 0, vcpus: 0, storageMiB: wanted - free };
    return { during: { start, end }, what: { resource: 'storageMiB', wanted, free, missing } };
  };
  return all.map(({ name, roomMiB }) => {
    if (roomMiB === undefined) return [short(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0)];
    const own = shorts.filter((s) => s.name === name);
    return own.map(({ start, end, heldMiB }) => short(start, end, Math.max(0, (most.get(name) ?? 0) + wanted - heldMiB)));
  });
}

async function refused(
  tx: Tx,
  provider: Provider,
  { hold, span, storageMiB: wanted }: DatastoreClaim,
  all: readonly DatastoreUse[],
  counting: Counting,
): Promise<CarrelError> {
  const further = { start: hold.start, end: hold.end && new Date(hold.end.getTime() + FURTHER_MS) };
  const until = hold.end?.getTime() ?? Number.POSITIVE_INFINITY;
  const shorts = inOne(await shortSpans(tx, provider.id, further, counting, mostOn(all, wanted))).filter((s) => s.start < until);
  const of = (name: string) => shorts.filter((s) => s.name === name);
  const refusals = all.map((each) => refusalOf(each, of(each.name)));
  const best = [...all].sort((a, b) => leftOn(b) - leftOn(a))[0] as DatastoreUse;
  const inSpan = (s: DatastoreShort) => s.start < (span.end?.getTime() ?? Number.POSITIVE_INFINITY) && s.end > span.start.getTime();
  const around = all.some((each) => each.roomMiB !== undefined && of(each.name).length > 0 && !of(each.name).some(inSpan));
  const part = around ? 'around' : 'span';
  const at = new Date(Math.max(hold.start.getTime(), of(best.name)[0]?.start ?? 0)).toISOString();
  const free = Math.max(0, leftOn(best));
  return new CarrelError(
    'no-capacity',
    `no datastore of ${provider.name} has ${wanted} MiB left over the whole time: ${datastoresText(refusals)}${partText(part)}`,
    {
      hint: 'ask for another time, or for a linked clone in place of a full copy: `carrel when IMAGE` says what is free when',
      details: {
        resource: 'storageMiB',
        wanted,
        free,
        missing: { machines: 0, memoryMiB: 0, vcpus: 0, storageMiB: Math.max(1, wanted - leftOn(best)) },
        at,
        part,
        provider: provider.name,
        providerId: provider.id,
        datastores: refusals.map(({ name, freeMiB, until: end, awaySince }) => ({
          name,
          ...(awaySince === undefined ? { free: freeMiB } : { awaySince: new Date(awaySince).toISOString() }),
          ...(end === undefined || !Number.isFinite(end) ? {} : { until: new Date(end).toISOString() }),
        })),
      },
    },
  );
}

/** Spans of which one begins where the one before ends, as one. */
function inOne(spans: readonly DatastoreShort[]): DatastoreShort[] {
  const all: DatastoreShort[] = [];
  for (const span of spans) {
    const last = all.at(-1);
    if (last !== undefined && last.name === span.name && last.end === span.start) last.end = span.end;
    else all.push({ ...span });
  }
  return all;
}

function refusalOf(use: DatastoreUse, shorts: readonly DatastoreShort[]): DatastoreRefusal {
  return { name: use.name, freeMiB: Math.max(0, leftOn(use)), until: shorts.at(-1)?.end, awaySince: use.awaySince };
}
