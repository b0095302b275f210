import { expect, test } from 'vitest';
import { runShell } from './shell.ts';
import { authorizedKeys, type GuestSystem, newSystem, WITHOUT } from './system.ts';

const fresh = (): GuestSystem => newSystem('box', 'root', 'word');

test.each([
  ['echo a b', 'a b\n'],
  ["x='a  b'; echo \"$x\" '$x' \\$x", 'a  b $x $x\n'],
  ['echo one | cat | cat', 'one\n'],
  ['false || echo other', 'other\n'],
  ['true && echo also', 'also\n'],
  ['false && echo never; echo after', 'after\n'],
  ['u=root\nh=$(getent passwd "$u" | cut -d: -f6)\necho "$h"', '/root\n'],
  ['echo text > /f; cat /f >> /g; cat /f >> /g; cat /g', 'text\ntext\n'],
  ['id nobody >/dev/null 2>&1 || echo no', 'no\n'],
  ["sh -c 'echo $1' x y", 'y\n'],
  ['# nothing\necho ${HOME}', '/root\n'],
])('%j says %j', (script, out) => {
  expect(runShell(fresh(), 'root', script)).toMatchObject({ code: 0, out });
});

test.each([
  ['exit 3', 3],
  ['nothere', 127],
  ['set -e\nfalse\necho on', 1],
  ['set -e\nfalse || true\nexit 4', 4],
  ["echo 'open", 2],
  ['for x in a; do echo $x; done', 2],
  ['rm /nothere', 1],
  ['rm -f /nothere', 0],
])('%j ends with %i', (script, code) => {
  expect(runShell(fresh(), 'root', script).code).toBe(code);
});

test('an exit without a code is that of the last command, and a program that is not there is not found', () => {
  const system = newSystem('m', 'root', 'x', { [WITHOUT]: 'vmtoolsd\n' });
  const codes = ['false || exit', 'true && exit', 'vmtoolsd --cmd x', 'vmtoolsd --cmd x || true'].map(
    (script) => runShell(system, 'root', script).code,
  );
  expect(codes).toEqual([1, 0, 127, 0]);
});

test('accounts: made, given a hash and keys, locked again', () => {
  const system = fresh();
  expect(runShell(system, 'root', 'useradd -m -s /bin/sh ada').code).toBe(0);
  expect(runShell(system, 'root', 'useradd ada').code).toBe(9);
  runShell(
    system,
    'root',
    "usermod -p '$6$x$y' ada; echo 'root:word' | chpasswd; echo 'root:$6$u$v' | chpasswd -e; mkdir -p /home/ada/.ssh; printf %s 'key one\nkey two\n' > /home/ada/.ssh/authorized_keys",
  );
  expect(system.accounts.get('root')).toMatchObject({ hash: '$6$u$v', password: undefined });
  expect(system.accounts.get('ada')).toMatchObject({ hash: '$6$x$y', home: '/home/ada' });
  expect(authorizedKeys(system, 'ada')).toEqual(['key one', 'key two']);
  runShell(system, 'root', "usermod -p '!' ada; rm -rf /home/ada");
  expect([system.accounts.get('ada')?.hash, authorizedKeys(system, 'ada')]).toEqual(['!', []]);
});
