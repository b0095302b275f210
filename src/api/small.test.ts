import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caller } from '../../test/support/fake-services.ts';
import { CLONE_MODES } from '../core/image.ts';
import { MACHINE_TABLE } from '../core/machine.ts';
import { REVISION_TABLE } from '../core/image.ts';
import { formatDuration, RESERVATION_TABLE, STAGES } from '../core/reservation.ts';
import { CloneMode } from '../contract/common.ts';
import { RevisionState } from '../contract/images.ts';
import { MachineState } from '../contract/machines.ts';
import { PROBLEM_CODES } from '../contract/problem.ts';
import { ReservationState, Stage } from '../contract/reservations.ts';
import { CarrelError } from '../lib/errors.ts';
import { durationMs, LONGEST_MS } from '../services/duration.ts';
import { PROBLEMS, problemCode, toProblem } from './errors.ts';
import { TicketBox } from './tickets.ts';

const words = (schema: unknown): string[] => (schema as { enum: string[] }).enum;

describe("the contract's words are the core's", () => {
  it('states, stages and modes', () => {
    expect(words(CloneMode)).toEqual(CLONE_MODES);
    expect([...words(RevisionState)].sort()).toEqual(Object.keys(REVISION_TABLE).sort());
    expect([...words(MachineState)].sort()).toEqual(Object.keys(MACHINE_TABLE).sort());
    expect([...words(ReservationState)].sort()).toEqual(Object.keys(RESERVATION_TABLE).sort());
    expect(words(Stage)).toEqual([...STAGES, 'ending', 'gone']);
  });
});

describe('spans of time', () => {
  it.each([
    ['2h', 7_200_000],
    ['90m', 5_400_000],
    ['1d12h', 129_600_000],
    ['PT2H', 7_200_000],
    ['pt90m', 5_400_000],
    ['P1DT12H', 129_600_000],
    ['P2W', 1_209_600_000],
    ['PT1.5S', 1_500],
  ])('%s', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each([
    '',
    'P',
    'PT',
    'P1D T2H',
    'P1Y',
    'P1M',
    '2',
    '-2h',
    'h',
    '2h!',
    '0h',
    'PT0S',
    '1ms',
    '0.0001s',
    '99999d',
    'P9999W',
    'Infinityh',
    '2 h x',
  ])('refuses %j', (text) => {
    expect(() => durationMs(text)).toThrow(expect.objectContaining({ code: 'bad-request' }) as Error);
  });

  it('whatever is written: a number within bounds or a refusal', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^P?T?\d{0,12}[wdhmsDHMS]?(T\d{0,9}[HMS])?$/));
    fc.assert(
      fc.property(text, (value) => {
        try {
          const ms = durationMs(value);
          return Number.isInteger(ms) && ms >= 1000 && ms <= LONGEST_MS;
        } catch (error) {
          return error instanceof CarrelError && error.code === 'bad-request';
        }
      }),
    );
  });

  it('reads what is printed', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 86_400 }), (s) => durationMs(formatDuration(s * 1000)) > 0));
  });
});

describe('problems', () => {
  it('the table has every code and no other, with a status that means an error', () => {
    expect(Object.keys(PROBLEMS).sort()).toEqual([...PROBLEM_CODES].sort());
    for (const { status } of Object.values(PROBLEMS)) expect(status).toBeGreaterThanOrEqual(400);
  });

  it('knows what comes from below by other names', () => {
    expect(problemCode(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toBe('no-space');
    expect(problemCode(new CarrelError('store-unavailable', 'x'))).toBe('unavailable');
    expect(problemCode(new CarrelError('something-new', 'x'))).toBe('internal');
    expect(problemCode('a string')).toBe('internal');
    expect(problemCode(null)).toBe('internal');
  });

  it("does not show an unknown code's text", () => {
    const problem = toProblem(new CarrelError('something-new', 'the secret'), 'r1');
    expect(JSON.stringify(problem)).not.toContain('secret');
    expect(problem).toMatchObject({ status: 500, code: 'internal', requestId: 'r1' });
  });

  it('says when to come again if the store was too busy, and only then', () => {
    const busy = (details: Record<string, unknown>) => toProblem(new CarrelError('store-busy', 'too many', { details }), 'r1');
    expect(busy({})).toMatchObject({ status: 503, code: 'unavailable', details: { retryAfterS: 2 } });
    expect(busy({ retryAfterS: 7 })).toMatchObject({ details: { retryAfterS: 7 } });
    expect(toProblem(new CarrelError('unavailable', 'it is down'), 'r1').details).toBeUndefined();
  });
});

describe('tickets', () => {
  const start = Date.parse('2026-01-01T00:00:00Z');

  it('are good once, for their reservation, for a short time', () => {
    let now = start;
    const box = new TicketBox(() => new Date(now));
    const first = box.issue(caller('ann'), 'r1').ticket;
    expect(box.take(first, 'r1')?.name).toBe('ann');
    expect(box.take(first, 'r1')).toBeUndefined();
    const other = box.issue(caller('ann'), 'r1').ticket;
    expect(box.take(other, 'r2')).toBeUndefined();
    expect(box.take(other, 'r1')).toBeUndefined();
    const late = box.issue(caller('ann'), 'r1').ticket;
    now += 30_000;
    expect(box.take(late, 'r1')).toBeUndefined();
    expect(box.take('made-up', 'r1')).toBeUndefined();
  });
});
