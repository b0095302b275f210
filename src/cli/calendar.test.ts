import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clock, localTimes } from './text.ts';
import type { Person } from '../../test/support/fake-services.ts';
import { startCli } from '../../test/support/run-cli.ts';
import { startTestServer, type TestServer } from '../../test/support/test-server.ts';
import { span } from './text.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

async function run(person: Person, ...args: string[]) {
  const cli = startCli(server, person, args);
  const code = await cli.done;
  return { code, out: cli.out, err: cli.err };
}
const asked = (name: string) => server.world.calls.findLast((c) => c.name === name)?.args[1];

describe('carrel reserve', () => {
  it('--at books, and waits for nothing', async () => {
    const { code, out } = await run(
      'ann',
      'reserve',
      'starter',
      '--at',
      'tomorrow 14:00',
      '--zone',
      'Europe/Amsterdam',
      '--kind',
      'imaging',
    );
    expect([code, out]).toEqual([0, expect.stringMatching(/^[0-9a-f]{8} {2}booked: begins 2026-/)]);
    expect(asked('reserve')).toMatchObject({ at: { text: 'tomorrow 14:00', zone: 'Europe/Amsterdam' }, kind: 'imaging', mode: 'linked' });
    expect((await run('ann', 'ls')).out).toMatch(/booked .*begins/);
    const id = [...server.world.reservations.keys()][0] as string;
    expect((await run('ann', 'show', id)).out).toMatch(/begins {2,}2026-/);
  });

  it('a server is a full clone, and may have no end', async () => {
    await run('ann', 'reserve', 'starter', '--kind', 'server', '--open-end', '--no-wait');
    expect(asked('reserve')).toMatchObject({ kind: 'server', mode: 'full', forMs: Number.POSITIVE_INFINITY });
    for (const args of [
      ['--open-end', '--for', '2h'],
      ['--kind', 'server', '--mode', 'linked'],
    ]) {
      const { code, err } = await run('ann', 'reserve', 'starter', ...args);
      expect([code, err]).toEqual([2, expect.stringContaining('leave')]);
    }
  });
});

it('carrel reserve says how long it takes as a rule, once that is known', async () => {
  const cli = startCli(server, 'ann', ['reserve', 'starter']);
  await expect.poll(() => server.world.reservations.size).toBe(1);
  const [id] = [...server.world.reservations.keys()] as [string];
  server.world.move(id, { stage: 'cloning', stageText: 'making a linked clone', estimate: { count: 9, p50Ms: 4_000, p95Ms: 9_000 } });
  await expect.poll(() => cli.err).toContain('making a linked clone (ready after 4s as a rule, 9s nearly always)');
  server.world.makeReady(id);
  expect(await cli.done).toBe(0);
  expect(cli.err).toMatch(/s {2}ready$/m);
});

it('carrel when says whether, why not, when next, what is free and how long it takes', async () => {
  const { code, out } = await run('ann', 'when', 'starter@1', '--for', '90m', '--vcpus', '2');
  expect(code).toBe(0);
  expect(asked('availability')).toMatchObject({ image: 'starter', revision: 1, forMs: 5_400_000, vcpus: 2 });
  expect(out).toContain('no: there are 0 machines left and this needs 1');
  expect(out).toContain(`next        ${localTimes('2026-01-02T04:04:05.000Z')}`);
  expect(out).toContain(`free        ${localTimes('2026-01-02T04:04:05.000Z')} to 2026-01-03`);
  expect(out).toMatch(/free +\S+ \S+ on$/m);
  expect(out).toContain('4s as a rule, 9s nearly always (9 measured)');
});

it('carrel when --repeat says which times of a series cannot be had, and why', async () => {
  const series = ['--at', '2099-11-30 09:00', '--zone', 'UTC', '--for', '90m', '--repeat', 'FREQ=WEEKLY;COUNT=63'];
  const { code, out } = await run('ann', 'when', 'starter', ...series);
  expect([code, out]).toEqual([0, expect.stringMatching(/^series +42 of 63 can be had$/m)]);
  const third = '2099-12-14T09:00:00.000Z';
  expect(out).toContain(`not at  ${clock(third)}: there are 0 machines left and this needs 1`);
  expect(out).toContain('nor     at 1 more, which --json lists');
  // Each by itself: as long as one of them is, without the rule.
  const [all, one] = server.world.calls.filter(({ name }) => name === 'availability').slice(-21);
  expect([all?.args[1], one?.args[1]]).toMatchObject([{ rule: 'FREQ=WEEKLY;COUNT=63' }, { at: { text: third }, forMs: 5_400_000 }]);
  expect(one).not.toMatchObject({ args: [expect.anything(), { rule: expect.anything() }] });
  const { times } = JSON.parse((await run('ann', 'when', 'starter', ...series, '--json')).out) as { times: object[] };
  expect([times.length, times[0], times[2]]).toMatchObject([
    63,
    { free: true },
    { at: third, free: false, reason: { code: 'no-capacity' } },
  ]);
  expect(times[0]).not.toHaveProperty('reason');
  expect(await run('ann', 'when', 'starter', '--repeat', 'FREQ=WEEKLY;COUNT=3')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--repeat needs --at'),
  });
});

it('carrel move and shorten', async () => {
  const booked = server.world.addReservation('ann', { state: 'booked', stage: 'booked' });
  const { code, out } = await run('ann', 'move', booked.id.slice(0, 8), '16:00', '--zone', 'UTC', '--for', '1h');
  expect([code, out]).toEqual([0, expect.stringContaining(`begins ${clock('2026-01-02T05:04:05Z')} (`)]);
  expect(asked('moveReservation')).toEqual({ id: booked.id, at: { text: '16:00', zone: 'UTC' }, forMs: 3_600_000 });
  const ready = server.world.addReservation('ann', { state: 'ready' });
  await run('ann', 'shorten', ready.id, '30m');
  expect(asked('extendReservation')).toEqual({ id: ready.id, byMs: -1_800_000 });
  expect((await run('bob', 'move', booked.id, '16:00')).code).toBe(3);
});

it('carrel reserve --until, as a clock shows it', async () => {
  await run('ann', 'reserve', 'starter', '--until', '18:00', '--zone', 'Europe/Amsterdam', '--no-wait');
  expect(asked('reserve')).toMatchObject({ until: { text: '18:00', zone: 'Europe/Amsterdam' } });
  expect(await run('ann', 'reserve', 'starter', '--until', '18:00', '--for', '1h', '--no-wait')).toMatchObject({
    code: 2,
    err: expect.stringContaining('only one of these'),
  });
});

it('carrel reserve --repeat, and what becomes of it', async () => {
  const rule = 'FREQ=WEEKLY;COUNT=3';
  const { code, out } = await run('ann', 'reserve', 'starter', '--at', '2026-11-30 09:00', '--zone', 'Europe/Amsterdam', '--repeat', rule);
  expect([code, out]).toEqual([0, expect.stringContaining(rule)]);
  expect(asked('reserveSeries')).toMatchObject({
    rule,
    at: { text: '2026-11-30 09:00', zone: 'Europe/Amsterdam' },
    partial: false,
    forMs: 7_200_000,
  });
  const [id] = [...server.world.series.keys()] as [string];
  expect((await run('ann', 'series', 'ls')).out).toContain(rule);
  expect((await run('bob', 'series', 'ls')).out).toContain('none');
  expect((await run('bob', 'series', 'show', id)).code).toBe(3);
  expect((await run('ann', 'series', 'show', id.slice(0, 8))).out).toMatch(/booked$/m);
  expect((await run('ann', 'series', 'end', id)).out).toMatch(/ended +2026/);
  const many = ['reserve', 'starter', '--at', '9:00', '--repeat', 'FREQ=DAILY;COUNT=99'];
  expect((await run('ann', ...many)).code).toBe(5);
  expect((await run('ann', ...many, '--partial')).err).toContain('not at 2026');
  expect((await run('ann', ...many, '--partial', '--seats', '30')).err).toMatch(/not at 2026.*, 30 of 30: /);
  expect(asked('reserveSeries')).toMatchObject({ seats: 30 });
  expect((await run('ann', 'reserve', 'starter', '--seats', '30')).code).toBe(2);
  expect((await run('ann', 'reserve', 'starter', '--repeat', rule)).code).toBe(2);
  expect((await run('ann', 'reserve', 'starter', '--partial')).code).toBe(2);
});

it('carrel maintenance is for operators to change, and for all to see', async () => {
  expect((await run('ann', 'maintenance', 'add', 'local', 'new switch')).code).toBe(7);
  expect((await run('root', 'maintenance', 'add', 'local', 'new switch', '--for', '2h')).code).toBe(0);
  expect(asked('addMaintenance')).toMatchObject({ provider: 'local', forMs: 7_200_000, reason: 'new switch' });
  expect((await run('ann', 'maintenance', 'ls')).out).toContain('new switch');
  const [{ id } = { id: '' }] = server.world.maintenance;
  expect((await run('root', 'maintenance', 'rm', id.slice(0, 8))).code).toBe(0);
  expect((await run('root', 'maintenance', 'rm', id)).code).toBe(3);
});

it('carrel licence is for operators to change, and for all to see', async () => {
  expect((await run('ann', 'licence', 'add', 'matlab', '--seats', '5')).code).toBe(7);
  expect((await run('root', 'licence', 'add', 'matlab')).code).toBe(2);
  expect((await run('root', 'licence', 'add', 'matlab', '--seats', '5', '--image', 'starter')).out).toContain(
    '0 of 5 seats held; needed by starter',
  );
  expect(asked('addLicence')).toEqual({ name: 'matlab', seats: 5, images: ['starter'] });
  expect((await run('ann', 'licence', 'ls')).out).toMatch(/matlab +5 +0 +0 +starter/);
  expect((await run('root', 'licence', 'set', 'matlab')).code).toBe(2);
  expect((await run('root', 'licence', 'set', 'matlab', '--no-images', '--image', 'starter')).code).toBe(2);
  expect((await run('root', 'licence', 'set', 'matlab', '--seats', '2', '--no-images')).out).toContain(
    '0 of 2 seats held; no image needs it yet',
  );
  expect((await run('root', 'licence', 'rm', 'matlab')).out).toBe('matlab is gone\n');
  expect((await run('root', 'licence', 'rm', 'matlab')).code).toBe(3);
});

it('carrel rules shows one’s own, and operators change them', async () => {
  expect((await run('ann', 'rules')).out).toMatch(/lab +yes +4h +any +1d +2 +everybody 40, user 30 /);
  expect((await run('ann', 'rules', 'lab', '--at-once', '3')).code).toBe(7);
  await run('root', 'rules', 'lab', '--at-once', 'any', '--longest', '4h', '--total', 'any', '--group', 'user');
  expect(asked('setRule')).toEqual({ kind: 'lab', group: 'user', atOnce: null, longest: '4h', total: null });
  await run('root', 'rules', 'lab', '--group-at-once', '30', '--group', 'user');
  expect(asked('setRule')).toEqual({ kind: 'lab', group: 'user', groupAtOnce: 30 });
  await run('root', 'rules', 'lab', '--group-at-once', 'any');
  expect(asked('setRule')).toEqual({ kind: 'lab', group: '*', groupAtOnce: null });
  expect((await run('root', 'rules', 'lab', '--group-at-once', 'few')).code).toBe(2);
  await run('root', 'rules', 'server', '--no-allow');
  expect(asked('setRule')).toEqual({ kind: 'server', group: '*', allowed: false });
  const told = async (span: string) => {
    await run('root', 'rules', 'lab', '--tell-end', span);
    return asked('setRule');
  };
  expect([await told('1h'), await told('no')]).toEqual(['1h', null].map((tellEnd) => ({ kind: 'lab', group: '*', tellEnd })));
  for (const option of ['--longest', '--tell-end']) expect((await run('root', 'rules', 'lab', option, 'soon')).code).toBe(2);
  expect((await run('root', 'rules', 'party', '--longest', '2h')).code).toBe(2);
});

it('spans are told by their two largest units', () => {
  expect([4_200, 200_000, 7_200_000, 129_600_000, 90_061_000].map(span)).toEqual(['4.2s', '3m 20s', '2h', '1d 12h', '1d 1h']);
});
