/** What may be done with a revision in which state (docs/spec/revision.md); the server decides in the end. */
import type { Revision, Verification } from '../../../src/contract/images.ts';
import type { Provider } from '../../../src/contract/providers.ts';
import type { Tone } from './reservation.ts';

export interface RevisionActions {
  publish: boolean;
  checkOut: boolean;
  verify: boolean;
  /** More golden disks of it elsewhere, where {@link replicaProviders} knows a place. */
  replicate: boolean;
  retire: boolean;
  unretire: boolean;
  remove: boolean;
}

type Facts = Pick<Revision, 'state' | 'machines' | 'failure'> & Partial<Pick<Revision, 'masters'>>;

export function revisionActions({ state, machines, failure, masters = [] }: Facts, author: boolean): RevisionActions {
  const whole = state === 'draft' || state === 'published';
  return {
    publish: author && state === 'draft',
    checkOut: author && whole,
    verify: author && (whole || state === 'retired') && failure?.code !== 'not-supported',
    replicate: author && whole && masters.length > 0,
    retire: author && (whole || state === 'failed'),
    // Not what was taken out of service, or has no golden disks.
    unretire: author && state === 'retired' && failure === undefined && masters.length > 0,
    remove: author && machines === 0 && (state === 'draft' || state === 'retired' || state === 'failed'),
  };
}

/** Providers, by name, that have golden disks of the revision and could keep them on a further datastore of theirs. */
export function replicaProviders(
  { masters }: Pick<Revision, 'masters'>,
  providers: readonly Pick<Provider, 'name' | 'state' | 'replicas'>[],
): string[] {
  const has = new Set(masters.map((master) => master.provider));
  return providers.filter(({ name, state, replicas }) => replicas && state !== 'disabled' && has.has(name)).map(({ name }) => name);
}

/**
 * Providers, by name, that have golden disks of the revision and could seal them anew where they lie now. Asked of operators where something speaks for
 * it: it is out of service since a disk is not what was sealed, or a look (`seen`) found one that is not, or that only its descriptor is sealed.
 */
export function resealProviders(
  { masters, failure, state }: Pick<Revision, 'masters' | 'failure' | 'state'>,
  seen: Verdict['outcome'] | undefined,
  providers: readonly Pick<Provider, 'name' | 'state' | 'reseals'>[],
): string[] {
  const cause = failure?.code === 'master-changed' || seen === 'damaged' || seen === 'descriptor';
  if (!cause || state === 'preparing' || state === 'failed') return [];
  const has = new Set(masters.map((master) => master.provider));
  return providers.filter(({ name, state: at, reseals }) => reseals && at !== 'disabled' && has.has(name)).map(({ name }) => name);
}

export function revisionTone({ state }: Pick<Facts, 'state'>): Tone {
  const tones: Record<Facts['state'], Tone> = { preparing: 'waiting', draft: 'off', published: 'good', retired: 'over', failed: 'bad' };
  return tones[state];
}

type Compared = 'bytes' | 'samples' | 'descriptor';
const MOST_TO_LEAST: readonly Compared[] = ['bytes', 'samples', 'descriptor'];

export interface Verdict {
  /** What the word rests on: of several files, the least that was compared of one; `nothing` where none is sealed. */
  outcome: Compared | 'damaged' | 'nothing';
  /** What is wrong with which file, then why no more was compared; each once. */
  lines: string[];
}

/** What a look at the golden disks found. A file without `compared` was read whole (contract: MasterCheck). */
export function verdictOf({ ok, checks }: Pick<Verification, 'ok' | 'checks'>): Verdict {
  const files = checks.flatMap((check) => check.files);
  const least = Math.max(-1, ...files.map((file) => MOST_TO_LEAST.indexOf(file.compared ?? 'bytes')));
  const problems = files.flatMap(({ path, problem }) => (problem === undefined ? [] : [`${path}: ${problem}`]));
  const notes = files.flatMap(({ path, note }) => (note === undefined ? [] : [`${path}: ${note}`]));
  return {
    outcome: ok ? (MOST_TO_LEAST[least] ?? 'nothing') : 'damaged',
    lines: [...new Set([...problems, ...notes])],
  };
}
