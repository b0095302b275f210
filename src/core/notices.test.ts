import { expect, it } from 'vitest';
import { NOTICES, type NoticeCode, noticeOf, say } from './notices.ts';

const codes = Object.keys(NOTICES) as NoticeCode[];
const factsOf = (code: NoticeCode, odd = ''): Record<string, string> =>
  Object.fromEntries([...NOTICES[code].matchAll(/\{(\w+)\}/g)].map(([, name]) => [name as string, odd || `some-${name}`]));

it.each(codes)('%s is read back as what was said, and as no other', (code) => {
  const facts = factsOf(code);
  expect(noticeOf(say(code, facts as never))).toEqual({ code, facts });
  if (facts['why'] !== undefined) {
    const why = 'line one\nits time is up; `carrel undo` brings it back $& {at}';
    expect(noticeOf(say(code, { ...facts, why } as never))).toEqual({ code, facts: { ...facts, why } });
  }
});

it('what a driver says, and what is nearly one, is none', () => {
  for (const text of ['', 'ready', 'making a strange clone', 'its time is up.', 'a: ended: nobody had connected within 2h'])
    expect(noticeOf(text)).toBeUndefined();
});
