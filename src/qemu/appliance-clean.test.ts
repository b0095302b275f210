/** The helper guest's functions by themselves, in a shell of this host over files: what the real ones show needs no guest. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLEANING, EXPRESSIONS } from './appliance-clean.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'appliance-clean-'));
  mkdirSync(join(dir, 'tools'));
  symlinkSync('/dev/zero', join(dir, 'tools/zero'));
  for (const [name, lines] of Object.entries(EXPRESSIONS)) writeFileSync(join(dir, `tools/${name}.sed`), lines.join('\n'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What the functions say in `script`; a disk is a file here. */
const say = (script: string): string =>
  spawnSync('sh', ['-s'], {
    cwd: dir,
    encoding: 'utf8',
    input: `tools=${dir}/tools\n${CLEANING}\nblockdev() { echo $(($(stat -c %s "$2") / 512)); }\nastray() { false; }\nblkdiscard() { false; }\nstrings() { tr -c ' -~' '\\n'; }\ntop=${dir} tree=disk failed=0 dropped=0\n${script}`,
  }).stdout;

/** A swap area of 3 MiB and a sector, that was written to from its first page to its last sector. */
function swap(name: string): string {
  const bytes = Buffer.alloc(3 * (1 << 20) + 512, 0xff);
  bytes.write('SWAPSPACE2', 4086);
  writeFileSync(join(dir, name), bytes);
  return name;
}
const isEmptied = (name: string) =>
  readFileSync(join(dir, name))
    .subarray(4096)
    .every((byte) => byte === 0);

test('swap is emptied to its last sector and stays swap; of a write that fails nothing says that it was done', () => {
  expect(say(`swap_device ${swap('a')} && echo done`)).toBe('done\n');
  expect([isEmptied('a'), readFileSync(join(dir, 'a')).toString('latin1', 4086, 4096)]).toEqual([true, 'SWAPSPACE2']);
  // A discard that did it leaves nothing to be written, but the first page.
  expect(say(`blkdiscard() { truncate -s 0 $1; truncate -s 4M $1; }; swap_device ${swap('b')} && echo done`)).toBe('done\n');
  expect([isEmptied('b'), readFileSync(join(dir, 'b')).length]).toEqual([true, 4 << 20]);
  for (const broken of ['seek=1', 'seek=6144', 'count=2040', 'of=c', 'of=.*/head']) {
    const dd = `dd() { for a in "$@"; do echo "$a" | grep -qx '${broken}' && return 1; done; command dd "$@"; }`;
    expect([broken, say(`${dd}; swap_device ${swap('c')} && echo done`)]).toEqual([broken, '']);
  }
});

test('a swap file that could not be overwritten is named', () => {
  const fails = 'dd() { case "$*" in *seek=1*count=2*) false ;; *) command dd "$@" ;; esac; }';
  const named = expect.stringMatching(/^CARREL-LEFT disk: could not be taken out: \/c$/m) as string;
  expect(say(`${fails}; swap_file ${dir}/${swap('c')}`)).toEqual(named);
  expect(say(`swap_file ${dir}/${swap('c')}`)).toBe('');
  expect(isEmptied('c')).toBe(true);
});

test.each<[string, string, string]>([
  ['a hash of any method, locked by any mark', 'ann:!*LK*$y$j9T$salt$hash:19000:0:99999:7:::', 'ann:!:19000:0:99999:7:::'],
  ['one of DES', 'old:PLANTEDdesabc:1:0:99999:7:::', 'old:!:1:0:99999:7:::'],
  ['one of LDAP', 'ldap:{SSHA}abc:1000:100::/home/l:/bin/sh', 'ldap:!:1000:100::/home/l:/bin/sh'],
  ['an account that somebody put out of use', '# ann:$6$salt$hash:1000', '# ann:!:1000'],
  ['one whose name is a word of settings', 'password:$6$salt$hash:1000:100::/:/bin/sh', 'password:!:1000:100::/:/bin/sh'],
  ...[
    'root:x:0:0:root:/root:/bin/sh',
    'daemon:*:1:1::/:/bin/sh',
    'bin:!:2:2:::',
    'sys:!!:3::::::',
    'free::4:4::/:/bin/sh',
    '+::::::',
    'lab:!*:5::',
  ].map((line): [string, string, string] => ['none', line, line]),
])('accounts: %s (%s)', (_, line, after) => {
  writeFileSync(join(dir, 'passwd'), `${line}\n`);
  expect(execFileSync('sed', ['-E', '-f', join(dir, 'tools/accounts.sed'), join(dir, 'passwd')], { encoding: 'utf8' })).toBe(`${after}\n`);
});

test('what a name of the list leads to is meant, within the tree alone', () => {
  mkdirSync(join(dir, 't/keys'), { recursive: true });
  for (const file of ['t/keys/ann', 't/keys/kept', 'outside']) writeFileSync(join(dir, file), 'secret\n');
  for (const [name, to] of [
    ['named', 'keys/ann'],
    ['out', '../outside'],
    ['here', 'keys/kept'],
    ['folder', 'keys'],
  ] as const)
    symlinkSync(to, join(dir, 't', name));
  const said = say('top=$top/t; drop $top/named $top/out $top/folder; drop_here $top/here; ls $top');
  expect(['t/keys/ann', 't/keys/kept', 'outside'].map((file) => readFileSync(join(dir, file), 'utf8'))).toEqual([
    '',
    'secret\n',
    'secret\n',
  ]);
  expect(said.split('\n').filter((line) => !line.startsWith('CARREL-REPORT'))).toEqual([
    `CARREL-LEFT disk: could not be taken out: /keys`,
    'keys',
    '',
  ]);
});

test('an account that was made for a machine goes with its memberships and its home; those of the image stay', () => {
  const put = (path: string, text: string) => {
    mkdirSync(join(dir, 'm', path, '..'), { recursive: true });
    writeFileSync(join(dir, 'm', path), text);
  };
  put('var/lib/carrel/accounts/a.da', '');
  put('var/lib/carrel/accounts/shares', '');
  put(
    'etc/passwd',
    'bob:x:1:1:,a.da,:/home/bob:/bin/sh\na.da:x:1001:1001::/home/a.da:/bin/sh\nshares:x:2:2::/home/bob:/bin/sh\naxda:x:3:3::/:/\n',
  );
  put('etc/shadow-', 'bob:!:1\na.da:$6$x:1\naxda:!:1\n');
  put('etc/group', 'sudo:x:27:a.da,bob\nadm:x:4:bob,a.da\none:x:5:a.da\na.da:x:1001:\n');
  put('etc/subuid', 'bob:1:2\na.da:3:4\n');
  put('home/a.da/thesis', 'kept by nobody');
  put('home/bob/thesis', 'kept');
  expect(say('top=$top/m; made_accounts; ls $top/home')).toBe('bob\n');
  const read = (path: string) => readFileSync(join(dir, 'm', path), 'utf8');
  expect(['passwd', 'shadow-', 'group', 'subuid'].map((name) => read(`etc/${name}`))).toEqual([
    'bob:x:1:1:,a.da,:/home/bob:/bin/sh\naxda:x:3:3::/:/\n',
    'bob:!:1\naxda:!:1\n',
    'sudo:x:27:bob\nadm:x:4:bob\none:x:5:\n',
    'bob:1:2\n',
  ]);
});

test('a network that is bound to one card by its address is for any, with what else is said of it', () => {
  const kept = [
    '[ethernet]',
    'cloned-mac-address=stable',
    'mac-address-blacklist=',
    '[ipv4]',
    'method=auto',
    'DEVICE=eth0',
    'MACADDR=52:54:00:00:00:01',
  ];
  const file = join(dir, 'network');
  writeFileSync(file, ['mac-address=52:54:00:12:34:56', ...kept, 'HWADDR="52:54:00:12:34:56"'].map((line) => `${line}\n`).join(''));
  execFileSync('sed', ['-i', '-E', '-f', join(dir, 'tools/settings.sed'), file]);
  expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toEqual(kept);
});

/** A file of settings as the scrub leaves it. */
function loosened(text: string): string {
  const file = join(dir, 'settings');
  writeFileSync(file, text);
  execFileSync('sed', ['-i', '-E', '-f', join(dir, 'tools/settings.sed'), file]);
  return readFileSync(file, 'utf8');
}

test.each([
  ['the address alone', ['macaddress: "52:54:00:12:34:56"'], ['name: "e*"']],
  ['with what else is said of the card', ['driver: virtio_net', 'macaddress: 52:54:00:12:34:56'], ['driver: virtio_net', 'name: "e*"']],
  ['with a name before it', ['name: "en*"', 'macaddress: 52:54:00:12:34:56'], ['name: "en*"']],
  ['with a name after it', ['macaddress: 52:54:00:12:34:56', 'name: "en*"'], ['name: "en*"']],
])('a netplan network that is bound to one card by %s is for any', (_, match, left) => {
  const file = (lines: readonly string[], word: string) =>
    [
      'network:',
      '  ethernets:',
      '    eth0:',
      '      match:',
      ...lines.map((line) => `        ${line}`),
      '      macaddress: 52:54:00:00:00:01',
      '      dhcp4: true',
      '  wifis:',
      '    w:',
      '      match:',
      ...lines.map((line) => `        ${line}`),
      `      password: ${word}`,
      '      match:',
      ...lines.map((line) => `        ${line}`),
      '',
    ].join('\n');
  expect(loosened(file(match, 'PLANTED'))).toBe(file(left, '""'));
});

test('so is one whose match stands in one line', () => {
  expect(loosened('match: {macaddress: "52:54:00:12:34:56"}\n')).toBe('match: {name: "e*"}\n');
  expect(loosened('match: {macaddress: 52:54:00:12:34:56, driver: v, name: x}\n')).toBe('match: {driver: v, name: x}\n');
});

test('a network of systemd-networkd that is bound to the address of one card is for any card; an address that is given stays', () => {
  const file = (bound: string) => `[Match]\nName=en*\n${bound}\n[Network]\nDHCP=yes\n[Link]\nMACAddress=52:54:00:00:00:01\n`;
  for (const key of ['MACAddress', 'PermanentMACAddress']) expect(loosened(file(`${key}=52:54:00:12:34:56`))).toBe(file('Path=*'));
  expect(loosened('[NetDev]\nKind=wireguard\n[WireGuard]\nPrivateKey=PLANTED\n')).toBe('[NetDev]\nKind=wireguard\n[WireGuard]\n');
});
