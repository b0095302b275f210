import { expect, test } from 'vitest';
import { changeOf, formOf } from './site-rules.ts';

const HOUR = 3_600_000;
const SAID = {
  allowed: false,
  longestMs: 36 * HOUR,
  totalMs: null,
  atOnce: 2,
  groupAtOnce: null,
  checkpoints: 0,
  idleAfterMs: 90 * 60_000,
  tellEndMs: 0,
};

test('what a site says of a kind is written in a form, and sent as the whole of what it says', () => {
  const form = formOf(SAID, 'any');
  expect(form).toMatchObject({
    allowed: 'no',
    longest: '1d12h',
    total: 'any',
    ahead: '',
    atOnce: '2',
    groupAtOnce: 'any',
    checkpoints: '0',
  });
  expect(changeOf(form, { kind: 'lab', group: 'user' }, 'any')).toEqual({
    kind: 'lab',
    group: 'user',
    reset: true,
    allowed: false,
    longest: '1d12h',
    total: null,
    atOnce: 2,
    groupAtOnce: null,
    checkpoints: 0,
    idleAfter: '1h30m',
    tellEnd: null,
  });
});

test('an empty form takes away what was said', () => {
  expect(changeOf(formOf({}, 'any'), { kind: 'long', group: '*' }, 'any')).toEqual({ kind: 'long', group: '*', reset: true });
});

test.each(['two', '2 machines', '-1', '1.5', '1e3'])(
  '%s is no number of machines: it is sent as it is, for the server to refuse, and lifts no limit',
  (text) => {
    const change = changeOf({ ...formOf({}, 'any'), atOnce: text, groupAtOnce: ` ${text} ` }, { kind: 'lab', group: '*' }, 'any');
    const sent = JSON.parse(JSON.stringify(change)) as Record<string, unknown>;
    expect(sent).toEqual({ kind: 'lab', group: '*', reset: true, atOnce: text, groupAtOnce: text });
  },
);
