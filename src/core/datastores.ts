/** Which datastore of a provider a claim counts on. Disks of one machine lie on one, beside the golden disks that they stand on or are copied from. */
import { type Interval, UsageSweep } from './calendar.ts';

/** One datastore in a span. */
export interface DatastoreUse {
  name: string;
  /** What may be claimed of it in all; left out while it is away. */
  roomMiB?: number;
  awaySince?: number | undefined;
  /** The most that is claimed of it. */
  heldMiB: number;
  /** Golden disks of the revision lie on it. */
  golden: boolean;
  /** What a copy of them would take. */
  goldenMiB: number;
}

/** A span in which too much would be claimed of a datastore. */
export interface DatastoreShort extends Interval {
  name: string;
  /** What is claimed of it then. */
  heldMiB: number;
}

/** Why a datastore does not take it: until when it has no room (`Infinity`: nobody knows), or that it is away. */
export interface DatastoreRefusal {
  name: string;
  freeMiB: number;
  until?: number | undefined;
  awaySince?: number | undefined;
}

/** What is left of it in the span; below zero where it is away, or too much is claimed. */
export function leftOn({ roomMiB = -1, heldMiB }: Pick<DatastoreUse, 'roomMiB' | 'heldMiB'>): number {
  return roomMiB - heldMiB;
}

/** What a claim takes there: where the golden disks lie on others alone, they have to fit too. */
function neededOn(each: DatastoreUse, all: readonly DatastoreUse[], wantedMiB: number): number {
  return wantedMiB + (each.golden || !all.some((other) => other.golden) ? 0 : each.goldenMiB);
}

/** So much may be claimed by others of each that can be used, for the claim to have room; by name. */
export function mostOn(all: readonly DatastoreUse[], wantedMiB: number): Map<string, number> {
  return new Map(all.flatMap((each) => (each.roomMiB === undefined ? [] : [[each.name, each.roomMiB - neededOn(each, all, wantedMiB)]])));
}

/**
 * The one to count on: of those that have room over the whole span the one that it counts on already, then those with golden disks of the revision,
 * then the one with most left. Undefined: none has room.
 */
export function chooseDatastore(all: readonly DatastoreUse[], wantedMiB: number, prefer?: string | null): string | undefined {
  const fits = (each: DatastoreUse) => each.roomMiB !== undefined && leftOn(each) >= neededOn(each, all, wantedMiB);
  const rank = ({ name, golden }: DatastoreUse) => (name === prefer ? 0 : golden ? 1 : 2);
  return all.filter(fits).sort((a, b) => rank(a) - rank(b) || leftOn(b) - leftOn(a) || (a.name < b.name ? -1 : 1))[0]?.name;
}

/** The end of a sentence that says that none has room. */
export function datastoresText(refusals: readonly DatastoreRefusal[]): string {
  const when = (t: number) => (Number.isFinite(t) ? ` until ${new Date(t).toISOString()}` : '');
  const each = ({ name, freeMiB, until, awaySince }: DatastoreRefusal) =>
    awaySince === undefined
      ? `${name} has ${freeMiB} MiB left${when(until ?? Number.POSITIVE_INFINITY)}`
      : `${name} is away since ${new Date(awaySince).toISOString()}`;
  return refusals.map(each).join(', ');
}

/** The datastores of a provider as promises are made of them one after the other: none where it is one place. */
export class DatastoreSweep {
  readonly #all: readonly DatastoreUse[];
  readonly #sweeps: ReadonlyMap<string, UsageSweep>;

  /** `shorts`: where others claim too much for what is to be promised; elsewhere there is room for all of it. */
  constructor(all: readonly DatastoreUse[], shorts: readonly DatastoreShort[]) {
    this.#all = all;
    const nothing = { machines: 0, vcpus: 0, memoryMiB: 0 };
    const steps = (name: string) => {
      const own = shorts.filter((s) => s.name === name);
      return own.flatMap((s, i) => [
        { ...nothing, at: s.start, storageMiB: s.heldMiB },
        ...(own[i + 1]?.start === s.end || !Number.isFinite(s.end) ? [] : [{ ...nothing, at: s.end, storageMiB: 0 }]),
      ]);
    };
    const before = { ...nothing, at: Number.NEGATIVE_INFINITY, storageMiB: 0 };
    this.#sweeps = new Map(all.map(({ name }) => [name, new UsageSweep([before, ...steps(name)])]));
  }

  /** The one to count on; null where there is none to choose, undefined where none has room. */
  choose(hold: Interval, wantedMiB: number): string | null | undefined {
    if (this.#all.length === 0 || wantedMiB === 0) return null;
    const now = this.#all.map((each) => ({ ...each, heldMiB: this.#sweeps.get(each.name)?.peak(hold).storageMiB ?? 0 }));
    return chooseDatastore(now, wantedMiB);
  }

  /** That counts on it from now on. */
  take(name: string | null | undefined, hold: Interval, storageMiB: number): void {
    if (typeof name === 'string') this.#sweeps.get(name)?.add({ hold, vcpus: 0, memoryMiB: 0, storageMiB });
  }
}
