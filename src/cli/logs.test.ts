/** `carrel logs`, and the last lines of a console where a failure is shown. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli, startCli } from '../../test/support/run-cli.ts';
import { eventually, startTestServer, type TestServer } from '../../test/support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ requestsPerMinute: 100_000, refusalsPerMinute: 100_000 });
});
afterAll(() => server.close());

it('shows what the console said to its owner and to operators, and to nobody else', async () => {
  const { id } = server.world.addReservation('ann', { state: 'ready' });
  server.world.serial = 'SeaBIOS\n\tlogin:\u001b[2J\n';
  for (const who of ['ann', 'root'] as const)
    expect(await runCli(server, who, ['logs', id])).toMatchObject({ code: 0, out: 'SeaBIOS\n\tlogin:\ufffd[2J\n' });
  const other = await runCli(server, 'bob', ['logs', id]);
  expect([other.code, other.out]).toEqual([3, '']);
  expect(JSON.parse((await runCli(server, 'ann', ['logs', id, '--json'])).out)).toMatchObject({ from: 0, over: false });
});

it('follows until Ctrl-C, each part once', async () => {
  const { id } = server.world.addReservation('ann', { state: 'ready' });
  server.world.serial = 'one\n';
  const run = startCli(server, 'ann', ['logs', id, '--follow']);
  await eventually('the first part', () => run.out === 'one\n');
  server.world.serial = 'one\ntwo\n';
  await eventually('the second part', () => run.out === 'one\ntwo\n');
  run.interrupt();
  expect(await run.done).toBe(0);
  expect(run.out).toBe('one\ntwo\n');
});

it('a failure to become ready brings the last lines along: in reserve, show and logs', async () => {
  const run = startCli(server, 'ann', ['reserve', 'starter']);
  const mine = () => [...server.world.reservations.values()].find((r) => r.owner === 'ann' && r.state === 'preparing');
  await eventually('the reservation', () => mine() !== undefined);
  const id = mine()?.id as string;
  const details = { console: 'Kernel panic - not syncing: \u001b]0;x' };
  const failure = { code: 'guest-failed', message: 'the guest does not start', retry: 'never', details };
  server.world.move(id, { state: 'failed', stage: 'gone', failure });
  expect(await run.done).not.toBe(0);
  const shown = 'last lines of its serial console:\nKernel panic - not syncing: \ufffd]0;x\n';
  expect(run.err).toContain(shown);
  expect((await runCli(server, 'ann', ['show', id])).out).toContain(shown);
  expect(JSON.parse((await runCli(server, 'ann', ['show', id, '--json'])).out)).toMatchObject({ failure: { details } });
  // It ends by itself: nothing more will come.
  expect(await runCli(server, 'ann', ['logs', id, '-f'])).toMatchObject({ code: 0, out: 'Kernel panic - not syncing: \ufffd]0;x' });
});
