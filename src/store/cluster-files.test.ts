import { expect, test } from 'vitest';
import { layout, startProblem } from './cluster-files.ts';
import { parsePasswd } from './pg-account.ts';

test.each([
  ['2026 [1] PANIC:  could not locate a valid checkpoint record', 'store-corrupt'],
  ['2026 [1] FATAL:  incorrect checksum in control file', 'store-corrupt'],
  ['2026 [1] FATAL:  could not extend file "base/5/1": No space left on device', 'no-space'],
  ['2026 [1] FATAL:  could not create lock file "postmaster.pid": Permission denied', 'store-start'],
  ['', 'store-start'],
])('a log that says %j is %s', (log, code) => {
  const error = startProblem(layout('/tmp/x'), log, 'exit status 1');
  expect(error.code).toBe(code);
  expect(error.hint).not.toBe('');
});

test('names the line that counts as the cause', () => {
  const error = startProblem(
    layout('/tmp/x'),
    '2026 [1] LOG:  starting\n2026 [1] FATAL:  no way\n2026 [1] LOG:  database system is shut down',
    'exit status 1',
  );
  expect((error.cause as Error).message).toBe('FATAL:  no way');
});

test('the socket path is bounded at 107 bytes, counted in bytes', () => {
  const room = 107 - '/run/.s.PGSQL.5432'.length;
  expect(layout(`/${'x'.repeat(room - 1)}`).run).toBeDefined();
  expect(() => layout(`/${'x'.repeat(room)}`)).toThrow('108 bytes');
  expect(() => layout(`/${'ü'.repeat(room / 2 + 1)}`)).toThrow('bytes');
});

test('accounts of /etc/passwd; lines that are none are passed over', () => {
  const found = parsePasswd('root:x:0:0:r:/root:/bin/sh\nbad\n+@nis\npostgres:x:101:104::/:/bin/sh\npostgres:x:0:0::/:/bin/sh\n');
  expect(found.get('postgres')).toEqual({ name: 'postgres', uid: 101, gid: 104 });
  expect([...found.keys()]).toEqual(['root', 'postgres']);
});
