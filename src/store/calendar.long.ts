/** Promise 7 at length: 64 writers in three processes, more than 10,000 attempts to book, move, lengthen, shorten and end. */
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, onTestFinished, test } from 'vitest';
import { now, type Tally, watch } from './calendar-testing.ts';
import { seed } from './seed-testing.ts';
import { testDb } from './testing.ts';

const WRITERS = [22, 21, 21];
const ROUNDS = 160;

test('64 writers in three processes: no moment is ever over capacity', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { machines: 20, memoryMiB: 4000, vcpus: 40, storageMiB: 2000 });
  const file = join(tmpdir(), `carrel-calendar-${randomUUID()}.mts`);
  onTestFinished(() => rmSync(file, { force: true }));
  const here = import.meta.dirname;
  writeFileSync(
    file,
    `import { randomUUID } from 'node:crypto';
     import { openDb } from '${here}/db.ts';
     import { churn, dice, now } from '${here}/calendar-testing.ts';
     const { db, close } = openDb(process.env.DATABASE_URL, { poolSize: 24 });
     const base = JSON.parse(process.env.BASE);
     const reservation = (more) => ({ ...base, id: randomUUID(), machineId: randomUUID(), now, ...more });
     const first = Number(process.env.FIRST);
     const all = await Promise.all(Array.from({ length: Number(process.env.WRITERS) }, (_, i) => churn(db, { reservation }, ${ROUNDS}, dice(first + i))));
     console.log(JSON.stringify(all));
     await close();`,
  );
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const run = (writers: number, first: number): Promise<Tally[]> =>
    new Promise((resolve, reject) => {
      const env = {
        ...process.env,
        DATABASE_URL: t.url,
        BASE: JSON.stringify(s.reservation({})),
        WRITERS: String(writers),
        FIRST: String(first),
      };
      const child = spawn(process.execPath, ['--import', tsx, file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.once('exit', (code) => (code === 0 ? resolve(JSON.parse(out) as Tally[]) : reject(new Error(`exit ${code}`))));
    });
  const work = Promise.all(WRITERS.map((n, i) => run(n, 1000 * i)));
  expect(await watch(t.db, work)).toEqual([]);
  const tallies = (await work).flat();
  const sum = (key: keyof Tally) => tallies.reduce((a, b) => a + b[key], 0);
  expect(tallies).toHaveLength(64);
  expect(sum('granted') + sum('refused')).toBeGreaterThan(10_000);
  // It was tight, and went on to the end.
  expect(Math.min(sum('granted'), sum('refused'))).toBeGreaterThan(1_000);
}, 600_000);
