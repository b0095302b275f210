import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { RuleChange } from '../contract/calendar.ts';
import { validator } from './validate.ts';

const said = (result: { value: unknown } | { error: Error }) => ('error' in result ? result.error.message : result.value);

describe('numbers in a path', () => {
  const check = validator('params', Type.Object({ number: Type.Integer({ minimum: 1 }) }));

  it('are read', () => {
    expect(said(check({ number: '12' }))).toEqual({ number: 12 });
  });

  it.each(['1.5', '0x1', ' 1', '1 ', '1e0', '+1', '1n', 'true', ''])('refuses %j, which is none as people write it', (number) => {
    expect(said(check({ number }))).toBe('number must be a whole number');
  });
});

describe('numbers in a body', () => {
  const check = validator('body', RuleChange);

  it.each(['two', '-1', '1.5', '12'])('refuses %j as the limit of a rule, which is text: nothing is read into it', (atOnce) => {
    expect(said(check({ kind: 'lab', group: '*', reset: true, atOnce }))).toMatch(/^atOnce /);
    expect(said(check({ kind: 'lab', group: '*', reset: true, atOnce: 12 }))).toMatchObject({ atOnce: 12 });
  });
});

describe('text that no store holds', () => {
  const check = validator('body', Type.Object({ name: Type.String(), labels: Type.Optional(Type.Record(Type.String(), Type.String())) }));

  it('is refused wherever it stands', () => {
    expect(said(check({ name: 'a\0b' }))).toMatch(/^name holds a character that is none/);
    expect(said(check({ name: 'a\ud800' }))).toMatch(/^name holds/);
    expect(said(check({ name: 'a', labels: { room: '\0' } }))).toMatch(/^labels\.room holds/);
    expect(said(check({ name: 'a', labels: { '\0': 'b' } }))).toMatch(/^labels holds/);
    expect(said(validator('params', Type.Object({ name: Type.String() }))({ name: '\0' }))).toMatch(/^name holds/);
  });

  it('is no other: every character there is passes', () => {
    const name = 'Zürich \u202e \u{1f600} \ufffe';
    expect(said(check({ name }))).toEqual({ name });
  });
});
