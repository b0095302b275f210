import { describe, expect, it } from 'vitest';
import { changedLabels, LABEL_KEY, LABEL_VALUE, wantedLabels } from './labels.ts';

describe('labels', () => {
  it('are changed, added and taken away, and stand in order', () => {
    expect(Object.entries(changedLabels({ b: '1', c: '2' }, { c: null, a: 'x', b: '3' }))).toEqual([
      ['a', 'x'],
      ['b', '3'],
    ]);
    expect(changedLabels({ a: '1' }, { b: null })).toEqual({ a: '1' });
  });

  it.each(['a', 'course', 'cs.uni.edu/course-1', 'x'.repeat(63)])('%s is a key', (key) => expect(key).toMatch(new RegExp(LABEL_KEY)));
  it.each(['', 'A', '-a', 'a-', 'a b', 'a=b', 'a,b', 'x'.repeat(64), 'ä', 'a\n'])('%j is none', (key) =>
    expect(new RegExp(LABEL_KEY).test(key)).toBe(false),
  );
  it.each(['', 'Zürich 1', '"><img>', 'x'.repeat(63)])('%j is a value', (value) => expect(value).toMatch(new RegExp(LABEL_VALUE, 'u')));
  it.each(['a,b', 'a\nb', '\u202e', '\u2028', 'x'.repeat(64)])('%j is none', (value) =>
    expect(new RegExp(LABEL_VALUE, 'u').test(value)).toBe(false),
  );

  it('that are wanted are read, and nothing else is', () => {
    expect(wantedLabels('course=cs101,team,empty=')).toEqual([
      { key: 'course', value: 'cs101' },
      { key: 'team' },
      { key: 'empty', value: '' },
    ]);
    expect(wantedLabels('url=a=b')).toEqual([{ key: 'url', value: 'a=b' }]);
    for (const wrong of ['', ',', 'A=1', 'a=1,', '=x']) expect([wrong, wantedLabels(wrong)]).toEqual([wrong, undefined]);
  });
});
