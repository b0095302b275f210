/** `carrel watch`: what it shows where, what it outlives, and how it ends. */
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { CliRun } from '../../test/support/run-cli.ts';
import { runCli, startCli } from '../../test/support/run-cli.ts';
import { eventually, startTestServer, type TestServer } from '../../test/support/test-server.ts';
import type { Reservation } from '../contract/reservations.ts';

let server: TestServer;
beforeAll(async () => void (server = await startTestServer({ requestsPerMinute: 100_000, refusalsPerMinute: 100_000 })));
afterAll(() => server.close());
beforeEach(() => server.world.reservations.clear());

const lines = (run: CliRun): string[] => run.out.split('\n').slice(0, -1);
const short = ({ id }: Reservation): string => id.slice(0, 8);

it('says each change on a line, also of those that are made meanwhile and of no one else, until Ctrl-C', async () => {
  const first = server.world.addReservation('ann');
  const run = startCli(server, 'ann', ['watch']);
  await eventually('the first', () => lines(run).length === 1);
  const second = server.world.addReservation('ann', { stageText: 'in \u001b[2J line' });
  server.world.addReservation('bob');
  server.world.move(first.id, { stage: 'cloning', stageText: 'making a clone' });
  await eventually('both changes', () => lines(run).length === 3);
  run.interrupt();
  expect(await run.done).toBe(0);
  expect(run.err).toBe('');
  expect(lines(run).map((line) => line.slice(10))).toEqual([
    `${short(first)}  starter@1  preparing  queued`,
    `${short(second)}  starter@1  preparing  queued: in \ufffd[2J line`,
    `${short(first)}  starter@1  preparing  cloning: making a clone`,
  ]);
  expect(run.out).toMatch(/^\d\d:\d\d:\d\d {2}/);
});

it('with --json, each line is a reservation, and a line only where something is new', async () => {
  const it = server.world.addReservation('ann');
  const run = startCli(server, 'ann', ['watch', short(it), '--json', '--until', 'ready']);
  await eventually('the first', () => lines(run).length === 1);
  const looks = (): number => server.world.calls.filter((c) => c.name === 'showReservation').length;
  const before = looks();
  server.world.move(it.id, {});
  await eventually('a look that finds nothing new', () => looks() > before);
  server.world.addReservation('ann');
  server.world.makeReady(it.id);
  expect([await run.done, run.err]).toEqual([0, '']);
  const said = lines(run).map((line) => JSON.parse(line) as Reservation);
  expect(said.map((r) => r.id)).toEqual(said.map(() => it.id));
  expect([said[0]?.stage, said.at(-1)?.state]).toEqual(['queued', 'ready']);
  expect(new Set(lines(run)).size).toBe(said.length);
});

it('at a terminal, draws one table over itself, never wider or longer than that', async () => {
  const all = Array.from({ length: 6 }, () => server.world.addReservation('ann'));
  const run = startCli(server, 'ann', ['watch'], { screen: { columns: 40, rows: 6 } });
  await eventually('the table', () => run.out.includes('and 3 more'));
  for (const r of all.slice(2)) server.world.move(r.id, { state: 'ended', stage: 'gone' });
  await eventually('a change', () => run.out.includes('ended'));
  run.interrupt();
  expect(await run.done).toBe(0);
  const frames = run.out.split('\u001b[J').slice(0, -1);
  for (const frame of frames.slice(1)) expect(frame.startsWith('\u001b[5A\r')).toBe(true);
  for (const frame of frames) {
    const shown = frame.slice(frame.indexOf('\r') + 1).split('\u001b[K\n');
    expect(shown.length - 1).toBeLessThanOrEqual(5);
    for (const line of shown) expect(line.length).toBeLessThan(40);
  }
});

it.each([
  ['ready', { state: 'ready', stage: 'ready' }, 0, ''],
  [
    'ready',
    { state: 'failed', stage: 'gone', failure: { code: 'no-space', message: 'the datastore is full', retry: 'never' } },
    5,
    'is full',
  ],
  ['ready', { state: 'ended', stage: 'gone' }, 4, 'ended before it was ready'],
  ['gone', { state: 'ended', stage: 'gone' }, 0, ''],
] as const)('--until %s ends when all of them are there or over: %o', async (until, end, code, said) => {
  const [one, two] = [server.world.addReservation('ann'), server.world.addReservation('ann')];
  const run = startCli(server, 'ann', ['watch', one.id, two.id, '--until', until]);
  let ended = false;
  void run.done.then(() => (ended = true));
  server.world.move(one.id, until === 'ready' ? { state: 'ready', stage: 'ready' } : { state: 'ended', stage: 'gone' });
  await eventually('the first is there, and the second is known', () => lines(run).length >= 2 && /ready\b|ended/.test(run.out));
  server.world.move(two.id, { stage: 'booting', stageText: 'it starts' });
  await eventually('what comes next', () => ended || run.out.includes('it starts'));
  expect(ended).toBe(false);
  server.world.move(two.id, end);
  expect(await run.done).toBe(code);
  expect(run.err).toContain(said);
});

it('refuses --until without IDs, and IDs that are none; an operator sees those of others', async () => {
  expect((await runCli(server, 'ann', ['watch', '--until', 'gone'])).code).toBe(2);
  const bobs = server.world.addReservation('bob');
  expect((await runCli(server, 'ann', ['watch', bobs.id])).code).toBe(3);
  const run = startCli(server, 'root', ['watch', bobs.id, '--until', 'gone']);
  await eventually('it', () => lines(run).length === 1);
  server.world.move(bobs.id, { state: 'ended', stage: 'gone' });
  expect(await run.done).toBe(0);
});

it('goes on after a break, and learns what ended meanwhile', async () => {
  let open = true;
  const sockets = new Set<Socket>();
  const proxy = createServer((socket) => {
    socket.on('error', () => {});
    if (!open) return void socket.destroy();
    const upstream = connect(Number(new URL(server.baseUrl).port), '127.0.0.1');
    upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
    sockets.add(socket);
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  const baseUrl = `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
  const it = server.world.addReservation('ann');
  const run = startCli({ baseUrl }, 'ann', ['watch']);
  await eventually('the first', () => lines(run).length === 1);
  open = false;
  for (const socket of sockets) socket.destroy();
  await eventually('it says so', () => run.err.includes('waiting for it to come back'));
  Object.assign(it, { state: 'ended', stage: 'gone' });
  // No event tells of it: what is kept begins after.
  server.world.forgetEventsBefore(Number(server.world.lastEventId()) + 1);
  open = true;
  await eventually('its end', () => run.out.includes('ended'));
  run.interrupt();
  expect([await run.done, run.err.split('\n').length - 1]).toEqual([0, 1]);
  expect((await runCli({ baseUrl: 'http://127.0.0.1:9' }, 'ann', ['watch'])).code).toBe(6);
});
