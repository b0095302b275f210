import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { childProgram } from '../../../test/support/child-program.ts';
import { makeCtx } from '../../lib/context.ts';
import { FakeDriver } from './fake-driver.ts';
import { leaks } from './interference.ts';
import { FakeWorld } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'fake-processes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ctx = makeCtx();

/** Clones machines of these names in a process of its own, one after the other, with the world on the shared file. */
async function inChild(path: string, ...names: string[]): Promise<ChildProcess> {
  return spawn(process.execPath, [await program, path, ...names], { stdio: ['ignore', 'ignore', 'inherit'] });
}

const program = childProgram(
  `import { FakeDriver } from './src/drivers/fake/fake-driver.ts';
   import { FakeWorld } from './src/drivers/fake/world.ts';
   import { makeCtx } from './src/lib/context.ts';
   const [path, ...names] = process.argv.slice(2);
   const driver = new FakeDriver({ world: new FakeWorld({ path }) });
   for (const machineId of names) {
     await driver.clone(makeCtx(), { machineId, revisionId: 'r', mode: 'linked', hardware: { vcpus: 1, memoryMiB: 64 }, hostname: machineId });
   }`,
  afterAll,
);

async function prepared(name: string): Promise<{ path: string; world: FakeWorld; driver: FakeDriver }> {
  const path = join(folder, name);
  const world = new FakeWorld({ path });
  const driver = new FakeDriver({ world });
  await driver.prepareMaster(ctx, { revisionId: 'r', source: { kind: 'recipe', recipe: 'tiny' } });
  return { path, world, driver };
}

describe('one world, several processes', () => {
  test('no change of one process is lost to another', async () => {
    const { path, world } = await prepared('together.json');
    const names = (of: string) => Array.from({ length: 40 }, (_, i) => `${of}${i}`);
    const codes = await Promise.all(
      ['a', 'b', 'c'].map(async (of) => (await once(await inChild(path, ...names(of)), 'exit'))[0] as number),
    );
    expect(codes).toEqual([0, 0, 0]);
    const machines = Object.values(world.state.machines);
    expect(machines.filter((m) => !m.half).length).toBe(120);
    expect(new Set(machines.map((m) => m.sshPort)).size).toBe(120);
  });

  test('a process that kills itself in the middle of a clone leaves a half machine that another takes away', async () => {
    const { path, world, driver } = await prepared('killed.json');
    world.addFault({ verb: 'clone', when: 'middle', count: 1, error: 'kill' });
    const child = await inChild(path, 'a');
    expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
    expect((await driver.inventory(ctx)).machines.map((m) => m.power)).toEqual(['half']);
    await driver.destroy(ctx, 'a');
    expect(leaks(world, 'carrel', { machines: [], masters: ['r'] })).toEqual([]);
  });
});
