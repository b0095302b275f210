/** The forms of lists: each `ls` takes them, and the short ones give the same. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CliResult, runCli } from '../../test/support/run-cli.ts';
import { startTestServer, type TestServer } from '../../test/support/test-server.ts';
import { asksForJson } from './output.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ requestsPerMinute: 100_000, refusalsPerMinute: 100_000 });
});
afterAll(() => server.close());

const root = (...args: string[]): Promise<CliResult> => runCli(server, 'root', args);

/** Lists that need no argument, each with what its things are named by. */
const LISTS = [
  ['ls --all', 'id'],
  ['image ls', 'name'],
  ['machine ls', 'id'],
  ['jobs ls', 'id'],
  ['series ls', 'id'],
  ['licence ls', 'name'],
  ['maintenance ls', 'id'],
  ['session ls', 'id'],
  ['server ls', 'id'],
  ['provider ls', 'name'],
  ['account ls', 'name'],
  ['token ls root', 'id'],
] as const;

it.each(LISTS)('carrel %s: as a table, wide, by %s alone and as JSON', async (list, key) => {
  server.world.addReservation('root');
  server.world.addJob('provision', 'ann', 'stuck');
  const of = (...form: string[]) => root(...list.split(' '), ...form);
  const json = await of('--json');
  const [table, wide, names, same] = await Promise.all(['table', 'wide', 'name', 'json'].map((form) => of('-o', form)));
  expect([json.err, json.code]).toEqual(['', 0]);
  expect([table?.code, wide?.code, names?.code, same?.code]).toEqual([0, 0, 0, 0]);
  expect(same?.out).toBe(json.out);
  expect(table?.out).toBe((await of()).out);
  const items = json.json as Record<string, string>[];
  expect(names?.out).toBe(items.map((one) => `${one[key]}\n`).join(''));
  if (!/^(?:token|series|licence|maintenance|session|server) /.test(list)) expect(items.length).toBeGreaterThan(0);
});

it('the short forms give the same; one that is none is refused, also as JSON', async () => {
  server.world.addReservation('root');
  for (const [form, short] of [
    ['name', '-q'],
    ['wide', '-w'],
  ] as const)
    expect((await root('ls', '-o', form)).out).toBe((await root('ls', short)).out);
  expect((await root('image', 'ls', '-o', 'wide')).out).toContain('LABELS');
  expect(await root('ls', '-o', 'yaml')).toMatchObject({ code: 2, err: expect.stringContaining('table, wide, name, json') });
  expect(JSON.parse((await root('ls', '-o', 'json', '--sort', 'colour')).err)).toMatchObject({ error: { code: 'usage' } });
});

it.each([
  [['ls', '--json'], true],
  [['ls', '-o', 'json'], true],
  [['ls', '-ojson'], true],
  [['ls', '--output=json'], true],
  [['ls', '-o', 'name'], false],
  [['ssh', 'x', '--', 'oc', 'get', '-o', 'json'], false],
])('%j asks for JSON: %j', (argv, asks) => {
  expect(asksForJson(argv)).toBe(asks);
});
