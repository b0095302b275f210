/**
 * Text as keystrokes of a guest's keyboard. A VNC server turns a keysym into a key by a layout of its own (QEMU: US, unless told
 * otherwise), so what a guest with another layout shows is not what was typed. Here each character becomes the key that the guest's
 * layout has it on, by the key's place; the keysym sent beside it is the one that a US keyboard has there, so both ways agree.
 */

/** A key by its place (KeyboardEvent.code), and what is held with it. */
export interface Stroke {
  code: string;
  shift?: boolean;
  altGr?: boolean;
}

export type Layout = 'us' | 'de' | 'ch' | 'gb' | 'fr';
export const LAYOUTS: readonly { value: Layout; label: string }[] = [
  { value: 'us', label: 'English (US)' },
  { value: 'gb', label: 'English (UK)' },
  { value: 'de', label: 'Deutsch' },
  { value: 'ch', label: 'Deutsch (Schweiz)' },
  { value: 'fr', label: 'Français' },
];

const ROWS = {
  Digits: ['Backquote', ...Array.from({ length: 9 }, (_, i) => `Digit${i + 1}`), 'Digit0', 'Minus', 'Equal'],
  Upper: Array.from('QWERTYUIOP')
    .map((c) => `Key${c}`)
    .concat('BracketLeft', 'BracketRight'),
  Home: Array.from('ASDFGHJKL')
    .map((c) => `Key${c}`)
    .concat('Semicolon', 'Quote', 'Backslash'),
  Lower: ['IntlBackslash', ...Array.from('ZXCVBNM').map((c) => `Key${c}`), 'Comma', 'Period', 'Slash'],
};
const PLACES = [...ROWS.Digits, ...ROWS.Upper, ...ROWS.Home, ...ROWS.Lower];

/**
 * For each layout, what the places have by themselves, with Shift and with AltGr (a blank: nothing, a dead key, or what people never
 * type). Held together with QEMU's own keymaps, which come from xkeyboard-config, by keyboard.test.ts.
 */
const KEYS: Record<Layout, readonly [plain: string, shift: string, altGr: string]> = {
  us: ["`1234567890-=qwertyuiop[]asdfghjkl;'\\ zxcvbnm,./", '~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"| ZXCVBNM<>?', ''],
  gb: ["`1234567890-=qwertyuiop[]asdfghjkl;'#\\zxcvbnm,./", '¬!"£$%^&*()_+QWERTYUIOP{}ASDFGHJKL:@~|ZXCVBNM<>?', '    €'],
  de: [
    ' 1234567890ß qwertzuiopü+asdfghjklöä#<yxcvbnm,.-',
    '°!"§$%&/()=? QWERTZUIOPÜ*ASDFGHJKLÖÄ\'>YXCVBNM;:_',
    '  ²³   {[]}\\ @ €        ~            |      µ   ',
  ],
  ch: [
    "§1234567890' qwertzuiopü asdfghjklöä$<yxcvbnm,.-",
    '°+"*ç%&/()=? QWERTZUIOPè!ASDFGHJKLéà£>YXCVBNM;:_',
    '  @#   |¢      €       []          {}\\          ',
  ],
  fr: [
    '²&é"\'(-è_çà)=azertyuiop $qsdfghjklmù*<wxcvbn,;:!',
    ' 1234567890°+AZERTYUIOP £QSDFGHJKLM%µ>WXCVBN?./§',
    '  ~#{[|`\\^@]}  €        ¤                       ',
  ],
};

const ACUTE = '\u0301';
const GRAVE = '\u0300';
const CIRCUMFLEX = '\u0302';
const TILDE = '\u0303';
const DIAERESIS = '\u0308';

/** Dead keys by the mark that they put on the next letter; before a space they give the mark by itself. */
const DEAD: Record<Layout, Readonly<Record<string, Stroke>>> = {
  us: {},
  gb: {},
  de: { [CIRCUMFLEX]: { code: 'Backquote' }, [ACUTE]: { code: 'Equal' }, [GRAVE]: { code: 'Equal', shift: true } },
  ch: {
    [CIRCUMFLEX]: { code: 'Equal' },
    [GRAVE]: { code: 'Equal', shift: true },
    [TILDE]: { code: 'Equal', altGr: true },
    [ACUTE]: { code: 'Minus', altGr: true },
    [DIAERESIS]: { code: 'BracketRight' },
  },
  fr: { [CIRCUMFLEX]: { code: 'BracketLeft' }, [DIAERESIS]: { code: 'BracketLeft', shift: true } },
};

/** The marks by themselves, as they are typed. */
const ALONE: Readonly<Record<string, string>> = { '^': CIRCUMFLEX, '`': GRAVE, '´': ACUTE, '~': TILDE, '¨': DIAERESIS };

/** Places and what is held for every character of a layout. */
function strokesOf(layout: Layout): Map<string, Stroke> {
  const map = new Map<string, Stroke>([
    [' ', { code: 'Space' }],
    ['\n', { code: 'Enter' }],
    ['\t', { code: 'Tab' }],
  ]);
  const [plain, shift, altGr] = KEYS[layout];
  const add = (row: string, held: Omit<Stroke, 'code'>) => {
    for (const [i, char] of Array.from(row).entries()) {
      const code = PLACES[i];
      if (char !== ' ' && code !== undefined && !map.has(char)) map.set(char, { code, ...held });
    }
  };
  add(plain, {});
  add(shift, { shift: true });
  add(altGr, { altGr: true });
  return map;
}

export interface Typed {
  strokes: Stroke[];
  /** Characters that the layout has no key for, each once. */
  missing: string[];
}

export function typeText(text: string, layout: Layout): Typed {
  const map = strokesOf(layout);
  const missing = new Set<string>();
  const strokes: Stroke[] = [];
  for (const char of text.normalize('NFC').replaceAll('\r\n', '\n')) {
    const stroke = map.get(char);
    const typed = stroke === undefined ? withDeadKey(char, layout, map) : [stroke];
    if (typed === undefined) missing.add(char);
    else strokes.push(...typed);
  }
  return { strokes, missing: [...missing] };
}

function withDeadKey(char: string, layout: Layout, map: Map<string, Stroke>): Stroke[] | undefined {
  const alone = ALONE[char];
  const [base = '', mark = ''] = alone === undefined ? Array.from(char.normalize('NFD')) : [' ', alone];
  const dead = DEAD[layout][mark];
  const letter = map.get(base);
  return dead === undefined || letter === undefined ? undefined : [dead, letter];
}

const CONTROL: Record<string, number> = { Space: 0x20, Enter: 0xff0d, Tab: 0xff09 };

/** The keysym that a US keyboard has at a place; 0 where it has none. */
export function usKeysym({ code, shift }: Stroke): number {
  const control = CONTROL[code];
  if (control !== undefined) return control;
  if (code === 'IntlBackslash') return shift ? 0x3e : 0x3c;
  const char = Array.from(KEYS.us[shift ? 1 : 0])[PLACES.indexOf(code)] ?? '';
  return char === ' ' || char === '' ? 0 : (char.codePointAt(0) as number);
}
