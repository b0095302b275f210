import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Layout, LAYOUTS, type Stroke, typeText, usKeysym } from './keyboard.ts';

const show = (strokes: readonly Stroke[]): string => strokes.map((s) => `${s.shift ? 'S-' : ''}${s.altGr ? 'G-' : ''}${s.code}`).join(' ');

describe('text as keystrokes', () => {
  it.each<[Layout, string, string]>([
    ['de', 'Zü@€', 'S-KeyY BracketLeft G-KeyQ G-KeyE'],
    ['de', '^é', 'Backquote Space Equal KeyE'],
    ['ch', '~é{', 'G-Equal Space S-Semicolon G-Quote'],
    ['fr', 'aê1', 'KeyQ BracketLeft KeyE S-Digit1'],
    ['gb', '£€#', 'S-Digit3 G-Digit4 Backslash'],
    ['us', 'a\n\t', 'KeyA Enter Tab'],
  ])('%s: %s', (layout, text, keys) => {
    expect(typeText(text, layout)).toEqual({ strokes: expect.anything(), missing: [] });
    expect(show(typeText(text, layout).strokes)).toBe(keys);
  });

  it('what a layout has no key for is said, and the rest is typed', () => {
    const { strokes, missing } = typeText('a€b€', 'us');
    expect(missing).toEqual(['€']);
    expect(show(strokes)).toBe('KeyA KeyB');
  });

  it('letters with marks of their own are the same however they were made', () => {
    expect(typeText('u\u0308', 'de')).toEqual(typeText('ü', 'de'));
  });
});

/** QEMU's keymaps come from xkeyboard-config: another's word on where each character is. */
const KEYMAPS = '/usr/share/qemu/keymaps';
const MAP: Record<Layout, string> = { us: 'en-us', gb: 'en-gb', de: 'de', ch: 'de-ch', fr: 'fr' };
const NAMES: Record<string, string> = {
  exclam: '!', quotedbl: '"', numbersign: '#', dollar: '$', percent: '%', ampersand: '&', apostrophe: "'", parenleft: '(',
  parenright: ')', asterisk: '*', plus: '+', comma: ',', minus: '-', period: '.', slash: '/', colon: ':', semicolon: ';', less: '<',
  equal: '=', greater: '>', question: '?', at: '@', bracketleft: '[', backslash: '\\', bracketright: ']', underscore: '_',
  braceleft: '{', bar: '|', braceright: '}', EuroSign: '€', section: '§', degree: '°', ssharp: 'ß', adiaeresis: 'ä', odiaeresis: 'ö',
  udiaeresis: 'ü', Adiaeresis: 'Ä', Odiaeresis: 'Ö', Udiaeresis: 'Ü', eacute: 'é', egrave: 'è', agrave: 'à', ccedilla: 'ç',
  ugrave: 'ù', sterling: '£', notsign: '¬', mu: 'µ', twosuperior: '²', threesuperior: '³', cent: '¢', currency: '¤',
}; // biome-ignore format: a table
const CODES = new Map<number, string>([
  [0x29, 'Backquote'],
  ...Array.from('1234567890').map((d, i): [number, string] => [2 + i, `Digit${d}`]),
  [0x0c, 'Minus'],
  [0x0d, 'Equal'],
  ...Array.from('QWERTYUIOP').map((c, i): [number, string] => [0x10 + i, `Key${c}`]),
  [0x1a, 'BracketLeft'],
  [0x1b, 'BracketRight'],
  ...Array.from('ASDFGHJKL').map((c, i): [number, string] => [0x1e + i, `Key${c}`]),
  [0x27, 'Semicolon'],
  [0x28, 'Quote'],
  [0x2b, 'Backslash'],
  [0x56, 'IntlBackslash'],
  ...Array.from('ZXCVBNM').map((c, i): [number, string] => [0x2c + i, `Key${c}`]),
  [0x33, 'Comma'],
  [0x34, 'Period'],
  [0x35, 'Slash'],
]);

it.each(LAYOUTS.map(({ value }) => value))("%s is what QEMU's keymap of that name says", (layout) => {
  const places = new Map<string, Set<string>>();
  for (const line of readFileSync(`${KEYMAPS}/${MAP[layout]}`, 'utf8').split('\n')) {
    const [name = '', number = '', ...held] = line.split(' ');
    const char = /^[A-Za-z0-9]$/.test(name) ? name : NAMES[name];
    const code = CODES.get(Number(number));
    if (char === undefined || code === undefined) continue;
    const at = `${held.includes('shift') ? 'S-' : ''}${held.includes('altgr') ? 'G-' : ''}${code}`;
    places.set(char, (places.get(char) ?? new Set()).add(at));
  }
  expect(places.size).toBeGreaterThan(80);
  const wrong: string[] = [];
  let seen = 0;
  for (const [char, where] of places) {
    const { strokes } = typeText(char, layout);
    if (strokes.length !== 1) continue;
    seen += 1;
    if (!where.has(show(strokes))) wrong.push(`${char}: ${show(strokes)}, not ${[...where].join(' or ')}`);
  }
  expect(wrong).toEqual([]);
  expect(seen).toBeGreaterThan(80);
});

it('the keysym beside a key is the one that a US keyboard has there', () => {
  expect(usKeysym({ code: 'KeyY', shift: true })).toBe(0x59);
  expect(usKeysym({ code: 'BracketLeft' })).toBe(0x5b);
  expect(usKeysym({ code: 'Enter' })).toBe(0xff0d);
});
