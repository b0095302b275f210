/** What a guest's screen shows, and what is typed on its keyboard: text in black and white, of which nothing is ever run. */

/** In pixels. */
export const WIDTH = 320;
export const HEIGHT = 200;

/** A character's cell in pixels: three by five dots, each of two pixels a side, with a gap. */
const CELL = { width: 8, height: 12, dot: 2 };
const COLUMNS = WIDTH / CELL.width;
const ROWS = Math.floor(HEIGHT / CELL.height);
/** Keys that are remembered; what was typed before is forgotten. */
const MOST_KEYS = 2_000;

/** Keysyms of X11 (keysymdef.h); those of Latin-1 are the characters themselves. */
const BACKSPACE = 0xff08;
const ENTER = 0xff0d;

/** Five rows of three dots as octal digits, from the top. */
const FONT: Readonly<Record<string, string>> = {
  A: '25755',
  B: '65656',
  C: '34443',
  D: '65556',
  E: '74647',
  F: '74644',
  G: '34553',
  H: '55755',
  I: '72227',
  J: '11152',
  K: '55655',
  L: '44447',
  M: '57755',
  N: '65555',
  O: '25552',
  P: '65644',
  Q: '25563',
  R: '65655',
  S: '34216',
  T: '72222',
  U: '55557',
  V: '55522',
  W: '55775',
  X: '55255',
  Y: '55222',
  Z: '71247',
  '0': '75557',
  '1': '26227',
  '2': '61247',
  '3': '61216',
  '4': '55711',
  '5': '74616',
  '6': '34652',
  '7': '71122',
  '8': '25252',
  '9': '25316',
  '-': '00700',
  '.': '00002',
  ':': '02020',
  _: '00007',
  '/': '11244',
  ' ': '00000',
}; // prettier-ignore
/** For characters without a picture. */
const BOX = '75557';

export interface Key {
  down: boolean;
  keysym: number;
  /** Control, Alt or the like is held down, so that no character comes of it. */
  other?: boolean;
}

export class Screen {
  readonly keys: Key[] = [];
  readonly #lines: string[] = [''];
  readonly #name: () => string;
  readonly #watchers = new Set<() => void>();

  /** `name` is asked at every look, since a guest gets another one while it starts. */
  constructor(name: () => string) {
    this.#name = name;
  }

  /** What was typed, corrections done. */
  get typed(): string {
    return this.#lines.join('\n');
  }

  press(key: Key): void {
    this.keys.push(key);
    if (this.keys.length > MOST_KEYS) this.keys.shift();
    if (!key.down || key.other === true) return;
    const last = this.#lines.pop() ?? '';
    if (key.keysym === ENTER) this.#lines.push(last, '');
    else if (key.keysym === BACKSPACE) this.#lines.push(last.slice(0, -1));
    else this.#lines.push(key.keysym >= 0x20 && key.keysym < 0x7f ? last + String.fromCharCode(key.keysym) : last);
    if (this.#lines.length > ROWS) this.#lines.shift();
    for (const changed of this.#watchers) changed();
  }

  /** `changed` is called after each key; the answer ends that. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  /** One byte a pixel, row by row: 1 where it is white. The guest's name stands above what was typed. */
  draw(): Uint8Array {
    const pixels = new Uint8Array(WIDTH * HEIGHT);
    const lines = [`${this.#name()} login:`, ...this.#lines.slice(1 - ROWS)];
    lines.forEach((line, row) => Array.from(line.slice(-COLUMNS)).forEach((char, column) => drawChar(pixels, row, column, char)));
    return pixels;
  }
}

function drawChar(pixels: Uint8Array, row: number, column: number, char: string): void {
  const dots = FONT[char.toUpperCase()] ?? BOX;
  for (let y = 0; y < dots.length * CELL.dot; y++) {
    const bits = Number(dots[Math.floor(y / CELL.dot)]);
    for (let x = 0; x < 3 * CELL.dot; x++) {
      if (((bits >> (2 - Math.floor(x / CELL.dot))) & 1) === 1) pixels[(row * CELL.height + y + 1) * WIDTH + column * CELL.width + x] = 1;
    }
  }
}
