/** Tokens over the real store: what they can make, and what ends with them. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeBench } from '../../test/support/engine.ts';
import { deafStore } from '../../test/support/session-world.ts';
import { CarrelError } from '../lib/errors.ts';
import { accountServices } from './accounts.ts';
import type { Caller } from './interface.ts';
import type { Parts } from './parts.ts';
import { LOOK_EVERY_MS, untilSignedOut } from './sign-ins.ts';

const HOUR = 3_600_000;

async function world() {
  const bench = await makeBench(onTestFinished);
  const it = accountServices({ deps: bench.deps } as Parts);
  const root: Caller = { ...bench.who, role: 'admin' };
  const signIn = async (by: Caller, forMs?: number): Promise<Caller> => {
    const made = await it.createToken(by, { account: bench.who.name, label: randomUUID(), forMs });
    return (await it.verifyToken(made?.token ?? '')) as Caller;
  };
  const aborted = (signal: AbortSignal) =>
    new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
  return { bench, it, root, signIn, aborted };
}

test('a token makes none that outlives it', async () => {
  const { it, root, signIn, bench } = await world();
  const hour = await signIn(root, HOUR);
  const end = hour.token?.expiresAt as Date;
  expect((await signIn(hour)).token?.expiresAt).toEqual(end);
  expect((await signIn(hour, HOUR / 2)).token?.expiresAt?.getTime()).toBeLessThan(end.getTime());
  const longer = it.createToken(hour, { account: bench.who.name, label: 'x', forMs: 2 * HOUR });
  await expect(longer).rejects.toThrow(CarrelError);
  await expect(longer).rejects.toMatchObject({ code: 'not-allowed', message: expect.stringContaining(end.toISOString()) });
  // One without an end may make what it likes.
  const lasting = await signIn(root);
  expect(lasting.token?.expiresAt).toBeNull();
  expect((await signIn(lasting)).token?.expiresAt).toBeNull();
});

test('what is open by a token is told when the token is removed, and nothing else', async () => {
  const { it, root, signIn, aborted, bench } = await world();
  const [one, other] = [await signIn(root), await signIn(root)];
  const done = new AbortController();
  const signals = [it.untilSignedOut(one, done.signal), it.untilSignedOut(one, done.signal)];
  const kept = it.untilSignedOut(other, done.signal);
  expect(await it.deleteToken(root, { account: bench.who.name, token: one.token?.id ?? '' })).toBe(true);
  await Promise.all(signals.map(aborted));
  expect(kept.aborted).toBe(false);
  // Opened by a token that went in the same moment.
  await aborted(it.untilSignedOut(one, done.signal));
  done.abort();
});

test('an account that is switched off: all that is open by it ends at the next look, less than 5 s later, where nobody was notified', async () => {
  const { bench, it, root, signIn, aborted } = await world();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const done = new AbortController();
  onTestFinished(() => {
    done.abort();
    vi.useRealTimers();
  });
  const deaf = deafStore(bench.store);
  await it.createAccount(root, { name: 'bob', role: 'user' });
  const made = await it.createToken(root, { account: 'bob', label: 'x' });
  const bob = (await it.verifyToken(made?.token ?? '')) as Caller;
  const open = (who: Caller) => untilSignedOut(deaf, () => bench.deps.now(), who, done.signal);
  // As the events of a page, a screen and a terminal are held open.
  const signals = [open(bob), open(bob), open(bob)];
  const kept = open(await signIn(root));
  await it.changeAccount(root, { account: 'bob', off: true });
  expect(signals.map((signal) => signal.aborted)).toEqual([false, false, false]);
  expect(LOOK_EVERY_MS).toBeLessThan(5_000);
  vi.advanceTimersByTime(LOOK_EVERY_MS);
  await Promise.all(signals.map(aborted));
  expect(kept.aborted).toBe(false);
});
