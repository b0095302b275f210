import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { makeCtx } from '../../lib/context.ts';
import { FakeDriver } from './fake-driver.ts';
import { leaks } from './interference.ts';
import { FakeWorld } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'fake-processes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ctx = makeCtx();

/** Runs a few lines in a process of their own, with `world` and `driver` on the shared file. */
function inChild(path: string, lines: string): ChildProcess {
  const here = new URL('.', import.meta.url).href;
  const script = join(folder, `child-${Math.random().toString(36).slice(2)}.ts`);
  writeFileSync(
    script,
    `import { FakeDriver } from '${here}fake-driver.ts';
     import { FakeWorld } from '${here}world.ts';
     import { makeCtx } from '${here}../../lib/context.ts';
     const ctx = makeCtx();
     const world = new FakeWorld({ path: ${JSON.stringify(path)} });
     const driver = new FakeDriver({ world });
     const spec = (machineId: string) => ({ machineId, revisionId: 'r', mode: 'linked' as const,
       hardware: { vcpus: 1, memoryMiB: 64 }, hostname: machineId });
     void (async () => { ${lines} })();`,
  );
  return spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'ignore', 'inherit'] });
}

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
    const children = ['a', 'b', 'c'].map((name) =>
      inChild(path, `for (let i = 0; i < 40; i++) await driver.clone(ctx, spec('${name}' + i));`),
    );
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
    expect(codes).toEqual([0, 0, 0]);
    const machines = Object.values(world.state.machines);
    expect(machines.filter((m) => !m.half).length).toBe(120);
    expect(new Set(machines.map((m) => m.sshPort)).size).toBe(120);
  });

  test('a process that kills itself in the middle of a clone leaves a half machine that another takes away', async () => {
    const { path, world, driver } = await prepared('killed.json');
    world.addFault({ verb: 'clone', when: 'middle', count: 1, error: 'kill' });
    const child = inChild(path, `await driver.clone(ctx, spec('a'));`);
    expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
    expect((await driver.inventory(ctx)).machines.map((m) => m.power)).toEqual(['half']);
    await driver.destroy(ctx, 'a');
    expect(leaks(world, 'carrel', { machines: [], masters: ['r'] })).toEqual([]);
  });
});
