import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonText, parseRange } from './sql.ts';

test('what jsonb refuses becomes U+FFFD, and nothing else changes', () => {
  expect(jsonText({ a: 'x\0y', '\0k': 1 })).toBe('{"a":"x\\ufffdy","\\ufffdk":1}');
  expect(jsonText('\ud800 lone, \u{1f600} paired')).toBe('"\\ufffd lone, \u{1f600} paired"');
  // A backslash before u0000 that was there as text stays text.
  expect(JSON.parse(jsonText('\\u0000 \\\\u0000'))).toBe('\\u0000 \\\\u0000');
  expect(jsonText(undefined)).toBe('null');
});

test('well-formed values without NUL go through unchanged', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!/\\u0000|\\ud[89a-f]/.test(text));
      expect(jsonText(value)).toBe(text);
    }),
  );
});

test('spans as PostgreSQL prints them', () => {
  const at = (text: string) => new Date(text.replace(' ', 'T').replace(/\+00$/, 'Z'));
  expect(parseRange('["2026-11-23 10:00:00+00","2026-11-23 12:30:00.5+00")', at)).toEqual({
    start: new Date('2026-11-23T10:00:00Z'),
    end: new Date('2026-11-23T12:30:00.5Z'),
  });
  expect(parseRange('["2026-11-23 10:00:00+00",)', at).end).toBeNull();
  expect(parseRange('["2026-11-23 10:00:00+00",infinity)', at).end).toBeNull();
  expect(() => parseRange('empty', at)).toThrow('not a span');
  expect(() => parseRange('(,"2026-11-23 10:00:00+00")', at)).toThrow('not a span');
});
