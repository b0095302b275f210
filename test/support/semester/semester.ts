/** A semester from beginning to end. */
import type { EngineDeps } from '../../../src/engine/deps.ts';
import type { WhenOver } from '../bench-world.ts';
import { drained, maintenance, mishap, placeDown, serverKilled, storeCut } from './outages.ts';
import { type Block, type Class, dayAfter, People, walkInsOfWeek, WEEK_MS, ZONE } from './people.ts';
import { report, wrongs } from './report.ts';
import { Simulation } from './run.ts';
import { localMoment } from './time.ts';
import { COURSES, makeSemesterWorld } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export interface SemesterOptions {
  blocks: readonly Block[];
  people: number;
  /** Machines of each of the two places. */
  machines: number;
  /** Seats of the licence that two of the images share. */
  licenceSeats: number;
  classes: number;
  studentsOfClass: number;
  walkInsOfWeek: number;
  /** Each week something fails; every third week, beginning with the first, a place is away for so long, in milliseconds. Left out: nothing fails. */
  afternoonMs?: number;
  /** All sign up for their classes within so long, in milliseconds; four hours by default. */
  signUpMs?: number;
  /** Of chance; 1 by default. */
  seed?: number;
  /** The engine otherwise than it is, for a run that must be seen to go wrong. */
  change?: (deps: EngineDeps) => EngineDeps;
}

/** Runs it; everything that is wrong, and the report. */
export async function runSemester(
  whenOver: WhenOver,
  options: SemesterOptions,
): Promise<{ wrong: string[]; text: string; promised: number }> {
  const { blocks, seed = 1 } = options;
  const [first] = blocks as readonly [Block];
  const startMs = localMoment(ZONE, dayAfter(first.firstMonday, -3), 8);
  const world = await makeSemesterWorld(whenOver, { ...options, seats: options.licenceSeats, startMs }, options.change);
  const sim = new Simulation(world);
  const people = new People(sim, seed);
  const places = [...world.worlds.keys()];
  let end = startMs;
  for (const [b, block] of blocks.entries()) {
    const signUp = b === 0 ? startMs + HOUR : localMoment(ZONE, dayAfter(block.firstMonday, -3), 9);
    for (let c = 0; c < options.classes; c++) people.signUp(signUp, options.signUpMs ?? 4 * HOUR, block, classOf(c, options, world.people));
    for (let w = 0; w < block.weeks; w++) {
      const monday = dayAfter(block.firstMonday, 7 * w);
      walkInsOfWeek(people, sim, { monday, count: options.walkInsOfWeek, seed: 1_000 * seed + 100 * b + w, images: COURSES });
      if (w % 2 === 0) people.author(localMoment(ZONE, dayAfter(monday, 1), 10));
      if (options.afternoonMs !== undefined) {
        placeDown(
          sim,
          places[w % 2] as string,
          localMoment(ZONE, dayAfter(monday, w % 5), 13, 20),
          w % 3 === 0 ? options.afternoonMs : 20 * MINUTE,
        );
        serverKilled(sim, localMoment(ZONE, dayAfter(monday, (w + 2) % 5), 12, 59), (1 + 4 * (w % 4)) * MINUTE);
        for (let i = 0; i < 6; i++) mishap(sim, places[i % 2] as string, localMoment(ZONE, dayAfter(monday, i), 9 + i, 7 * i), w + 4 * i);
        if (w % 4 === 1) maintenance(sim, places[0] as string, localMoment(ZONE, dayAfter(monday, 3), 17), 3 * HOUR);
        if (w % 4 === 2) drained(sim, places[1] as string, localMoment(ZONE, dayAfter(monday, 0), 10), 48 * HOUR);
        storeCut(sim, localMoment(ZONE, dayAfter(monday, (w + 3) % 5), 14, 1));
      }
      end = localMoment(ZONE, monday, 0) + 2 * WEEK_MS;
    }
  }
  const begun = performance.now();
  await sim.run(end);
  const text = await report(sim, people, performance.now() - begun, end - startMs);
  return { wrong: await wrongs(sim, people), text, promised: world.ledger.count };
}

/** Classes are at 9, 11, 13 and 15 o'clock, from Monday to Friday; the first is at 13. */
function classOf(c: number, { studentsOfClass, people: count }: SemesterOptions, people: readonly Class['students'][number][]): Class {
  const students = Array.from(
    { length: studentsOfClass },
    (_, i) => people[(c * studentsOfClass + i) % count] as Class['students'][number],
  );
  return { image: COURSES[c % COURSES.length] as string, day: c % 5, hour: 9 + 2 * ((c + 2) % 4), students };
}

/** A week of a small one. */
export const WEEK = {
  blocks: [{ firstMonday: [2030, 10, 21], weeks: 1 }] as const,
  people: 16,
  machines: 4,
  licenceSeats: 4,
  classes: 2,
  studentsOfClass: 4,
  walkInsOfWeek: 20,
  afternoonMs: 30 * 60_000,
};
