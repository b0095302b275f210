/** What a TPM's program does that is none, with a script in its place. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findSwtpms, startSwtpm } from './swtpm.ts';

let dir: string;
let path: string | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swtpm-'));
  mkdirSync(join(dir, 'bin'));
  path = process.env['PATH'];
  process.env['PATH'] = `${join(dir, 'bin')}:${path}`;
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(dir, { recursive: true, force: true });
});

const standIn = (script: string) => {
  const file = join(dir, 'bin/swtpm');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
};
const start = async (answerMs?: number) =>
  await startSwtpm(dir, { account: undefined, logFile: join(dir, 'log'), ...(answerMs === undefined ? {} : { answerMs }) });
const running = async () => await findSwtpms((folder) => folder === dir);

test.each([
  ['says nothing', 'while :; do sleep 0.1; done'],
  ['says half an answer', "printf '\\000\\000\\000\\000' >&3; while read -r x <&3; do :; done"],
])('one that %s is given up after its time, and ended', async (_, script) => {
  standIn(script);
  await expect(start(300)).rejects.toMatchObject({ code: 'crashed', message: 'swtpm was started and did not answer within 0.3 s' });
  expect(await running()).toEqual([]);
});

test.each([
  ['ends at once', 'exit 1'],
  ['breaks its channel first and then ends', 'exec 3>&-; sleep 0.2; exit 1'],
])('one that %s is said to have ended', async (_, script) => {
  standIn(script);
  await expect(start()).rejects.toMatchObject({ code: 'crashed', message: expect.stringContaining('ended as soon as') as string });
  expect(await running()).toEqual([]);
});

test('one that answers is started, with nothing left in its channel', async () => {
  standIn(`head -c 4 <&3 >${join(dir, 'asked')}; printf '\\000\\000\\000\\000\\000\\000\\377\\377' >&3; while read -r x <&3; do :; done`);
  const { channel, ended } = await start();
  expect(await running()).toHaveLength(1);
  expect(channel.readableLength).toBe(0);
  channel.destroy();
  await ended;
});
