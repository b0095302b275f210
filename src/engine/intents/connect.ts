/** Connect: credentials made for this reservation, sealed in its row, then set in the guest. */
import { CarrelError, isCode } from '../../lib/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import * as audit from '../../store/audit.ts';
import * as images from '../../store/images.ts';
import * as reservations from '../../store/reservations.ts';
import type { ConsoleTarget } from '../../driver/index.ts';
import { checkPublicKey, type CredentialSealer, type GuestCredential, hashPassword, makePassword } from '../credentials.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import { runningMachine, type Who } from './reservation.ts';

export interface ConnectionFacts {
  host: string;
  port: number;
  user: string;
  password: string;
  hostKeys: readonly string[];
  endsAt: Date | null;
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
  sealer: CredentialSealer,
  who: Who,
  id: string,
  publicKey: string | undefined,
): Promise<ConnectionFacts> {
  const row = await reservations.find(deps.store.db, id);
  if (!row) throw new CarrelError('not-found', 'there is no such reservation');
  const machine = await runningMachine(deps, row);
  const revision = await images.revision(deps.store.db, row.revisionId);
  const user = revision?.profile?.guest.user;
  if (user === undefined) throw new CarrelError('wrong-state', 'its image does not say which account to use');
  const key = publicKey === undefined ? undefined : checkPublicKey(publicKey);
  // Written first, under the row's lock: of two people who connect at one time both get the password that the guest will have.
  const credential = await deps.store.tx(async (tx) => {
    const locked = await reservations.lock(tx, id);
    // It may have ended since it was looked at; nothing is sealed into a row that nobody clears any more.
    if (locked.state !== 'ready')
      throw new CarrelError('wrong-state', `the reservation is ${locked.state}`, { hint: 'reserve another one' });
    const known: GuestCredential = locked.credential
      ? sealer.open(id, locked.credential)
      : { user, password: makePassword(), authorizedKeys: [] };
    const keys = key === undefined ? known.authorizedKeys : [...known.authorizedKeys.filter((k) => k !== key), key].slice(-MOST_KEYS);
    const next = { ...known, authorizedKeys: keys };
    await reservations.setCredential(tx, id, sealer.seal(id, next));
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
  const driver = driverOf(deps, row.providerId);
  await driver.guest.handover(ctx, machine.id, {
    user,
    passwordHash: hashPassword(credential.password),
    authorizedKeys: credential.authorizedKeys,
  });
  const address = await driver.guest.address(ctx, machine.id);
  return {
    host: address.host,
    port: address.sshPort,
    user,
    password: credential.password,
    hostKeys: machine.hostKeys ?? [],
    endsAt: row.during.end,
  };
}

/** Where the console's bytes come from. `wrong-state` while the machine is off, `not-supported` where there is none. */
export async function consoleTarget(ctx: Ctx, deps: EngineDeps, id: string): Promise<Extract<ConsoleTarget, { kind: 'vnc' }>> {
  const row = await reservations.find(deps.store.db, id);
  if (!row) throw new CarrelError('not-found', 'there is no such reservation');
  // The console is there from the moment the machine is on: it shows what a boot that hangs says.
  if (row.state !== 'preparing') await runningMachine(deps, row);
  const target = await driverOf(deps, row.providerId)
    .console(ctx, row.machineId)
    .catch((error: unknown) => {
      throw isCode(error, 'not-found')
        ? new CarrelError('wrong-state', 'its machine is not on yet', { hint: 'try again in a moment', cause: error })
        : error;
    });
  if (target.kind !== 'vnc') throw new CarrelError('not-supported', 'this console is not a VNC console');
  return target;
}
