/** Who may do what. Everything about rights is in this file; the scope of each route is in the contract. */
import type { Image, Revision } from '../contract/images.ts';
import type { JobDetail, MachineDetail } from '../contract/machines.ts';
import type { Reservation } from '../contract/reservations.ts';
import type { SeriesDetail } from '../contract/series.ts';
import { CarrelError } from '../lib/errors.ts';
import type { Caller, Services } from '../services/interface.ts';

function notFound(what: string, id: string, hint?: string, details?: Record<string, unknown>): CarrelError {
  const more = { ...(hint === undefined ? {} : { hint }), ...(details === undefined ? {} : { details }) };
  return new CarrelError('not-found', `there is no ${what} ${id}`, more);
}

export function notAllowed(message: string): CarrelError {
  return new CarrelError('not-allowed', message, { hint: 'Ask an operator.' });
}

export function isAdmin(caller: Caller): boolean {
  return caller.role === 'admin';
}

/** Whose things a list shows: everybody's (undefined) only to operators who ask for it. */
export function listOwner(caller: Caller, all: boolean | undefined): string | undefined {
  if (!all) return caller.name;
  if (!isAdmin(caller)) throw notAllowed('only operators see what belongs to others');
  return undefined;
}

/** The caller's own, or anybody's for operators. Somebody else's does not exist for the rest: 404, so that ids tell nothing. */
export async function ownReservation(services: Services, caller: Caller, id: string): Promise<Reservation> {
  const found = await services.showReservation(id);
  if (found === undefined || (found.owner !== caller.name && !isAdmin(caller))) {
    throw notFound('reservation', id, 'List yours with `carrel ls`.');
  }
  return found;
}

/** As {@link ownReservation}. */
export async function ownSeries(services: Services, caller: Caller, id: string): Promise<SeriesDetail> {
  const found = await services.showSeries(id);
  if (found === undefined || (found.owner !== caller.name && !isAdmin(caller)))
    throw notFound('series', id, 'List yours with `carrel series ls`.');
  return found;
}

/** Credentials and screen are for the reservation's own people (promise 8): an operator may end it, but not log in. */
export async function personalReservation(services: Services, caller: Caller, id: string): Promise<Reservation> {
  const reservation = await ownReservation(services, caller, id);
  if (reservation.owner !== caller.name) throw notAllowed(`only ${reservation.owner} may connect to this machine`);
  return reservation;
}

export async function ownMachine(services: Services, caller: Caller, id: string, signal: AbortSignal): Promise<MachineDetail> {
  const found = await services.showMachine(caller, id, signal);
  if (found === undefined || (found.owner !== caller.name && !isAdmin(caller))) throw notFound('machine', id);
  return found;
}

export async function ownJob(services: Services, caller: Caller, id: string): Promise<JobDetail> {
  const found = await services.showJob(id);
  if (found === undefined || (found.account !== caller.name && !isAdmin(caller))) throw notFound('job', id);
  return found;
}

export async function existingImage(services: Services, name: string): Promise<Image> {
  const found = await services.showImage(name);
  if (found !== undefined) return found;
  const now = await services.nameSince(name);
  if (now === undefined) throw notFound('image', name, 'List them with `carrel image ls`.');
  throw notFound('image', name, `It is called ${now} now.`, { calledNow: now });
}

export async function existingRevision(services: Services, name: string, number: number): Promise<Revision> {
  const found = await services.showRevision(name, number);
  if (found !== undefined) return found;
  await existingImage(services, name);
  throw notFound('revision', `${name}@${number}`, `List them with \`carrel image show ${name}\`.`);
}

/** An image is its owner's and the operators' to change. */
export function mayManage(caller: Caller, image: Image): boolean {
  return isAdmin(caller) || image.owner === caller.name;
}

export async function managedImage(services: Services, caller: Caller, name: string): Promise<Image> {
  const image = await existingImage(services, name);
  if (!mayManage(caller, image)) throw notAllowed(`image ${name} belongs to ${image.owner}`);
  return image;
}

/** Tokens are one's own business; operators may see to anybody's. Another's account does not exist for the rest. */
export function accountOf(caller: Caller, account: string): string {
  if (account !== caller.name && !isAdmin(caller)) throw notFound('account', account);
  return account;
}

export function missingAccount(account: string): CarrelError {
  return notFound('account', account, 'Make it with `carrel account add`.');
}

export function missingToken(id: string): CarrelError {
  return notFound('token', id);
}
