/** The look at an account, by this host's shell over files: passwd, shadow and what sshd says of itself are given. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { sampleOf } from '../../test/support/rows.ts';
import { HINDRANCES, hindrancesOf, lookScript, sayHindrance } from './hindrances.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const today = Math.floor(Date.now() / 86_400_000);

interface Account {
  /** Fields 3 to 8 of shadow(5). */
  shadow?: string;
  shell?: string;
  uid?: number;
  groups?: string;
  /** What `sshd -T` says; undefined: there is no OpenSSH. */
  sshd?: string | undefined;
  keys?: boolean;
  mine?: boolean;
  pamShells?: boolean;
}

/** What the look sees, and the programs with arguments that it ran to clear something. */
function look({ shadow = `${today}:0:99999:7::`, shell = '/bin/sh', ...of }: Account) {
  const root = mkdtempSync(join(tmpdir(), 'carrel-look-'));
  folders.push(root);
  for (const dir of ['etc/pam.d', 'bin', 'made', 'tools']) mkdirSync(join(root, dir), { recursive: true });
  writeFileSync(join(root, 'etc/shadow'), `adam:$6$x:0:0:99999:7::1:\nada:$6$x:${shadow}:\n`);
  writeFileSync(join(root, 'etc/shells'), '/bin/sh\n');
  if (of.pamShells === true) writeFileSync(join(root, 'etc/pam.d/sshd'), 'auth required pam_shells.so\n');
  for (const name of ['sh', 'rbash', 'false']) {
    writeFileSync(join(root, 'bin', name), '');
    chmodSync(join(root, 'bin', name), 0o755);
  }
  if (of.mine === true) writeFileSync(join(root, 'made/ada'), '');
  const ran = join(root, 'ran');
  writeFileSync(ran, '');
  const tools = {
    getent: `echo "ada:x:1000:1000::/home/ada:${shell}"`,
    id: `case $1 in -u) echo ${of.uid ?? 1000} ;; *) echo ${of.groups ?? 'ada users'} ;; esac`,
    // As the real one: without its folder it says nothing.
    sshd: of.sshd === undefined ? 'exit 1' : `[ -d ${root}/run/sshd ] || exit 255\ncat <<'END'\n${of.sshd}\nEND`,
    chage: `echo "chage $*" >> ${ran}`,
    usermod: `echo "usermod $*" >> ${ran}`,
  };
  for (const [name, body] of Object.entries(tools)) {
    writeFileSync(join(root, 'tools', name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(root, 'tools', name), 0o755);
  }
  const script = lookScript('ada', of.keys ?? true, join(root, 'made'), root);
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', `set -e\n${script}`], {
    encoding: 'utf8',
    env: { PATH: `${root}/tools:/usr/bin:/bin` },
  });
  expect(stdout + stderr).toBe('');
  return { seen: hindrancesOf(status ?? -1), cleared: readFileSync(ran, 'utf8').replaceAll(`${today}`, 'TODAY') };
}

/** As sshd says it of a configuration that nobody changed. */
const PLAIN =
  'usepam yes\npermitrootlogin without-password\npubkeyauthentication yes\npasswordauthentication yes\nkbdinteractiveauthentication no\nauthorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2';
const plainBut = (...lines: string[]): string =>
  [...PLAIN.split('\n').filter((line) => !lines.some((own) => own.split(' ')[0] === line.split(' ')[0])), ...lines].join('\n');

const ACCOUNTS: [string, Account, readonly string[]][] = [
  ['nothing, of an account that may go in', { sshd: PLAIN }, []],
  ['nothing, where there is no OpenSSH to ask', {}, []],
  ['nothing, of one that ends later', { shadow: `${today}:0:99999:7::${today + 1}` }, []],
  ['nothing, of one without any limits', { shadow: `${today}:::::` }, []],
  ['one that has expired', { shadow: `${today}:0:99999:7::${today}` }, ['expired']],
  ['one whose password must be changed first', { shadow: '0:0:99999:7::' }, ['expired']],
  ['one whose password is too old', { shadow: `${today - 40}:0:30:7::` }, ['expired']],
  ['a shell that lets nobody in', { shell: '/usr/sbin/nologin' }, ['shell']],
  ['the other one', { shell: '/bin/false' }, ['shell']],
  ['one that is not there', { shell: '/bin/fish' }, ['shell']],
  ['one that is not listed, where that is asked', { shell: '/bin/rbash', pamShells: true }, ['shell']],
  ['nothing, of one that is not listed where nobody asks', { shell: '/bin/rbash' }, []],
  ['no passwords', { sshd: plainBut('passwordauthentication no') }, ['password']],
  ['nothing, where PAM asks for the password', { sshd: plainBut('passwordauthentication no', 'kbdinteractiveauthentication yes') }, []],
  [
    'no passwords, where PAM would ask and is not used',
    { sshd: plainBut('passwordauthentication no', 'kbdinteractiveauthentication yes', 'usepam no') },
    ['password'],
  ],
  ['no keys', { sshd: plainBut('pubkeyauthentication no') }, ['keys']],
  ['nothing, where no key was given', { sshd: plainBut('pubkeyauthentication no'), keys: false }, []],
  ['keys that are read elsewhere', { sshd: plainBut('authorizedkeysfile /etc/ssh/keys/%u') }, ['keys']],
  ['nothing, where the home is named', { sshd: plainBut('authorizedkeysfile %h/.ssh/authorized_keys') }, []],
  ['no passwords for root', { uid: 0, sshd: PLAIN }, ['password']],
  ['no root', { uid: 0, sshd: plainBut('permitrootlogin no') }, ['barred']],
  ['nothing, of root where that may', { uid: 0, sshd: plainBut('permitrootlogin yes') }, []],
  ['others alone', { sshd: plainBut('allowusers bob', 'allowusers eve') }, ['barred']],
  ['nothing, where it is among those', { sshd: plainBut('allowusers bob', 'allowusers a*@10.0.0.*') }, []],
  ['it not', { sshd: plainBut('denyusers ad?') }, ['barred']],
  ['nothing, where it is kept out from elsewhere', { sshd: plainBut('denyusers ada@203.0.113.1') }, []],
  ['a group that it is not in', { sshd: plainBut('allowgroups ssh-users') }, ['barred']],
  ['nothing, of one in it', { sshd: plainBut('allowgroups ssh-users'), groups: 'ada ssh-users' }, []],
  ['a group that it is in', { sshd: plainBut('denygroups users') }, ['barred']],
  [
    'all at once',
    { shadow: '0:::::', shell: '/bin/false', sshd: plainBut('passwordauthentication no', 'pubkeyauthentication no', 'denyusers ada') },
    HINDRANCES,
  ],
];
// hindrances.long.ts has every row
test.each(sampleOf(ACCOUNTS, 0, 1, 4, 6, 7, 10, 13, 17, 19, 23, 25, 26, 29))('%s: is seen as that', (_, account, seen) => {
  expect(look(account)).toEqual({ seen, cleared: '' });
});

test('of an account that Carrel made, expiry and shell are cleared', () => {
  const account = { shadow: '0:0:99999:7::1', shell: '/usr/sbin/nologin', sshd: plainBut('passwordauthentication no'), mine: true };
  expect(look(account)).toEqual({ seen: ['password'], cleared: 'chage -E -1 -M -1 -d TODAY ada\nusermod -s /bin/sh ada\n' });
  expect(look({ mine: true })).toEqual({ seen: [], cleared: '' });
});

test('the real sshd says its settings in those words', (context) => {
  const has = spawnSync('/usr/sbin/sshd', ['-T', '-C', 'user=root,host=localhost,addr=192.0.2.1'], { encoding: 'utf8' });
  if (has.status !== 0) context.skip('there is no OpenSSH server here that says its settings');
  for (const line of PLAIN.split('\n')) expect(has.stdout).toMatch(new RegExp(`^${line.split(' ')[0]} `, 'm'));
});

test('any other end is no answer, and each hindrance has its sentence with the account', () => {
  expect([0, 1, 64, 65, 94, 95, 96, 126, 127].map((code) => hindrancesOf(code)?.length)).toEqual([
    0,
    undefined,
    undefined,
    1,
    4,
    5,
    undefined,
    undefined,
    undefined,
  ]);
  expect(new Set(HINDRANCES.map((each) => sayHindrance(each, 'ada'))).size).toBe(HINDRANCES.length);
  expect(sayHindrance('expired', 'ada')).toContain('chage -E -1 -M -1 ada');
});
