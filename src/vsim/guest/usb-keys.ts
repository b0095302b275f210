/** Keys of a USB keyboard (HID usage tables, page 7) as X11's keysyms on a US layout. */

/** What stands on the keys from 0x1e to 0x38, without and with shift; ENTER to SPACE are named below. */
const DIGITS = ['1234567890', '!@#$%^&*()'] as const;
const SIGNS = ["-=[]\\#;'`,./", '_+{}|~:"~<>?'] as const;
const NAMED: Readonly<Record<number, number>> = { 0x28: 0xff0d, 0x29: 0xff1b, 0x2a: 0xff08, 0x2b: 0xff09, 0x2c: 0x20, 0x4c: 0xffff };
const KEYBOARD_PAGE = 7;

/** The keysym of a code as PutUsbScanCodes has it: usage in the upper 16 bits, page in the lower. Undefined for a key that is none. */
export function keysymOf(code: number, shift: boolean): number | undefined {
  if ((code & 0xffff) !== KEYBOARD_PAGE) return undefined;
  const usage = code >>> 16;
  if (NAMED[usage] !== undefined) return NAMED[usage];
  const row = shift ? 1 : 0;
  const letter = usage >= 0x04 && usage <= 0x1d ? String.fromCharCode((shift ? 65 : 97) + usage - 0x04) : undefined;
  const sign = letter ?? (usage <= 0x27 ? DIGITS[row][usage - 0x1e] : SIGNS[row][usage - 0x2d]);
  return sign?.charCodeAt(0);
}
