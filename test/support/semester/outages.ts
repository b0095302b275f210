/** What fails in a semester: a place, the server, the way to the store. */
import { sql } from 'kysely';
import { FAKE_VERBS, type FaultRule } from '../../../src/drivers/fake/faults.ts';
import { addClosure } from '../../../src/engine/intents/closures.ts';
import type { FakeWorld } from '../../../src/drivers/fake/world.ts';
import * as providers from '../../../src/store/providers.ts';
import type { Simulation } from './run.ts';

/** A place answers nothing for so long, in milliseconds; that it is down is noticed after a look of its keeper. */
export function placeDown(sim: Simulation, placeId: string, at: number, forMs: number): void {
  const { worlds, bench } = sim.world;
  const world = worlds.get(placeId) as FakeWorld;
  const say = (state: 'up' | 'down', reason: string | null) =>
    providers.setState(bench.db.db, placeId, state, reason === null ? null : { text: reason }, new Date(sim.now));
  sim.agenda.put(at, async () => {
    sim.outages += 1;
    for (const verb of FAKE_VERBS) world.addFault({ verb, when: 'before', count: Number.MAX_SAFE_INTEGER, error: 'unavailable' });
    sim.agenda.put(sim.now + 15_000, async () => void (await say('down', 'it does not answer')));
  });
  sim.agenda.put(at + forMs, async () => {
    world.clearFaults();
    sim.agenda.put(sim.now + 15_000, async () => {
      await say('up', null);
      sim.outages -= 1;
      sim.disturbed();
    });
  });
}

/** The server is killed, and another life of it begins so much later, in milliseconds. */
export function serverKilled(sim: Simulation, at: number, awayMs: number): void {
  sim.agenda.put(at, async () => {
    sim.outages += 1;
    sim.server.kill();
    sim.agenda.put(sim.now + awayMs, async () => {
      await sim.server.restart();
      sim.outages -= 1;
      sim.disturbed();
    });
  });
}

/** Every connection to the store is cut at once. */
export function storeCut(sim: Simulation, at: number): void {
  sim.agenda.put(at, async () => {
    sim.disturbed();
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
      sim.world.bench.db.db,
    );
  });
}

/** What goes wrong with one machine and not with the next: lost answers, half-made things, guests that do not answer, storage that is full. */
const MISHAPS: readonly Pick<FaultRule, 'verb' | 'when' | 'error'>[] = [
  { verb: 'clone', when: 'after', error: 'unavailable' },
  { verb: 'clone', when: 'middle', error: 'deadline' },
  { verb: 'clone', when: 'before', error: 'no-space' },
  { verb: 'power', when: 'after', error: 'deadline' },
  { verb: 'power', when: 'before', error: 'no-capacity' },
  { verb: 'guest.ready', when: 'before', error: 'guest-timeout' },
  { verb: 'destroy', when: 'middle', error: 'unavailable' },
  { verb: 'destroy', when: 'after', error: 'deadline' },
  { verb: 'readBack', when: 'after', error: 'busy' },
];

/** One of the mishaps befalls the next call of its kind at a place. */
export function mishap(sim: Simulation, placeId: string, at: number, which: number): void {
  sim.agenda.put(at, async () => sim.world.worlds.get(placeId)?.addFault({ ...(MISHAPS[which % MISHAPS.length] as FaultRule), count: 1 }));
}

/** Maintenance is announced a day ahead: nothing new is promised into it. */
export function maintenance(sim: Simulation, providerId: string, at: number, forMs: number): void {
  const { deps, author } = sim.world;
  sim.agenda.put(at - 24 * 3_600_000, async () => {
    await addClosure(deps, author, { providerId, start: new Date(at), forMs, reason: 'new disks' });
  });
}

/** An operator empties a place and gives it back. */
export function drained(sim: Simulation, placeId: string, at: number, forMs: number): void {
  const { db } = sim.world.bench.db;
  sim.agenda.put(at, () => providers.drain(db, placeId, new Date(sim.now)));
  sim.agenda.put(at + forMs, () => providers.drain(db, placeId, undefined));
}
