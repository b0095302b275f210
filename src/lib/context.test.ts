import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { makeCtx, race, sleep, withTimeout } from './context.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('deadlines', () => {
  test('come although nobody but the context refers to their timer, with garbage collected all the while', async () => {
    const collecting = setInterval(collectGarbage, 5);
    const root = makeCtx({ timeoutMs: 60_000 });
    const never = new Promise<void>(() => {});
    const waits = [
      sleep(withTimeout(root, 60), 60_000),
      race(withTimeout(root, 60), never),
      race(withTimeout(withTimeout(root, 60), 60_000), never),
      race(makeCtx({ signal: new AbortController().signal, timeoutMs: 60 }), never),
    ];
    const ended = await Promise.all(waits.map((wait) => wait.then(() => 'done').catch((error: { code: string }) => error.code)));
    clearInterval(collecting);
    expect(ended).toEqual(['deadline', 'deadline', 'deadline', 'deadline']);
  });
});
