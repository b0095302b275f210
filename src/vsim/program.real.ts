import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { childProgram } from '../../test/support/child-program.ts';

const program = childProgram(`import { main } from './src/vsim/program.ts'; process.exit(await main(process.argv.slice(2)));`, afterAll);

async function start(...args: string[]): Promise<ChildProcess> {
  return spawn(process.execPath, [await program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return line;
}

describe('vsim as a program', () => {
  it('says where it is in one line of JSON and ends at SIGTERM', async () => {
    const child = await start('--masters', '2', '--json', '--seed', '3');
    const facts = JSON.parse(await firstLine(child)) as {
      url: string;
      fingerprint256: string;
      masters: { path: string; snapshot: string }[];
    };
    expect(facts.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/sdk$/);
    expect(facts.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(facts.masters).toEqual([
      { path: '/DC0/vm/golden/master-0', snapshot: 'golden' },
      { path: '/DC0/vm/golden/master-1', snapshot: 'golden' },
    ]);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('tells its flags', async () => {
    const child = await start('--help');
    expect(await firstLine(child)).toContain('--model vcenter|esxi');
    expect(((await once(child, 'exit')) as [number])[0]).toBe(0);
  });

  it('ends with 2 and a sentence on a bad flag, with 1 if the port is taken', async () => {
    const bad = await start('--hosts', 'x');
    const [code] = (await once(bad, 'exit')) as [number];
    expect(code).toBe(2);
    const first = await start('--json');
    const { url } = JSON.parse(await firstLine(first)) as { url: string };
    const second = await start('--listen', `127.0.0.1:${new URL(url).port}`);
    expect(((await once(second, 'exit')) as [number])[0]).toBe(1);
    first.kill('SIGTERM');
    await once(first, 'exit');
  });
});
