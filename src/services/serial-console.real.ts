/** Who may be at a serial console, over the real store. */
import { Duplex, PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { drain, makeBench, readyOne, reserveOne } from '../../test/support/engine.ts';
import { driverOf } from '../engine/deps.ts';
import { endReservation } from '../engine/intents/end.ts';
import { serialConsole } from '../engine/intents/serial-console.ts';
import { override } from '../drivers/fake/sabotage-tools.ts';
import { makeCtx } from '../lib/context.ts';
import * as audit from '../store/audit.ts';
import { lastEventId } from './follow.ts';
import { untilMachineOver } from './tunnel.ts';

test('whoever is joined stands in the audit log, and is told of the end of the reservation', async () => {
  const bench = await makeBench(onTestFinished);
  const ctx = () => makeCtx({ timeoutMs: 60_000 });
  const row = await readyOne(bench);
  const { id, providerId } = row;
  const after = await lastEventId(bench.store);
  const joined = await serialConsole(ctx(), bench.deps, bench.who, id, false);
  const over = untilMachineOver(bench.deps, { id, accountId: bench.who.accountId, after, preparing: true }, joined);
  const why = new Promise((resolve) => over.addEventListener('abort', () => resolve((over.reason as Error).message)));
  const entries = await audit.list(bench.store.db, { subjectId: id, limit: 100 });
  expect(entries.filter((e) => e.action === 'reservation.serial-opened')).toMatchObject([
    { actor: bench.who.name, detail: { force: false } },
  ]);
  const none = override(driverOf(bench.deps, providerId), { serialConsole: undefined });
  const there = { ...bench.deps, drivers: new Map([[providerId, none]]) };
  await expect(serialConsole(ctx(), there, bench.who, id, false)).rejects.toMatchObject({
    code: 'not-supported',
    hint: expect.stringMatching(/carrel ssh.*carrel console/),
  });
  await endReservation(bench.deps, id, 'end', 'ada');
  expect(await why).toBe('the reservation is ending');
  await drain(bench);
  await expect(serialConsole(ctx(), bench.deps, bench.who, id, false)).rejects.toMatchObject({ code: 'wrong-state' });
  expect(joined).toBeInstanceOf(Duplex);
});

test('a console that is there before the machine is ready does not end for that; a tunnel would', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await reserveOne(bench);
  const after = await lastEventId(bench.store);
  const hold = (preparing: boolean) => {
    const stream = new PassThrough();
    onTestFinished(() => void stream.destroy());
    const over = untilMachineOver(bench.deps, { id, accountId: bench.who.accountId, after, preparing }, stream);
    return new Promise<string>((resolve) => over.addEventListener('abort', () => resolve((over.reason as Error).message)));
  };
  const [console, tunnel] = [hold(true), hold(false)];
  // Something happens to the person, and both look.
  await reserveOne(bench);
  expect(await tunnel).toMatch(/not ready yet/);
  await drain(bench);
  await endReservation(bench.deps, id, 'end', 'ada');
  expect(await console).toBe('the reservation is ending');
});
