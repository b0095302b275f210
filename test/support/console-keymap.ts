/** A Linux console keymap in the form that busybox's loadkmap takes, made of one of QEMU's keymaps (which come from xkeyboard-config). */
import { readFileSync } from 'node:fs';

const NAMES: Readonly<Record<string, string>> = {
  at: '@', EuroSign: '€', udiaeresis: 'ü', Udiaeresis: 'Ü', odiaeresis: 'ö', Odiaeresis: 'Ö', adiaeresis: 'ä', Adiaeresis: 'Ä',
  ssharp: 'ß', slash: '/', period: '.', comma: ',', minus: '-', greater: '>', less: '<', apostrophe: "'", bar: '|', space: ' ',
}; // biome-ignore format: a table

const KEYS = 128;
const MAPS = 256;
/** Which of the 256 maps a set of held keys chooses (linux/keyboard.h). */
const MAP_OF: Readonly<Record<string, number>> = { '': 0, shift: 1, altgr: 2 };
/** What the kernel's own map has for the keys that are no characters: without them nobody could press Enter. */
const CONTROL: Readonly<Record<number, number>> = {
  14: 0x007f, // Backspace: Delete
  15: 0x0009, // Tab
  28: 0x0201, // Enter: K_ENTER
  29: 0x0702, // K_CTRL
  42: 0x0700, // K_SHIFT
  54: 0x0700,
  56: 0x0703, // K_ALT
  100: 0x0701, // K_ALTGR
};
const KT_LETTER = 0x0b00;

/** Keys that are not characters stay as a plain keyboard has them; Linux numbers keys up to 88 as the first set of scan codes does. */
export function consoleKeymap(name: string): Buffer {
  const maps = new Map<number, Uint16Array>(Object.values(MAP_OF).map((map) => [map, new Uint16Array(KEYS).fill(0x0200)]));
  for (const map of maps.values()) for (const [key, value] of Object.entries(CONTROL)) map[Number(key)] = value;
  for (const line of readFileSync(`/usr/share/qemu/keymaps/${name}`, 'utf8').split('\n')) {
    const [symbol = '', number = '', ...held] = line.split(' ');
    const char = /^[A-Za-z0-9]$/.test(symbol) ? symbol : NAMES[symbol];
    const map = maps.get(MAP_OF[held.filter((h) => h !== 'addupper').join(' ')] ?? -1);
    if (char === undefined || map === undefined || Number(number) >= KEYS) continue;
    const code = char.codePointAt(0) as number;
    // Latin-1 by its code, letters so that caps lock works; what lies beyond as Unicode, which the kernel keeps with these bits turned.
    map[Number(number)] = code > 0xff ? code ^ 0xf000 : /^[A-Za-z]$/.test(char) ? KT_LETTER | code : code;
  }
  const flags = Buffer.alloc(MAPS);
  for (const map of maps.keys()) flags[map] = 1;
  const tables = [...maps.entries()].toSorted(([a], [b]) => a - b).map(([, map]) => Buffer.from(map.buffer));
  return Buffer.concat([Buffer.from('bkeymap'), flags, ...tables]);
}
