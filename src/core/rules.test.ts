import { expect, test } from 'vitest';
import { breach, DEFAULT_RULES, kindOf, longestTellEnd, ruleFor, type SiteRules } from './rules.ts';

const HOUR = 3_600_000;
const site: SiteRules = {
  '*': { lab: { longestMs: 4 * HOUR, atOnce: 2 }, server: { allowed: false } },
  staff: { lab: { atOnce: 5 }, server: { allowed: true } },
  course: { lab: { atOnce: 1, longestMs: 8 * HOUR } },
  ops: { lab: { atOnce: null } },
};

test('everybody has the site’s rule, and what it leaves open is the default', () => {
  expect(ruleFor(site, [], 'lab')).toEqual({ ...DEFAULT_RULES.lab, longestMs: 4 * HOUR, atOnce: 2 });
  expect(ruleFor({}, [], 'server')).toEqual(DEFAULT_RULES.server);
});

test('a group may have more or less than everybody; of several the most generous counts', () => {
  expect(ruleFor(site, ['course'], 'lab')).toMatchObject({ atOnce: 1, longestMs: 8 * HOUR });
  expect(ruleFor(site, ['course', 'staff'], 'lab')).toMatchObject({ atOnce: 5, longestMs: 8 * HOUR });
  expect(ruleFor(site, ['course', 'ops'], 'lab').atOnce).toBeNull();
  expect(ruleFor(site, [], 'server').allowed).toBe(false);
  expect(ruleFor(site, ['staff'], 'server').allowed).toBe(true);
});

test('the kind follows from what is asked for', () => {
  const rule = (kind: 'lab' | 'long' | 'imaging' | 'server') => ruleFor(site, [], kind);
  expect(kindOf(rule, false, 4 * HOUR)).toBe('lab');
  expect(kindOf(rule, false, 4 * HOUR + 1)).toBe('long');
  expect(kindOf(rule, true, HOUR)).toBe('server');
  expect(kindOf(rule, false, Number.POSITIVE_INFINITY)).toBe('server');
});

test('how long before an end it is told: the most that a group of the person says, else what the site says, else ten minutes', () => {
  const site = { '*': { lab: { tellEndMs: HOUR } }, staff: { lab: { tellEndMs: 0 } }, class: { long: { tellEndMs: 3 * HOUR } } };
  const of = (groups: string[], kind: 'lab' | 'long') => ruleFor(site, groups, kind).tellEndMs;
  expect([of([], 'lab'), of(['staff'], 'lab'), of(['staff', 'class'], 'long'), of([], 'long')]).toEqual([HOUR, 0, 3 * HOUR, HOUR / 6]);
  expect([longestTellEnd(site), longestTellEnd({})]).toEqual([3 * HOUR, HOUR / 6]);
});

test('a request that breaks a rule says which', () => {
  const rule = {
    allowed: true,
    longestMs: 4 * HOUR,
    totalMs: 6 * HOUR,
    aheadMs: 24 * HOUR,
    atOnce: 2,
    checkpoints: 5,
    connectWithinMs: null,
    idleAfterMs: null,
    tellEndMs: 0,
    together: [],
  };
  const subject = { kind: 'lab' as const, forMs: 4 * HOUR, aheadMs: 24 * HOUR, held: 1, extending: false };
  expect(breach(rule, subject)).toBeUndefined();
  expect(breach({ ...rule, allowed: false }, subject)).toEqual({ rule: 'kind', kind: 'lab' });
  expect(breach(rule, { ...subject, forMs: 5 * HOUR })).toEqual({ rule: 'longest', limitMs: 4 * HOUR, wantedMs: 5 * HOUR });
  expect(breach(rule, { ...subject, forMs: 6 * HOUR, extending: true })).toBeUndefined();
  expect(breach(rule, { ...subject, forMs: 7 * HOUR, extending: true })).toEqual({ rule: 'total', limitMs: 6 * HOUR, wantedMs: 7 * HOUR });
  expect(breach(rule, { ...subject, aheadMs: 25 * HOUR })).toMatchObject({ rule: 'ahead' });
  expect(breach(rule, { ...subject, held: 2 })).toEqual({ rule: 'at-once', limit: 2, wanted: 3 });
  expect(breach({ ...rule, longestMs: null, atOnce: null }, { ...subject, forMs: Number.POSITIVE_INFINITY, held: 999 })).toBeUndefined();
});
