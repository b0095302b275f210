import { test } from 'vitest';
import { weather } from '../support/servers-suite.ts';

const RESERVATIONS = Number(process.env.CARREL_STORM ?? 500);

test(`three servers on one store: killed, frozen past their leases, cut off from the store; ${RESERVATIONS} machines, each once`, async () => {
  await weather({
    servers: 3,
    reservations: RESERVATIONS,
    kills: 6,
    freezes: 2,
    silences: 3,
    cuts: 20,
    bootMs: 20_000,
    guestSshPort: 2332,
  });
});
