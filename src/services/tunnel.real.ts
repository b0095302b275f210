/** What leads into a machine ends with it, over the real store: also where the machine itself, on a hypervisor elsewhere, says no word. */
import { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { drain, makeBench, readyOne } from '../../test/support/engine.ts';
import { endReservation } from '../engine/intents/end.ts';
import { powerReservation } from '../engine/intents/reservation.ts';
import { lastEventId } from './follow.ts';
import { untilMachineOver } from './tunnel.ts';

test('a tunnel is over when the machine is switched off, and when its reservation ends; another of the same person is not', async () => {
  const bench = await makeBench(onTestFinished);
  const [off, ended, kept] = [await readyOne(bench), await readyOne(bench), await readyOne(bench)];
  const after = await lastEventId(bench.store);
  const hold = ({ id }: { id: string }) => {
    const socket = new Socket();
    onTestFinished(() => void socket.destroy());
    return untilMachineOver(bench.deps, { id, accountId: bench.who.accountId, after }, socket);
  };
  const held = { off: hold(off), ended: hold(ended), kept: hold(kept) };
  const over = (signal: AbortSignal) =>
    new Promise<string>((resolve) => {
      const say = () => resolve((signal.reason as Error).message);
      if (signal.aborted) say();
      else signal.addEventListener('abort', say);
    });
  await powerReservation(bench.deps, bench.who, off.id, 'off');
  await drain(bench);
  expect(await over(held.off)).toBe('its machine is switched off');
  await endReservation(bench.deps, ended.id, 'end', 'ada');
  expect(await over(held.ended)).toBe('the reservation is ending');
  await drain(bench);
  expect(held.kept.aborted).toBe(false);
});
