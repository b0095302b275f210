/** Connect: credentials made for this reservation, sealed in its row, then set in the guest. */
import { CarrelError, isCode } from '../../lib/errors.ts';
import { checkCtx, type Ctx, race } from '../../lib/context.ts';
import { type Protocol, protocolOf, RDP_PORT } from '../../core/image.ts';
import { type Hindrance, sayHindrance } from '../../core/hindrances.ts';
import { rdpFile } from '../../core/rdp-file.ts';
import * as audit from '../../store/audit.ts';
import * as images from '../../store/images.ts';
import * as reservations from '../../store/reservations.ts';
import type { Machine, Reservation, Revision } from '../../store/schema.ts';
import type { ConsoleTarget, Driver, GuestAddress, SerialPart } from '../../driver/index.ts';
import { type Sealer, type GuestCredential, hashPassword, makePassword } from '../credentials.ts';
import { checkPublicKey } from '../public-key.ts';
import { mustAnswer } from '../condition.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import { setKeysBySsh } from '../keys-by-ssh.ts';
import { runningMachine, type Who } from './reservation.ts';
import { noteUsed } from './seen.ts';

/** `refused`: its agent would not do something; else what in the guest keeps people out. */
export interface Note {
  code: 'refused' | Hindrance;
  message: string;
}

export interface ConnectionFacts {
  protocol: Protocol;
  host: string;
  port: number;
  user: string;
  password: string;
  hostKeys: readonly string[];
  endsAt: Date | null;
  /** What the guest refused, or what in it stands in the way, so that of this not all works. */
  notes: readonly Note[];
}

/** So many keys at most are kept with one reservation. */
const MOST_KEYS = 20;

/**
 * Sets the reservation's credentials in the guest and returns them. The password stays the same for the whole reservation; keys add
 * up. Errors: `not-found`, `wrong-state`, `bad-request` (the key), and what the guest answers.
 */
export async function connect(
  ctx: Ctx,
  deps: EngineDeps,
  sealer: Sealer,
  who: Who,
  id: string,
  publicKey: string | undefined,
): Promise<ConnectionFacts> {
  const row = await reservations.find(deps.store.db, id);
  if (!row) throw new CarrelError('not-found', 'there is no such reservation');
  const machine = await runningMachine(deps, row);
  mustAnswer(machine);
  const revision = await images.revision(deps.store.db, row.revisionId);
  const user = revision?.profile?.guest.user;
  if (user === undefined) throw new CarrelError('wrong-state', 'its image does not say which account to use');
  if (publicKey !== undefined) mustHaveSsh(revision);
  const key = publicKey === undefined ? undefined : checkPublicKey(publicKey);
  const driver = driverOf(deps, row.providerId);
  // What the guest was given before still opens the door of a machine that nobody can control.
  const lastDoor = machine.condition === 'unreachable' && row.credential !== null ? machine.address : null;
  const own = lastDoor === null ? await driver.guest.ownPassword?.(ctx, machine.id) : undefined;
  // Written first, under the row's lock: of two people who connect at one time both get the password that the guest will have.
  const credential = await deps.store.tx(async (tx) => {
    const locked = await reservations.lock(tx, id);
    // It may have ended since it was looked at; nothing is sealed into a row that nobody clears any more.
    if (locked.state !== 'ready')
      throw new CarrelError('wrong-state', `the reservation is ${locked.state}`, { hint: 'reserve another one' });
    const known: GuestCredential = locked.credential
      ? sealer.open<GuestCredential>(id, locked.credential)
      : { user, password: makePassword(), authorizedKeys: [] };
    const keys = key === undefined ? known.authorizedKeys : [...known.authorizedKeys.filter((k) => k !== key), key].slice(-MOST_KEYS);
    const next = { ...known, ...(own === undefined ? {} : { password: own }), authorizedKeys: keys };
    await reservations.setCredential(tx, id, sealer.seal(id, next));
    await noteUsed(deps, id, tx);
    await audit.append(tx, {
      at: deps.now(),
      actor: who.name,
      action: 'reservation.connected',
      subjectKind: 'reservation',
      subjectId: id,
      detail: { withKey: key !== undefined },
    });
    return next;
  });
  const notes: Note[] = [];
  if (lastDoor !== null) {
    if (key !== undefined) await inTurn(ctx, id, () => setKeysBySsh(ctx, lastDoor, machine.hostKeys ?? [], credential));
  } else if (own === undefined) notes.push(...(await inTurn(ctx, id, () => handOver(ctx, deps, sealer, driver, row, credential))));
  const address = await addressOf(ctx, driver, machine);
  return {
    protocol: address.rdpPort === undefined ? 'ssh' : 'rdp',
    host: address.host,
    port: address.rdpPort ?? address.sshPort,
    user,
    password: credential.password,
    hostKeys: machine.hostKeys ?? [],
    endsAt: row.during.end,
    notes,
  };
}

/**
 * Gives the guest the credential as the row has it, and looks again afterwards: what another server wrote meanwhile, and may have
 * handed over before this, is handed over once more. So what the guest has in the end is the newest. The answer is what the guest refused of it, where it
 * took the rest (that is a way in, and is told), and what in the guest keeps the account out.
 */
async function handOver(
  ctx: Ctx,
  deps: EngineDeps,
  sealer: Sealer,
  driver: Driver,
  of: Reservation,
  written: GuestCredential,
): Promise<Note[]> {
  let given: Buffer | undefined;
  let notes: Note[] = [];
  for (;;) {
    checkCtx(ctx);
    const sealed = (await reservations.find(deps.store.db, of.id))?.credential ?? undefined;
    if (given !== undefined && (sealed === undefined || sealed.equals(given))) return notes;
    const { user, password, authorizedKeys } = sealed ? sealer.open<GuestCredential>(of.id, sealed) : written;
    notes = await driver.guest.handover(ctx, of.machineId, { user, passwordHash: hashPassword(password), authorizedKeys }).then(
      (hindrances) => hindrances.map((code) => ({ code, message: sayHindrance(code, user) })),
      (error: unknown) => {
        if (error instanceof CarrelError && isSome(error.details['given'])) return [{ code: 'refused', message: error.message }];
        throw error;
      },
    );
    if (sealed === undefined) return notes;
    given = sealed;
  }
}

/** Whether a guest that refused something took something all the same. */
const isSome = (given: unknown): boolean => Array.isArray(given) && given.length > 0;

const turns = new Map<string, Promise<void>>();

/** One at a time for each reservation, in the order of asking: two at once would race inside the guest. Ends with the context. */
async function inTurn<T>(ctx: Ctx, id: string, work: () => Promise<T>): Promise<T> {
  const before = turns.get(id) ?? Promise.resolve();
  let over = (): void => {};
  const mine = new Promise<void>((resolve) => {
    over = resolve;
  });
  const last = before.then(() => mine);
  turns.set(id, last);
  try {
    await race(ctx, before);
    return await work();
  } finally {
    over();
    if (turns.get(id) === last) turns.delete(id);
  }
}

/** Where the machine's screen is, asked anew for each opening. `wrong-state` while the machine is off, `not-supported` where there is none. */
export async function consoleTarget(ctx: Ctx, deps: EngineDeps, id: string): Promise<ConsoleTarget> {
  const row = await reservations.find(deps.store.db, id);
  if (!row) throw new CarrelError('not-found', 'there is no such reservation');
  // The console is there from the moment the machine is on: it shows what a boot that hangs says.
  if (row.state !== 'preparing') {
    await runningMachine(deps, row);
    await noteUsed(deps, id);
  }
  return await driverOf(deps, row.providerId)
    .console(ctx, row.machineId)
    .catch((error: unknown) => {
      throw isCode(error, 'not-found')
        ? new CarrelError('wrong-state', 'its machine is not on yet', { hint: 'try again in a moment', cause: error })
        : error;
    });
}

/**
 * What a reservation's machine wrote on its serial console. Of one that failed the last lines, which its failure keeps: the machine itself is
 * gone. `not-found`; `wrong-state` where there is no machine yet or any more; `not-supported`.
 */
export async function serialLog(
  ctx: Ctx,
  deps: EngineDeps,
  id: string,
  options: { after?: number | undefined; waitMs?: number | undefined },
): Promise<SerialPart & { over: boolean }> {
  const row = await reservations.find(deps.store.db, id);
  if (!row) throw new CarrelError('not-found', 'there is no such reservation');
  if (row.state === 'failed' || row.state === 'ended') {
    const kept = row.failure?.details['console'];
    if (typeof kept !== 'string') throw new CarrelError('wrong-state', 'its machine is gone, and nothing of its serial console was kept');
    const from = Math.min(options.after ?? 0, kept.length);
    return { text: kept.slice(from), from, next: kept.length, over: true };
  }
  if (row.state === 'booked') throw new CarrelError('wrong-state', 'its machine is not made yet');
  try {
    return { ...(await driverOf(deps, row.providerId).serialLog(ctx, row.machineId, options)), over: false };
  } catch (error) {
    if (!isCode(error, 'not-found')) throw error;
    throw new CarrelError('wrong-state', 'its machine is not there', { hint: 'try again in a moment', cause: error });
  }
}

/** Where a machine's SSH server is, and the keys it showed when it became ready. Errors: `not-found`, `wrong-state`, and the driver's. */
export async function sshTarget(
  ctx: Ctx,
  deps: EngineDeps,
  id: string,
): Promise<{ host: string; port: number; hostKeys: readonly string[] }> {
  const row = await mustBeReachedBySsh(deps, id);
  const machine = await runningMachine(deps, row);
  mustAnswer(machine);
  const { host, sshPort } = await addressOf(ctx, driverOf(deps, row.providerId), machine);
  return { host, port: sshPort, hostKeys: machine.hostKeys ?? [] };
}

/**
 * What a Remote Desktop client needs to find the machine: where it was when it became ready. Errors: `not-found`, `wrong-state`, `not-supported`
 * (people come in by SSH), `guest-failed` (what the guest says of itself fits in no such file).
 */
export async function rdpFileOf(deps: EngineDeps, id: string): Promise<{ name: string; text: string }> {
  const row = await reservations.find(deps.store.db, id);
  if (!row) throw new CarrelError('not-found', 'there is no such reservation');
  const revision = await images.revision(deps.store.db, row.revisionId);
  if (revision?.profile === null || revision?.profile === undefined || protocolOf(revision.profile.guest) !== 'rdp')
    throw new CarrelError('not-supported', 'people come into its machine by SSH, not by Remote Desktop', { hint: 'carrel ssh' });
  const { address } = await runningMachine(deps, row);
  if (address === null) throw new CarrelError('wrong-state', 'its machine has no address yet', { hint: 'try again in a moment' });
  const { user } = revision.profile.guest;
  const text = rdpFile({ host: address.host, port: address.rdpPort ?? RDP_PORT, user });
  if (text === undefined)
    throw new CarrelError('guest-failed', 'its address cannot be written into an RDP file', { hint: 'Look at the screen.' });
  return { name: `${row.hostname.replace(/[^A-Za-z0-9._-]/g, '_')}.rdp`, text };
}

/** The reservation. Errors: `not-found`, `not-supported` (people come in by Remote Desktop). */
export async function mustBeReachedBySsh(deps: EngineDeps, id: string): Promise<Reservation> {
  const row = await reservations.find(deps.store.db, id);
  if (!row) throw new CarrelError('not-found', 'there is no such reservation');
  mustHaveSsh(await images.revision(deps.store.db, row.revisionId));
  return row;
}

/** `not-supported` where people come in by Remote Desktop. */
function mustHaveSsh(revision: Revision | undefined): void {
  const guest = revision?.profile?.guest;
  if (guest === undefined || protocolOf(guest) === 'ssh') return;
  throw new CarrelError('not-supported', 'people come into its machine by Remote Desktop, and there is no SSH in it that Carrel knows of', {
    hint: '`carrel rdp ID --file F` writes a file for a Remote Desktop client, `carrel connect ID` says the password. The tunnel leads to SSH servers only, so the client must reach the machine itself; the screen works without that.',
  });
}

/** Where people come in; of one that cannot be asked about, where it was when it was. Whoever connects checks the host key. */
async function addressOf(ctx: Ctx, driver: Driver, machine: Machine): Promise<GuestAddress> {
  if (machine.condition === 'unreachable' && machine.address !== null) return machine.address;
  return await driver.guest.address(ctx, machine.id);
}

export async function noteTunnel(deps: EngineDeps, who: Who, id: string): Promise<void> {
  await noteUsed(deps, id);
  await audit.append(deps.store.db, {
    at: deps.now(),
    actor: who.name,
    action: 'reservation.tunnel-opened',
    subjectKind: 'reservation',
    subjectId: id,
    detail: {},
  });
}
