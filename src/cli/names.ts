/** How people name things on a command line. */
import { InvalidArgumentError } from 'commander';
import type { Client } from '../client/client.ts';
import { ApiError } from '../client/errors.ts';
import type { Reservation } from '../contract/reservations.ts';
import { CarrelError } from '../lib/errors.ts';

const FULL_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const PART_OF_ID = /^[0-9a-f-]{1,36}$/;

/** The one that begins so; undefined if none does, `conflict` if several do. */
function only<T extends { id: string }>(items: readonly T[], start: string, what: string): T | undefined {
  const found = items.filter((item) => item.id.startsWith(start));
  if (found.length > 1) {
    throw new CarrelError('conflict', `${found.length} ${what}s begin with ${start}`, {
      hint: `one of ${found.map((f) => f.id).join(', ')}`,
    });
  }
  return found[0];
}

/** What an account may not see, it does not look through. */
async function unlessRefused<T>(page: Promise<{ items: T[] }>): Promise<T[]> {
  try {
    return (await page).items;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not-allowed') return [];
    throw error;
  }
}

/** The reservation of an id or the beginning of one, or of a machine's name (`starter-3f2a9c`): the live ones first, then past ones, then everybody's. */
export async function findReservation(client: Client, text: string): Promise<Reservation> {
  const id = text.toLowerCase();
  if (FULL_ID.test(id)) return client.showReservation({ params: { id } });
  if (!PART_OF_ID.test(id)) {
    // A machine's name: those that are there, since a name says what it is, and an id who had it.
    const { items } = await client.listReservations({ query: { limit: 1000 } });
    const named = items.find(({ hostname }) => hostname === id);
    if (named !== undefined) return named;
    throw new CarrelError('not-found', `${JSON.stringify(text)} is neither a reservation's id nor the name of a machine of yours`, {
      hint: 'see `carrel ls`',
    });
  }
  for (const query of [{ limit: 1000 }, { limit: 1000, past: true }, { limit: 1000, past: true, all: true }]) {
    const found = only(await unlessRefused(client.listReservations({ query })), id, 'reservation');
    if (found !== undefined) return found;
  }
  throw new CarrelError('not-found', `no reservation begins with ${id}`, { hint: 'see `carrel ls --past`' });
}

/** An id of anything as it is; of a reservation its beginning or its machine's name too. */
export async function fullId(client: Client, text: string): Promise<string> {
  const id = text.toLowerCase();
  return FULL_ID.test(id) ? id : (await findReservation(client, text)).id;
}

/** The id of one of these, of which the beginning will do. `hint`: where they are listed. */
export function idOf(items: readonly { id: string }[], text: string, what: string, hint: string): string {
  const id = text.toLowerCase();
  const found = PART_OF_ID.test(id) ? only(items, id, what) : undefined;
  if (found === undefined) throw new CarrelError('not-found', `there is no ${what} ${text}`, { hint: `see \`${hint}\`` });
  return found.id;
}

/** The id of a machine, of which the beginning will do. For operators. */
export async function findMachine(client: Client, text: string): Promise<string> {
  const id = text.toLowerCase();
  if (FULL_ID.test(id)) return id;
  return idOf(await everyPage((page) => client.listMachines({ query: { all: true, ...page } })), text, 'machine', 'carrel machine ls');
}

/** All that there is of a list, however many pages that takes. */
export async function everyPage<T>(
  read: (page: { limit: number; after?: string }) => Promise<{ items: T[]; next?: string }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let after: string | undefined; ; ) {
    const { items, next } = await read({ limit: 1000, ...(after === undefined ? {} : { after }) });
    for (const item of items) all.push(item);
    if (next === undefined) return all;
    after = next;
  }
}

/** The id of a job, of which the beginning will do. */
export async function findJob(client: Client, text: string): Promise<string> {
  const id = text.toLowerCase();
  if (FULL_ID.test(id)) return id;
  const found = PART_OF_ID.test(id) ? only(await unlessRefused(client.listJobs({ query: { limit: 1000 } })), id, 'job') : undefined;
  if (found === undefined) throw new CarrelError('not-found', `there is no job ${text}`, { hint: 'see `carrel jobs ls`' });
  return found.id;
}

/** `starter` or `starter@2`. */
export function imageAndRevision(text: string): { name: string; number?: number } {
  const [name = '', number, ...rest] = text.split('@');
  if (name === '') throw new CarrelError('bad-request', `${JSON.stringify(text)} names no image`, { hint: 'see `carrel image ls`' });
  if (number === undefined) return { name };
  if (rest.length > 0 || !/^[1-9]\d{0,8}$/.test(number)) {
    throw new CarrelError('bad-request', `${JSON.stringify(text)} names no revision`, { hint: 'such as starter@2' });
  }
  return { name, number: Number(number) };
}

/** `starter@2`, with its number. */
export function revisionOf(text: string): { name: string; number: number } {
  const { name, number } = imageAndRevision(text);
  if (number === undefined) throw new CarrelError('bad-request', 'name a revision', { hint: `such as ${name}@1` });
  return { name, number };
}

/** `40G` as MiB: M, G and T are those of 1024. */
export function diskSize(text: string): number {
  const [, number, unit = ''] = /^(\d{1,7})([MGT])(?:iB)?$/i.exec(text) ?? [];
  const mib = Number(number) * ({ M: 1, G: 1024, T: 1024 ** 2 }[unit.toUpperCase()] ?? 0);
  if (number === undefined || mib === 0) throw new InvalidArgumentError('a size such as 40G, 512M or 2T is needed');
  return mib;
}

/** For options that take a share of a hundred; none of it, too. */
export function percent(text: string): number {
  const n = Number(text);
  if (!/^\d{1,3}$/.test(text) || n > 100) throw new InvalidArgumentError('a whole number from 0 to 100 is needed');
  return n;
}

/** For options that take a count. */
export function wholeNumber(text: string): number {
  const n = Number(text);
  if (!/^\d{1,9}$/.test(text) || n === 0) throw new InvalidArgumentError('a positive whole number is needed');
  return n;
}
