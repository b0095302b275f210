/** Connects at one time: the guest ends with the newest keys. */
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, makeBench, readyOne, reservationOf, until } from '../../test/support/engine.ts';
import { publicKey as key } from '../../test/support/public-key.ts';
import { driverError } from '../driver/errors.ts';
import type { Driver } from '../driver/index.ts';
import { guestAccount } from '../drivers/fake/guest-files.ts';
import { makeCtx } from '../lib/context.ts';
import { errorCode } from '../lib/errors.ts';
import * as reservations from '../store/reservations.ts';
import { type GuestCredential, Sealer } from './credentials.ts';
import type { EngineDeps } from './deps.ts';
import { connect } from './intents/connect.ts';

const sealer = new Sealer(Buffer.alloc(32, 1));

/** Deps whose handovers wait for `before(n)` first, n = 1, 2, …; `ended` counts those that are through. */
function handovers(bench: Bench, before: (n: number) => Promise<unknown>): { deps: EngineDeps; begun: number; ended: number } {
  const seen = { begun: 0, ended: 0 };
  const guest = Object.create(bench.driver.guest) as Driver['guest'];
  guest.handover = async (...args) => {
    await before((seen.begun += 1));
    const said = await bench.driver.guest.handover(...args);
    seen.ended += 1;
    return said;
  };
  const driver = Object.create(bench.driver, { guest: { value: guest } }) as Driver;
  return Object.assign(seen, { deps: { ...bench.deps, drivers: new Map([[bench.providerId, driver]]) } });
}

const keysOf = async (bench: Bench, id: string) => {
  const { credential } = await reservationOf(bench, id);
  return credential ? sealer.open<GuestCredential>(id, credential).authorizedKeys : [];
};

test("of two connects at one time the later one's key is in the guest in the end, however slow the earlier one is", async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await readyOne(bench);
  const slow = handovers(bench, async (n) => {
    // The first goes on when the second is through, or else when it can be seen that the second waits for its turn.
    if (n !== 1) return;
    await until(async () => (await keysOf(bench, id)).length === 2);
    for (let i = 0; i < 20 && slow.ended === 0; i++) await keysOf(bench, id);
  });
  const first = connect(makeCtx(), slow.deps, sealer, bench.who, id, key(1));
  await until(() => slow.begun === 1);
  await Promise.all([first, connect(makeCtx(), slow.deps, sealer, bench.who, id, key(2))]);
  expect(guestAccount(bench.fake, machineId, 'learner')?.authorizedKeys).toEqual([key(1), key(2)]);
});

test('what another server wrote while this one handed over is handed over as well', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await readyOne(bench);
  const { deps } = handovers(bench, async (n) => {
    if (n !== 1) return;
    const known = sealer.open<GuestCredential>(id, (await reservationOf(bench, id)).credential as Buffer);
    await reservations.setCredential(bench.store.db, id, sealer.seal(id, { ...known, authorizedKeys: [...known.authorizedKeys, key(2)] }));
  });
  await connect(makeCtx(), deps, sealer, bench.who, id, key(1));
  expect(guestAccount(bench.fake, machineId, 'learner')?.authorizedKeys).toEqual([key(1), key(2)]);
});

test('a connect that waits for its turn ends with its context', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  let go = (): void => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  let overtake = (): void => {};
  const overtaken = new Promise<string>((resolve) => {
    overtake = () => resolve('did not wait');
  });
  const seen = handovers(bench, (n) => {
    if (n === 2) overtake();
    return gate;
  });
  const first = connect(makeCtx(), seen.deps, sealer, bench.who, id, undefined);
  // Its turn has come before the other asks; else the other may have the first turn, and waits for nothing.
  await until(() => seen.begun === 1);
  const stop = new AbortController();
  const second = connect(makeCtx({ signal: stop.signal }), seen.deps, sealer, bench.who, id, key(2)).then(() => 'connected', errorCode);
  await until(async () => (await keysOf(bench, id)).length === 1);
  stop.abort();
  const came = await Promise.race([second, overtaken]);
  go();
  await first;
  expect(came).toBe('cancelled');
});

test('what a guest refuses of a credential, and what in it keeps people out, is told with what it took; one that takes nothing is an error', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  let given: string[] = ['password'];
  const { deps } = handovers(bench, async () => {
    throw driverError('guest-failed', 'only the password could be set: its agent refuses guest-ssh-add-authorized-keys', {
      details: { given },
    });
  });
  const answer = await connect(makeCtx(), deps, sealer, bench.who, id, key(1));
  expect(answer.notes).toEqual([{ code: 'refused', message: expect.stringContaining('refuses guest-ssh-add-authorized-keys') }]);
  expect(answer.password).not.toBe('');
  const hindered = Object.create(bench.driver.guest) as Driver['guest'];
  hindered.handover = async () => ['expired', 'password'];
  const driver = Object.create(bench.driver, { guest: { value: hindered } }) as Driver;
  const { notes } = await connect(
    makeCtx(),
    { ...bench.deps, drivers: new Map([[bench.providerId, driver]]) },
    sealer,
    bench.who,
    id,
    undefined,
  );
  expect(notes).toMatchObject([
    { code: 'expired', message: expect.stringContaining('chage -E -1 -M -1 learner') },
    { code: 'password', message: expect.stringContaining('--key') },
  ]);
  given = [];
  await expect(connect(makeCtx(), deps, sealer, bench.who, id, undefined)).rejects.toMatchObject({ code: 'guest-failed' });
  expect((await connect(makeCtx(), bench.deps, sealer, bench.who, id, undefined)).notes).toEqual([]);
});
