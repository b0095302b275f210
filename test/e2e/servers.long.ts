import { expect, test } from 'vitest';
import { weather } from '../support/servers-suite.ts';

const RESERVATIONS = Number(process.env.CARREL_STORM ?? 500);

test(`three servers on one store: killed, frozen past their leases, cut off from the store; ${RESERVATIONS} machines, each once`, async () => {
  const takenOverMs = await weather({
    servers: 3,
    reservations: RESERVATIONS,
    onQemu: 8,
    kills: 6,
    freezes: 2,
    silences: 3,
    cuts: 20,
    bootMs: 20_000,
    guestSshPort: 2332,
  });
  // A lease is 20 s (src/main/control-plane.ts): the promise of 30 s leaves ten to whoever takes over.
  expect(Math.max(...takenOverMs)).toBeLessThan(30_000);
});
