/**
 * What people ask for, written down: each function checks the request against the store and writes, in one transaction, the
 * promise together with the job that keeps it. Nothing here waits for a hypervisor.
 */
import type { CloneMode } from '../../core/image.ts';
import { formatDuration, type ReservationEvent } from '../../core/reservation.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as images from '../../store/images.ts';
import * as jobs from '../../store/jobs.ts';
import * as machines from '../../store/machines.ts';
import * as masters from '../../store/masters.ts';
import * as providers from '../../store/providers.ts';
import * as reservations from '../../store/reservations.ts';
import type { Reservation, Revision } from '../../store/schema.ts';
import { enqueueEnd, enqueuePower, enqueueProvision, provisionKey } from '../enqueue.ts';
import type { PowerInput } from '../sagas/power.ts';
import { driverOf, type World } from '../world.ts';

export interface Who {
  accountId: string;
  name: string;
}

export interface ReserveIntent {
  id: string;
  image: string;
  revision?: number | undefined;
  mode: CloneMode;
  forMs: number;
  memoryMiB?: number | undefined;
  vcpus?: number | undefined;
}

/** Longest span of one reservation and how far its end may be put off from now, until groups have limits of their own. */
export const LONGEST_MS = 30 * 86_400_000;

/**
 * Promises a machine. The same id again by the same person gives the same reservation, so that a lost answer costs nothing.
 * Errors: `not-found`, `wrong-state` (nothing published), `not-supported` (mode), `limit-reached`, `no-capacity`, `conflict`.
 */
export async function reserve(world: World, who: Who, request: ReserveIntent): Promise<Reservation> {
  if (request.forMs > LONGEST_MS) throw tooLong();
  const { image, revision } = await pickRevision(world, request);
  const now = world.now();
  return world.store.tx(async (tx) => {
    const [master] = await masters.ofRevisions(tx, [revision.id]);
    // Two of one id at one time, as when a person tries again while the first is still on its way: the later one sees the earlier.
    if (master) await providers.lock(tx, master.providerId);
    const known = await reservations.find(tx, request.id);
    if (known) {
      if (known.accountId === who.accountId) return known;
      throw new CarrelError('conflict', 'that id is taken', { hint: 'leave the id out and one is made' });
    }
    const profile = revision.profile;
    if (!master || !profile) throw new CarrelError('wrong-state', `revision ${revision.number} of ${image.name} has no master`);
    const { capabilities } = driverFacts(world, master.providerId);
    if (!capabilities.cloneModes.includes(request.mode)) {
      throw new CarrelError('not-supported', `clone mode ${request.mode} is not there on this provider`, {
        hint: `choose one of ${capabilities.cloneModes.join(', ')}`,
      });
    }
    if (request.mode === 'instant' && request.memoryMiB !== undefined && request.memoryMiB !== profile.hardware.memoryMiB) {
      throw new CarrelError('not-supported', `an instant clone has its parent's memory, ${profile.hardware.memoryMiB} MiB`, {
        hint: 'leave memory out, or use --mode linked',
      });
    }
    const machineId = world.newId();
    const vcpus = request.vcpus ?? profile.hardware.vcpus;
    const memoryMiB = request.memoryMiB ?? profile.hardware.memoryMiB;
    const hostname = hostnameFor(image.name, request.id);
    await reservations.create(tx, {
      id: request.id,
      machineId,
      accountId: who.accountId,
      imageId: image.id,
      revisionId: revision.id,
      providerId: master.providerId,
      kind: request.mode === 'full' ? 'server' : 'lab',
      mode: request.mode,
      during: { start: now, end: new Date(now.getTime() + request.forMs) },
      hostname,
      vcpus,
      memoryMiB,
      now,
    });
    await enqueueProvision(tx, {
      reservationId: request.id,
      machineId,
      revisionId: revision.id,
      providerId: master.providerId,
      mode: request.mode,
      vcpus,
      memoryMiB,
      hostname,
      bootTimeoutS: profile.guest.bootTimeoutS,
    });
    await write(world, tx, who.name, 'reservation.made', request.id, {
      image: image.name,
      revision: revision.number,
      mode: request.mode,
      for: formatDuration(request.forMs),
    });
    return reservations.lock(tx, request.id);
  });
}

async function pickRevision(world: World, request: ReserveIntent) {
  const { db } = world.store;
  const image = await images.findByName(db, request.image);
  if (!image) throw new CarrelError('not-found', `there is no image called ${request.image}`, { hint: 'see `carrel image ls`' });
  const revision: Revision | undefined =
    request.revision === undefined ? await images.published(db, image.id) : await images.revisionByNumber(db, image.id, request.revision);
  if (request.revision !== undefined && !revision)
    throw new CarrelError('not-found', `${image.name} has no revision ${request.revision}`, {
      hint: `see \`carrel image show ${image.name}\``,
    });
  if (!revision)
    throw new CarrelError('wrong-state', `${image.name} has no published revision`, {
      hint: `publish one: \`carrel image publish ${image.name} NUMBER\``,
    });
  if (revision.state !== 'published' && revision.state !== 'draft')
    throw new CarrelError('wrong-state', `revision ${revision.number} of ${image.name} is ${revision.state}`);
  return { image, revision };
}

/**
 * Ends a reservation, whatever it is doing. While it is being prepared the saga is asked to undo itself; once it stands, the saga
 * `end` takes it away. `busy` while its machine is being captured. What is ending or over stays as it is.
 */
export async function endReservation(
  world: World,
  id: string,
  event: Extract<ReservationEvent, 'end' | 'expire' | 'machineLost'>,
  actor: string,
): Promise<Reservation> {
  const now = world.now();
  return world.store.tx(async (tx) => {
    const row = await reservations.lock(tx, id);
    if (row.state !== 'preparing' && row.state !== 'ready') return row;
    const capturing = await jobs.liveJob(tx, `machine:${row.machineId}`);
    // A capture that is stuck stands still until an operator looks at it; the machine's end does not wait for that.
    if (capturing?.saga === 'capture' && capturing.state !== 'stuck') {
      throw new CarrelError('busy', 'its machine is just being captured', {
        hint: 'wait until the capture is through, then end it',
        retry: 'later',
      });
    }
    await reservations.transition(tx, id, event, { endAskedAt: now });
    const preparing = row.state === 'preparing' ? await jobs.askCancel(tx, provisionKey(id)) : undefined;
    if (preparing) {
      if (preparing.state === 'stuck') await jobs.unstick(tx, preparing.id);
      await reservations.setStage(tx, id, 'ending', 'stopping what was begun', now);
    } else {
      await enqueueEnd(tx, { reservationId: id, machineId: row.machineId, providerId: row.providerId });
      await reservations.setStage(tx, id, 'ending', event === 'expire' ? 'its time is up' : 'ending', now);
    }
    await write(world, tx, actor, `reservation.${event}`, id, {});
    return reservations.lock(tx, id);
  });
}

/** Puts the end off by `byMs` milliseconds. `limit-reached`, `wrong-state`. */
export async function extendReservation(world: World, who: Who, id: string, byMs: number): Promise<Reservation> {
  const now = world.now();
  return world.store.tx(async (tx) => {
    const row = await reservations.lock(tx, id);
    const from = row.during.end ?? now;
    const end = new Date(from.getTime() + byMs);
    if (end.getTime() - now.getTime() > LONGEST_MS) throw tooLong();
    await reservations.setEnd(tx, id, end, now);
    await write(world, tx, who.name, 'reservation.extended', id, { by: formatDuration(byMs), end: end.toISOString() });
    return reservations.lock(tx, id);
  });
}

/** Switches the machine on or off, by a job. `wrong-state` unless it is ready, `busy` while something else works on the machine. */
export async function powerReservation(
  world: World,
  who: Who,
  id: string,
  op: PowerInput['op'],
): Promise<{ reservation: Reservation; job: string }> {
  return world.store.tx(async (tx) => {
    const row = await reservations.lock(tx, id);
    if (row.state !== 'ready') throw new CarrelError('wrong-state', `a reservation that is ${row.state} has no machine to switch`);
    const job = await enqueuePower(tx, { reservationId: id, machineId: row.machineId, providerId: row.providerId, op });
    if (!job.created)
      throw new CarrelError('busy', 'something is at work on this machine just now', { hint: 'try again when it is done', retry: 'later' });
    await write(world, tx, who.name, `machine.${op}`, id, { machine: row.machineId });
    return { reservation: row, job: job.id };
  });
}

/** The driver with what it said it can do; `unavailable` while it is not open. */
export function driverFacts(world: World, providerId: string) {
  const driver = driverOf(world, providerId);
  const capabilities = world.capabilities.get(providerId);
  if (!capabilities) throw new CarrelError('unavailable', `provider ${providerId} is not open here`, { retry: 'later' });
  return { driver, capabilities };
}

/** `starter-3f2a9c`: an RFC 1123 label of at most 63 characters, telling image and reservation. */
export function hostnameFor(image: string, reservationId: string): string {
  const stem = image.replaceAll(/[^a-z0-9-]/g, '-').slice(0, 50);
  return `${stem.replace(/-+$/, '')}-${reservationId.replaceAll('-', '').slice(0, 6)}`;
}

/** The machine of a reservation that is ready and on; `wrong-state` otherwise. */
export async function runningMachine(world: World, reservation: Reservation) {
  const machine = await machines.find(world.store.db, reservation.machineId);
  if (reservation.state === 'preparing')
    throw new CarrelError('wrong-state', `it is not ready yet: ${reservation.stageText || reservation.stage}`, {
      hint: `wait for it: \`carrel show ${reservation.id.slice(0, 8)}\``,
    });
  if (reservation.state !== 'ready' || !machine)
    throw new CarrelError('wrong-state', `the reservation is ${reservation.state}`, { hint: 'reserve another one' });
  if (machine.state !== 'running')
    throw new CarrelError('wrong-state', 'its machine is switched off', { hint: `\`carrel power ${reservation.id.slice(0, 8)} on\`` });
  return machine;
}

function tooLong(): CarrelError {
  return new CarrelError('limit-reached', `a reservation may last ${formatDuration(LONGEST_MS)} at most`, { hint: 'ask for less' });
}

function write(
  world: World,
  tx: Parameters<typeof audit.append>[0],
  actor: string,
  action: string,
  id: string,
  detail: object,
): Promise<void> {
  return audit.append(tx, { at: world.now(), actor, action, subjectKind: 'reservation', subjectId: id, detail });
}
