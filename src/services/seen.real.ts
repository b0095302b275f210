/** A screen that is open keeps its machine from being idle. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeBench, readyOne, reservationOf } from '../../test/support/engine.ts';
import { eventually } from '../../test/support/test-server.ts';
import { override } from '../drivers/fake/sabotage-tools.ts';
import { driverOf, type EngineDeps } from '../engine/deps.ts';
import * as reservations from '../store/reservations.ts';
import type { Parts } from './parts.ts';
import { reservationServices } from './reservations.ts';

test('while a screen is open its machine is said to be used, once a minute, and no longer when it is closed', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, providerId } = await readyOne(bench);
  const folder = await mkdtemp(join(tmpdir(), 'carrel-seen-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const socketPath = join(folder, 'vnc');
  const screen = createServer();
  await new Promise<void>((resolve) => screen.listen(socketPath, resolve));
  onTestFinished(() => void screen.close());
  const driver = override(driverOf(bench.deps, providerId), { console: async () => ({ kind: 'vnc', socketPath }) });
  const deps: EngineDeps = { ...bench.deps, drivers: new Map([[providerId, driver]]) };
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const by = { ...bench.who, role: 'admin' as const };
  const open = await reservationServices({ deps } as Parts).openConsole(by, id, new AbortController().signal);
  onTestFinished(() => void open.destroy());
  bench.clock.skewMs += 20 * 60_000;
  const now = bench.deps.now().getTime();
  vi.advanceTimersByTime(60_000);
  await eventually('it is seen', async () => ((await reservationOf(bench, id)).lastSeenAt?.getTime() ?? 0) >= now);
  expect(vi.getTimerCount()).toBe(1);
  const closed = once(open, 'close');
  open.destroy();
  await closed;
  expect(vi.getTimerCount()).toBe(0);
});

test('what is said of a reservation is answered as a sentence, and as its code with what differs; what has no code, as a sentence', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  const services = reservationServices({ deps: bench.deps } as Parts);
  const at = '2026-11-30T13:00:00.000Z';
  const said = async (text: string) => {
    await reservations.note(bench.store.db, id, text, bench.deps.now());
    const shown = await services.showReservation(id);
    return [shown?.stageText, shown?.notice];
  };
  const warning = `nobody has connected yet: it is ended at ${at} unless somebody does`;
  expect(await said(warning)).toEqual([warning, { code: 'nobody-connected', facts: { at } }]);
  expect(await said('ready')).toEqual(['ready', undefined]);
});
