import { describe, expect, test } from 'vitest';
import { type Ctx, makeCtx } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import { CANCELLED, runSaga, type Saga, SHUTDOWN } from './saga.ts';
import { MemoryJournal, runToEnd } from './saga-testing.ts';
import { SAGAS } from './sagas/index.ts';

interface Log {
  lines: string[];
  fail?: { at: string; error: CarrelError; times: number };
}

const step = (name: string) => ({
  name,
  timeoutMs: 1000,
  do: async ({ deps }: { deps: Log }) => {
    deps.lines.push(`do ${name}`);
    if (deps.fail?.at === name && deps.fail.times-- > 0) throw deps.fail.error;
    return { made: name };
  },
  undo: async ({ deps }: { deps: Log }) => {
    deps.lines.push(`undo ${name}`);
    if (deps.fail?.at === `undo ${name}` && deps.fail.times-- > 0) throw deps.fail.error;
  },
});

const saga: Saga<Log, null, null> = {
  name: 'abc',
  steps: [step('a'), step('b'), step('c')],
  maxAttempts: 3,
  done: async (_tx, deps) => void deps.lines.push('done'),
  undone: async (_tx, deps, _input, error) => void deps.lines.push(`undone ${error.code}`),
};
const journal = () => new MemoryJournal<null>((work) => work(null));

test('steps run in order and their outputs are kept', async () => {
  const deps: Log = { lines: [] };
  const j = journal();
  expect(await runToEnd(saga, deps, null, j)).toBe('done');
  expect(deps.lines).toEqual(['do a', 'do b', 'do c', 'done']);
  expect((await j.steps()).map((s) => s.output)).toEqual([{ made: 'a' }, { made: 'b' }, { made: 'c' }]);
});

test('a failure that will not pass undoes the failed step and those before it, in reverse', async () => {
  const deps: Log = { lines: [], fail: { at: 'b', error: new CarrelError('no', 'no'), times: 1 } };
  expect(await runToEnd(saga, deps, null, journal())).toBe('undone');
  expect(deps.lines).toEqual(['do a', 'do b', 'undo b', 'undo a', 'undone no']);
});

test('a failure that may pass is tried again, and only that step', async () => {
  const deps: Log = { lines: [], fail: { at: 'b', error: new CarrelError('busy', 'busy', { retry: 'later' }), times: 2 } };
  expect(await runToEnd(saga, deps, null, journal())).toBe('done');
  expect(deps.lines).toEqual(['do a', 'do b', 'do b', 'do b', 'do c', 'done']);
});

test('a failure that keeps coming back turns the run around', async () => {
  const deps: Log = { lines: [], fail: { at: 'b', error: new CarrelError('busy', 'busy', { retry: 'later' }), times: 99 } };
  expect(await runToEnd(saga, deps, null, journal())).toBe('undone');
  expect(deps.lines.filter((l) => l === 'do b')).toHaveLength(3);
});

test.each([true, false])('a weekend without the provider uses up no tries (forward only: %s)', async (forwardOnly) => {
  const error = new CarrelError('unavailable', 'the provider does not answer', { retry: 'later' });
  const deps: Log = { lines: [], fail: { at: 'b', error, times: 8000 } };
  const j = journal();
  expect(await runToEnd({ ...saga, forwardOnly }, deps, null, j, { limit: 9000 })).toBe('done');
  expect(Math.max(...j.delays)).toBe(30_000);
  expect(j.delays.reduce((a, b) => a + b, 0)).toBeGreaterThan(64 * 3_600_000);
});

test('an undo waits for the provider as long as it takes, and its tries are those that failed for another reason', async () => {
  const error = new CarrelError('unavailable', 'the provider does not answer', { retry: 'later' });
  const deps: Log = { lines: [], fail: { at: 'undo a', error, times: 500 } };
  expect(await runToEnd(failAtC(), deps, null, journal(), { limit: 900 })).toBe('undone');
});

test('forward-only work is never undone and ends with an operator', async () => {
  const deps: Log = { lines: [], fail: { at: 'b', error: new CarrelError('busy', 'busy', { retry: 'later' }), times: 99 } };
  expect(await runToEnd({ ...saga, forwardOnly: true }, deps, null, journal())).toBe('stuck');
  expect(deps.lines.some((l) => l.startsWith('undo'))).toBe(false);
});

test('an undo that fails is tried again until it succeeds', async () => {
  const deps: Log = { lines: [], fail: { at: 'undo a', error: new CarrelError('no', 'no'), times: 2 } };
  expect(await runToEnd(failAtC(), deps, null, journal())).toBe('undone');
  expect(deps.lines.filter((l) => l === 'undo a')).toHaveLength(3);
});

function failAtC(): Saga<Log, null, null> {
  return { ...saga, steps: [...saga.steps.slice(0, 2), { ...step('c'), do: () => Promise.reject(new CarrelError('x', 'x')) }] };
}

test('a run that was cut off goes on where it stood: started steps run again, finished ones do not', async () => {
  const deps: Log = { lines: [] };
  const j = journal();
  const crash = (point: string) => {
    if (point === 'abc:b:do:after') throw new CarrelError('fenced', 'the process is gone');
  };
  await expect(runToEnd(saga, deps, null, j, { fault: crash })).rejects.toThrow('gone');
  expect(await runToEnd(saga, deps, null, j)).toBe('done');
  expect(deps.lines).toEqual(['do a', 'do b', 'do b', 'do c', 'done']);
});

test('a cancel turns the run around; a shutdown gives it back untouched', async () => {
  const deps: Log = { lines: [] };
  expect(await runToEnd(saga, deps, null, journal(), { signal: AbortSignal.abort(CANCELLED) })).toBe('undone');
  const j = journal();
  await expect(runSaga(saga, { ctx: makeCtx({ signal: AbortSignal.abort(SHUTDOWN) }), deps, input: null, journal: j })).rejects.toThrow(
    'stopping',
  );
  expect(j.direction).toBe('do');
  expect(deps.lines.filter((l) => l.startsWith('do'))).toEqual([]);
});

test('a step that takes the process down every time is undone in the end', async () => {
  const deps: Log = { lines: [] };
  const j = journal();
  await j.started(0, 'a');
  j.attempt = saga.maxAttempts + 1;
  expect(await runToEnd(saga, deps, null, j)).toBe('undone');
  expect(deps.lines).toEqual(['undo a', 'undone internal']);
});

test('a step is told whether it may have been tried before: by this run, by one that ended without a word, and never in an undo', async () => {
  const told: string[] = [];
  const tell: Saga<Log, null, null> = {
    ...saga,
    steps: saga.steps.map((s) => ({
      ...s,
      do: async (args) => {
        told.push(`do ${s.name} ${args.first}`);
        return await s.do(args);
      },
      undo: async (args) => void told.push(`undo ${s.name} ${args.first}`),
    })),
  };
  const fail = { at: 'b', error: new CarrelError('busy', 'busy', { retry: 'later' as const }), times: 1 };
  expect(await runToEnd(tell, { lines: [], fail }, null, journal())).toBe('done');
  expect(told).toEqual(['do a true', 'do b true', 'do b false', 'do c true']);
  told.length = 0;
  const j = journal();
  await j.started(0, 'a');
  const no = { at: 'b', error: new CarrelError('no', 'no'), times: 1 };
  expect(await runToEnd(tell, { lines: [], fail: no }, null, j)).toBe('undone');
  expect(told).toEqual(['do a false', 'do b true', 'undo b false', 'undo a false']);
});

describe('a journal is matched by the names of its steps', () => {
  const recorded = async (...names: string[]) => {
    const j = journal();
    for (const [i, name] of names.entries()) {
      await j.started(i * 2, name);
      await j.finished(i * 2, { made: name });
    }
    return j;
  };

  test('wherever they stand: the run goes on behind what is recorded', async () => {
    const deps: Log = { lines: [] };
    const j = await recorded('a', 'b');
    expect(await runToEnd({ ...saga, steps: [...saga.steps, step('d')] }, deps, null, j)).toBe('done');
    expect(deps.lines).toEqual(['do c', 'do d', 'done']);
  });

  test.each([
    ['a step was put in before it', [step('x'), ...saga.steps]],
    ['a step was taken out', saga.steps.slice(1)],
    ['a step has another name', [step('A'), ...saga.steps.slice(1)]],
    ['two steps changed places', [step('b'), step('a'), step('c')]],
  ])('%s: it is parked with the reason, and nothing acts', async (_what, steps) => {
    const deps: Log = { lines: [] };
    const j = await recorded('a');
    expect(await runToEnd({ ...saga, steps }, deps, null, j)).toBe('stuck');
    expect(j.error).toMatchObject({ code: 'saga-changed', message: expect.stringContaining('abc') });
    expect(deps.lines).toEqual([]);
  });

  test('an undo takes back what is recorded in reverse, also when steps have come in between', async () => {
    const deps: Log = { lines: [] };
    const j = await recorded('a', 'b');
    await j.turnAround({ code: 'no', message: 'no', retry: 'never', details: {} });
    expect(await runToEnd({ ...saga, steps: [step('b'), step('x'), step('a')] }, deps, null, j)).toBe('undone');
    expect(deps.lines).toEqual(['undo b', 'undo a', 'undone no']);
  });

  test('an undo of a step that the saga no longer has is parked', async () => {
    const deps: Log = { lines: [] };
    const j = await recorded('a', 'b');
    await j.turnAround({ code: 'no', message: 'no', retry: 'never', details: {} });
    expect(await runToEnd({ ...saga, steps: [step('a')] }, deps, null, j)).toBe('stuck');
    expect(deps.lines).toEqual([]);
  });

  test.each(Object.values(SAGAS).map((s) => [s.name, s.steps.map((x) => x.name)] as const))('%s: no name twice', (_name, names) => {
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a driver that does not listen to its signal', () => {
  const never = () => new Promise<never>(() => {});

  test('holds no step beyond its time', async () => {
    const deps: Log = { lines: [] };
    const j = journal();
    const deaf = { ...saga, steps: [step('a'), { ...step('b'), timeoutMs: 5, do: never }] };
    expect(await runToEnd(deaf, deps, null, j, { graceMs: 1 })).toBe('undone');
    expect(deps.lines).toEqual(['do a', 'undo b', 'undo a', 'undone deadline']);
  });

  test('holds no undo beyond its time', async () => {
    const deps: Log = { lines: [] };
    const j = journal();
    const deaf = { ...failAtC(), steps: [{ ...step('a'), timeoutMs: 5, undo: never }, ...failAtC().steps.slice(1)] };
    expect(await runToEnd(deaf, deps, null, j, { graceMs: 1 })).toBe('stuck');
    expect(j.error?.code).toBe('deadline');
  });

  test('holds up no cancel', async () => {
    const deps: Log = { lines: [] };
    const cancel = new AbortController();
    const act = () => {
      cancel.abort(CANCELLED);
      return never();
    };
    const deaf = { ...saga, steps: [{ ...step('a'), timeoutMs: 600_000, do: act }] };
    expect(await runToEnd(deaf, deps, null, journal(), { graceMs: 1, signal: cancel.signal })).toBe('undone');
    expect(deps.lines).toEqual(['undo a', 'undone cancelled']);
  });

  test('what it still answers in the time that it is given counts', async () => {
    const deps: Log = { lines: [] };
    const late = ({ ctx }: { ctx: Ctx }) => new Promise<string>((r) => ctx.signal.addEventListener('abort', () => r('late')));
    const j = journal();
    expect(await runToEnd({ ...saga, steps: [{ ...step('a'), timeoutMs: 5, do: late }] }, deps, null, j)).toBe('done');
    expect((await j.steps())[0]?.output).toBe('late');
  });
});
