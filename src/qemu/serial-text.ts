/** What a guest writes on its serial line, read for people and for what it means. A guest may write anything: nothing of it is trusted. */

// Escape sequences (ECMA-48: CSI, OSC and those of two or three characters); an OSC that nobody ends is cut at 200 characters.
// oxlint-disable-next-line no-control-regex
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]{0,200}(?:\u0007|\u001b\\)?|[ -/]*[0-Z\\^-~])/g;
// All that could steer a terminal or turn the direction of text round; tab and newline stay.
// oxlint-disable-next-line no-control-regex
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Lines of plain text: no colours, no cursor movements, nothing that steers a terminal. A line that was written over is kept as it was last. */
export function plainConsole(text: string): string {
  return text
    .replace(ESCAPES, '')
    .replace(/\r+\n/g, '\n')
    .replace(/[^\n]*\r(?=[^\n])/g, '')
    .replace(STEERING, '')
    .replace(/\n{3,}/g, '\n\n');
}

/** Without the rest of a character or of a line's end that is cut off at the end: it comes with what follows. */
export function wholeCharacters(bytes: Buffer): Buffer {
  // Of UTF-8, at most three bytes of a character can be there without its last.
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    if (length > back) return bytes.subarray(0, bytes.length - back);
    break;
  }
  return bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes;
}

/**
 * Words after which a boot comes to nothing, and what they mean. Linux `kernel/panic.c`; SeaBIOS `src/boot.c`; EDK II
 * `BdsDxe/BdsEntry.c`; GRUB `grub-core/kern/rescue_reader.c`, `grub-core/normal/main.c`.
 */
const HOPELESS: readonly (readonly [RegExp, string])[] = [
  [/Kernel panic - not syncing: ?([^\r\n]{0,200})[\r\n]/, 'its kernel panicked'],
  // initramfs-tools scripts/local; dracut modules.d/99base and 98dracut-systemd.
  [
    /^Gave up waiting for (?:root file system|root|suspend\/resume) device\.[^]*^\(initramfs\) /m,
    'its first stage does not find its root disk and waits for a person',
  ],
  [
    /^Entering emergency mode\. Exit the shell to continue\.[^]*rdsosreport/m,
    'its first stage does not find its root disk and waits for a person',
  ],
  [/^No bootable device\./m, 'its BIOS found nothing to start it from'],
  [
    /BdsDxe: failed to load [^\r\n]*(?:Access Denied|Security Violation)[^]*BdsDxe: No bootable option or device was found/,
    'its EFI firmware refuses its boot loader, which is not signed with a key that it knows (secure boot)',
  ],
  [/BdsDxe: No bootable option or device was found/, 'its EFI firmware found nothing to start it from'],
  [/^grub rescue> /m, 'its boot loader, GRUB, does not find its own files and waits for a person (`grub rescue>`)'],
  [/GNU GRUB [^]*^grub> /m, 'its boot loader, GRUB, has no configuration that it could follow and waits for a person (`grub>`)'],
];

/**
 * The EFI shell waits for a person: it sets the cursor before its prompt (EDK II `ShellPkg/Application/Shell/Shell.c`, DoShellPrompt). Its
 * banner alone means nothing, nor a prompt that a line follows: a disk's `startup.nsh`, which may start a system, is shown so as it runs.
 */
// oxlint-disable-next-line no-control-regex
const EFI_SHELL = /\u001b\[\d{1,3};0?1H(?:\u001b\[[\d;]{1,8}m){1,4}(?:Shell|[A-Za-z0-9]{1,20}:[^\r\n>\u001b]{0,200})> /;

/** Whether such a reason is one that a guest has that lacks the driver of its disk. */
export function mayLackDriver(why: string): boolean {
  return /VFS: Unable to mount root fs|does not find its root disk/.test(why);
}

/** Why a boot with these words will never come to anything; undefined where nothing says so. */
export function hopelessIn(text: string): string | undefined {
  const plain = text.replace(ESCAPES, '');
  for (const [words, means] of HOPELESS) {
    const found = words.exec(plain);
    if (found === null) continue;
    const said = found[1] === undefined ? '' : plainConsole(found[1]).trim();
    return said === '' ? means : `${means}: ${said}`;
  }
  if (EFI_SHELL.test(text)) return 'its EFI firmware found no boot loader and opened its own shell, which waits for a person';
  return undefined;
}
