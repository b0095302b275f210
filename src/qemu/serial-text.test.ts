import { expect, test } from 'vitest';
import { hopelessIn, mayLackDriver, plainConsole, wholeCharacters } from './serial-text.ts';

test.each([
  [
    '\u001bc\u001b[?7l\u001b[2J\u001b[0mSeaBIOS (version 1.16.2)\r\nNo bootable device.\r\n',
    'SeaBIOS (version 1.16.2)\nNo bootable device.\n',
  ],
  ['loading 10%\rloading 90%\rloaded\r\n', 'loaded\n'],
  ['\u001b]0;a title\u0007# \u001b[31mred\u001b[m\u202e\u0000\u0007', '# red'],
  ['ends in an escape \u001b[3', 'ends in an escape [3'],
])('%j is shown as %j', (said, shown) => expect(plainConsole(said)).toBe(shown));

test.each([
  ['[    2.3] Kernel panic - not syncing: VFS: Unable to mount root fs\r\n', 'its kernel panicked: VFS: Unable to mount root fs'],
  ['\nNo bootable device.\r\n', 'its BIOS found nothing to start it from'],
  ['\u001b[0mBdsDxe: No bootable option or device was found.\r\n', 'its EFI firmware found nothing to start it from'],
  [
    'BdsDxe: failed to load Boot0001 "x" from y: Access Denied\r\nBdsDxe: No bootable option or device was found.\r\n',
    expect.stringContaining('secure boot'),
  ],
  // it may still start another
  ['BdsDxe: failed to load Boot0001 "x" from y: Access Denied\r\n', undefined],
  // as OVMF writes it: its banner, a startup.nsh that runs, and the prompt behind which nothing comes by itself
  ['\u001b[2J\u001b[01;01HUEFI Interactive Shell v2.2\r\nEDK II\r\n', undefined],
  ['\u001b[40m or any other key to continue.\r\n\u001b[1m\u001b[33m\u001b[40mShell> \u001b[0m\u001b[37m\u001b[40mfs0:\r\n', undefined],
  ['\r\n\u001b[10;01H\u001b[1m\u001b[33m\u001b[40mShell> \u001b[0m\u001b[37m\u001b[40m', expect.stringContaining('opened its own shell')],
  ['two\r\n\u001b[15;01H\u001b[1m\u001b[33m\u001b[40mFS0:\\EFI\\> \u001b[0m', expect.stringContaining('opened its own shell')],
  // as GRUB without a grub.cfg writes it
  [
    '\u001b[2J\u001b[01;01H\u001b[02;34HGNU GRUB  version 2.06-13+deb12u2\n\r\n\r   Minimal BASH-like line editing is supported.        \n\r\n\r\n\rgrub> ',
    expect.stringContaining('`grub>`'),
  ],
  ['GNU GRUB  version 2.06\n\r+----+\n\r| Debian GNU/Linux |\n\r', undefined],
  ['error: no such partition.\r\nEntering rescue mode...\r\ngrub rescue> ', expect.stringContaining('GRUB')],
  ['Gave up waiting for root file system device.  Common problems:\r\n - x\r\n(initramfs) ', expect.stringContaining('root disk')],
  [
    'Entering emergency mode. Exit the shell to continue.\r\nsave "/run/initramfs/rdsosreport.txt"\r\n',
    expect.stringContaining('root disk'),
  ],
  // half of a sentence, and sentences about the sentence
  ['[    2.3] Kernel panic - not syncing: VFS: Unable to mo', undefined],
  ['see the chapter "No bootable device." of the manual\r\n', undefined],
  ['login: ', undefined],
])('%j: %s', (said, why) => expect(hopelessIn(said)).toEqual(why));

test('a guest that finds no disk may lack its driver', () => {
  expect(mayLackDriver('its kernel panicked: VFS: Unable to mount root fs on unknown-block(0,0)')).toBe(true);
  expect(mayLackDriver('its kernel panicked: Attempted to kill init!')).toBe(false);
});

test.each([
  ['whole', 'whole'],
  ['caf\u00e9', 'caf\u00e9'],
  ['line\r', 'line'],
  ['', ''],
])('%j: nothing is held back but what may go on', (said, whole) => expect(wholeCharacters(Buffer.from(said)).toString()).toBe(whole));

test('a character that is cut off waits for its rest', () => {
  const whole = Buffer.from('a\u{1f600}');
  for (let end = 2; end < whole.length; end++) expect(wholeCharacters(whole.subarray(0, end)).toString()).toBe('a');
  expect(wholeCharacters(whole)).toEqual(whole);
});
