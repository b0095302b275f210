import type { CommandHelp } from './help.ts';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clock, table, when } from './text.ts';
import { FakeWorld, TOKENS } from '../../test/support/fake-services.ts';
import { type CliOptions, type CliResult, runCli, startCli } from '../../test/support/run-cli.ts';
import { ova } from '../../test/support/ova.ts';
import { eventually, startTestServer, type TestServer } from '../../test/support/test-server.ts';
import type { Reservation } from '../contract/reservations.ts';
import { CarrelError } from '../lib/errors.ts';
import { EXIT_TEXT, showError } from './exit.ts';
import { makeProgram } from './program.ts';

let server: TestServer;
let dir: string;
beforeAll(async () => {
  server = await startTestServer({ requestsPerMinute: 100_000, refusalsPerMinute: 100_000 });
  dir = mkdtempSync(join(tmpdir(), 'carrel-cli-'));
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});
beforeEach(() => {
  const fresh = new FakeWorld();
  for (const key of ['images', 'reservations', 'jobs', 'tokens'] as const) {
    server.world[key].clear();
    for (const [k, v] of fresh[key]) (server.world[key] as Map<string, unknown>).set(k, v);
  }
  server.world.revisions.splice(0, Infinity, ...fresh.revisions);
  server.world.accounts.splice(0, Infinity, ...fresh.accounts);
});

const ann = (args: string[], options?: CliOptions): Promise<CliResult> => runCli(server, 'ann', args, options);
const root = (args: string[], options?: CliOptions): Promise<CliResult> => runCli(server, 'root', args, options);

/** What a JSON error says. */
function errorOf(result: CliResult): { code: string; message: string; hint?: string } {
  return (JSON.parse(result.err) as { error: { code: string; message: string; hint?: string } }).error;
}

describe('reserve', () => {
  it('shows the stages as they come, and how to log in', async () => {
    const run = startCli(server, 'ann', ['reserve', 'starter', '--for', '90m', '--mode', 'instant', '--memory', '128']);
    await eventually('the reservation', () => server.world.reservations.size === 1 && run.err.includes('queued'));
    const [id] = [...server.world.reservations.keys()] as [string];
    server.world.move(id, { stage: 'cloning', stageText: 'making an instant clone' });
    await eventually('the stage', () => run.err.includes('cloning: making an instant clone'));
    server.world.makeReady(id);
    expect(await run.done).toBe(0);
    expect(run.out).toContain(`${id.slice(0, 8)}  ready until`);
    expect(run.out).toContain(`carrel ssh ${id.slice(0, 8)}`);
    const request = server.world.calls.findLast((c) => c.name === 'reserve')?.args[1];
    expect(request).toMatchObject({ mode: 'instant', memoryMiB: 128, forMs: 5_400_000 });
  });

  it('with --json, one document and nothing else', async () => {
    const run = startCli(server, 'ann', ['reserve', 'starter', '--json']);
    await eventually('the reservation', () => server.world.reservations.size === 1);
    server.world.makeReady([...server.world.reservations.keys()][0] as string);
    expect(await run.done).toBe(0);
    expect(JSON.parse(run.out)).toMatchObject({ state: 'ready', image: 'starter' });
    expect(run.err).toBe('');
  });

  it('--no-wait only asks', async () => {
    const { code, json } = await ann(['reserve', 'starter@1', '--no-wait', '--json']);
    expect([code, json]).toMatchObject([0, { state: 'preparing' }]);
    expect(server.world.calls.findLast((c) => c.name === 'reserve')?.args[1]).toMatchObject({ revision: 1 });
  });

  it('--disk is a size in GiB, MiB or TiB, and nothing else', async () => {
    for (const [said, diskMiB] of [
      ['40G', 40_960],
      ['512m', 512],
      ['2TiB', 2_097_152],
    ] as const) {
      expect((await ann(['reserve', 'starter', '--disk', said, '--no-wait'])).code).toBe(0);
      expect(server.world.calls.findLast((c) => c.name === 'reserve')?.args[1]).toMatchObject({ diskMiB });
    }
    expect((await ann(['when', 'starter', '--disk', '40G'])).code).toBe(0);
    expect(server.world.calls.findLast((c) => c.name === 'availability')?.args[1]).toMatchObject({ diskMiB: 40_960 });
    for (const said of ['40', '0G', '1.5G', '40GB', 'all']) {
      const { code, err } = await ann(['reserve', 'starter', '--disk', said, '--no-wait']);
      expect([said, code, err]).toEqual([said, 2, expect.stringContaining('a size such as 40G, 512M or 2T is needed')]);
    }
  });

  it('at a terminal, redraws one line and never a wider one', async () => {
    const run = startCli(server, 'ann', ['reserve', 'starter'], { columns: 30 });
    await eventually('the reservation', () => server.world.reservations.size === 1 && run.err.includes('\r'));
    const id = [...server.world.reservations.keys()][0] as string;
    server.world.move(id, { stage: 'cloning', stageText: 'x'.repeat(100) });
    await eventually('the stage', () => run.err.includes('cloning'));
    server.world.makeReady(id);
    await run.done;
    const drawn = run.err
      .replaceAll('\r\u001b[K', '\n')
      .split('\n')
      .filter((line) => / s {2}/.test(line));
    expect(drawn.length).toBeGreaterThan(2);
    expect(Math.max(...drawn.map((line) => line.length))).toBeLessThan(30);
  });

  it('Ctrl-C leaves it going, and says so with its id and how to end it', async () => {
    for (const args of [[], ['--json']]) {
      server.world.reservations.clear();
      const run = startCli(server, 'ann', ['reserve', 'starter', ...args]);
      await eventually('the wait', () => server.world.reservations.size === 1 && server.world.waitingReaders > 0);
      const [id] = [...server.world.reservations.keys()] as [string];
      run.interrupt();
      expect(await run.done).toBe(130);
      expect(run.err).toContain(`carrel end ${id.slice(0, 8)}`);
      expect(run.err).toContain('the reservation goes on');
      expect(run.out).toBe('');
      if (args.length > 0) expect(JSON.parse(run.err)).toMatchObject({ error: { code: 'interrupted' } });
      expect(server.world.reservations.get(id)?.state).toBe('preparing');
      await eventually('the event stream is let go', () => server.world.waitingReaders === 0);
    }
  });

  it('Ctrl-C before the answer is there names the reservation all the same', async () => {
    server.world.failures.set('reserve', new Promise(() => {}));
    const run = startCli(server, 'ann', ['reserve', 'starter']);
    await eventually('the request', () => server.world.calls.some((c) => c.name === 'reserve'));
    await eventually('it waits', () => server.world.failures.size === 0);
    run.interrupt();
    expect(await run.done).toBe(130);
    const asked = server.world.calls.findLast((c) => c.name === 'reserve')?.args[1] as { id: string } | undefined;
    expect(run.err).toContain(`carrel end ${asked?.id.slice(0, 8)}`);
  });

  it("a failure keeps the hypervisor's words, code and hint", async () => {
    const run = startCli(server, 'ann', ['reserve', 'starter']);
    await eventually('the reservation', () => server.world.reservations.size === 1);
    const failure = { code: 'no-space', message: 'qemu-img: No space left on device', hint: 'Make room.', retry: 'never' };
    server.world.move([...server.world.reservations.keys()][0] as string, { state: 'failed', stage: 'gone', failure });
    expect(await run.done).toBe(5);
    expect(run.err).toContain('No space left on device');
    expect(run.err).toContain('Make room.');
  });

  it('what somebody ends while it is waited for is no success', async () => {
    const run = startCli(server, 'ann', ['reserve', 'starter']);
    await eventually('the reservation', () => server.world.reservations.size === 1);
    server.world.move([...server.world.reservations.keys()][0] as string, { state: 'ended', stage: 'gone' });
    expect([await run.done, run.out]).toEqual([4, '']);
    expect(run.err).toContain('was ended before it was ready');
  });

  it.each([
    [['reserve', 'nothing'], 3, 'there is no image nothing'],
    [['reserve', 'starter@9x'], 2, 'names no revision'],
    [['reserve', ''], 2, 'names no image'],
    [['reserve', 'starter', '--for', 'soon'], 2, '"soon" is no span of time'],
    [['reserve', 'starter', '--mode', 'thin'], 2, 'linked, full, instant'],
    [['reserve', 'starter', '--memory', '1.5'], 2, 'a positive whole number'],
    [['reserve', 'starter', '--memory', '200000'], 5, '4096 MiB free'],
    [['reserve', 'starter', '--vcpus', '9999'], 2, 'vcpus'],
    [['reserve'], 2, "missing required argument 'image'"],
    [['reserve', 'starter', 'more'], 2, 'too many arguments'],
    [['reserve', 'starter', '--unknown'], 2, "unknown option '--unknown'"],
    [['reserve', '../../etc/passwd'], 3, 'there is no image'],
    [['reserve', '..'], 3, 'there is no image'],
    [['bogus'], 2, "unknown command 'bogus'"],
    [['help', 'bogus'], 2, "unknown command 'bogus'"],
    [['help', 'provider', 'bogus'], 2, "unknown command 'provider bogus'"],
  ])('%j ends with %i', async (args, code, message) => {
    const plainly = await ann(args);
    expect([plainly.code, plainly.out]).toEqual([code, '']);
    expect(plainly.err).toContain(message);
    const asJson = await ann([...args, '--json']);
    expect([asJson.code, asJson.out]).toEqual([code, '']);
    expect(errorOf(asJson).message).toContain(message);
  });
});

describe('lists and single ones', () => {
  it('help shows the options of a command in a group too', async () => {
    const run = await ann(['help', 'provider', 'add']);
    expect([run.code, run.out]).toEqual([0, expect.stringContaining('--password-file')]);
    expect((await ann(['help'])).out).toContain('Machines:');
  });

  it('ls has one line each, all people for operators', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready', stage: 'ready' });
    server.world.addReservation('bob');
    const mine = await ann(['ls']);
    expect(mine.out).toMatch(new RegExp(`ID .*\\n${id.slice(0, 8)}  starter@1  linked  ready`));
    expect(mine.out.trim().split('\n')).toHaveLength(2);
    expect((await ann(['ls', '--all'])).code).toBe(7);
    const all = await root(['ls', '--all']);
    expect(all.out).toContain('bob');
    expect((await ann(['ls', '--json'])).json).toMatchObject([{ id }]);
  });

  it('ls gives ids alone, other columns and another order, by the words that people type', async () => {
    const a = server.world.addReservation('ann', { state: 'ready', stage: 'ready', endsAt: '2026-01-02T09:00:00Z' });
    const b = server.world.addReservation('ann', { state: 'ready', stage: 'ready', endsAt: '2026-01-02T08:00:00Z' });
    expect((await ann(['ls', '-q', '--sort', 'ends'])).out).toBe(`${b.id}\n${a.id}\n`);
    const wide = (await ann(['list', '--wide'])).out;
    expect(wide).toMatch(/^ID .* BEGINS .* NAME .* HOST/);
    expect(wide).toContain(clock('2026-01-02T09:00:00Z'));
    expect((await ann(['ls', '--sort', 'colour'])).code).toBe(2);
    expect((await ann(['status', a.id])).out).toContain(a.id);
  });

  it('ls and show say what is the matter with a machine that is there and does not work', async () => {
    const { machine } = server.world.addReservation('ann', { state: 'ready', stage: 'ready' });
    const condition = { kind: 'out-of-space' as const, since: '2026-01-02T08:00:00Z', text: 'its machine stands still', wayOut: 'wait' };
    const { id } = server.world.addReservation('ann', { state: 'ready', stage: 'ready', machine: { ...machine, condition } });
    expect((await ann(['ls'])).out).toMatch(new RegExp(`${id.slice(0, 8)}  starter@1  linked  out-of-space `));
    expect((await ann(['show', id])).out).toMatch(/condition +out-of-space: its machine stands still \(.*\); wait\n/);
  });

  it('ls shows what its machine is, and show what it was asked for as as well', async () => {
    const { machine } = server.world.addReservation('ann', { state: 'ready', stage: 'ready' });
    const add = (change: object) => server.world.addReservation('ann', { state: 'ready', stage: 'ready', mode: 'instant', ...change }).id;
    const [linked, instant, booked] = [
      add({ machine: { ...machine, mode: 'linked' } }),
      add({ machine: { ...machine, mode: 'instant' } }),
      add({}),
    ];
    const list = (await ann(['ls'])).out;
    const shows = { [linked]: 'linked (asked for as instant)', [instant]: 'instant', [booked]: 'instant' };
    for (const [id, mode] of Object.entries(shows)) {
      expect(list).toContain(`${id.slice(0, 8)}  starter@1  ${mode.split(' ')[0]?.padEnd(7)}  ready`);
      expect((await ann(['show', id])).out).toContain(`clone mode   ${mode}\n`);
    }
  });

  it('start and stop switch the machine, and leave the reservation', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready', stage: 'ready' });
    const ops = () => server.world.calls.filter((c) => c.name === 'power').map((c) => (c.args[1] as { op: string }).op);
    const before = ops().length;
    for (const args of [
      ['stop', id],
      ['start', id],
      ['stop', id, '--hard'],
    ]) {
      const known = new Set(server.world.jobs.keys());
      const run = startCli(server, 'ann', args);
      await eventually('the job', () => server.world.jobs.size > known.size);
      server.world.endJob([...server.world.jobs.keys()].find((key) => !known.has(key)) as string, { state: 'done' });
      expect(await run.done).toBe(0);
    }
    expect(ops().slice(before)).toEqual(['shutdown', 'on', 'off']);
  });

  it('times are those of the clock on the wall, wherever that is', () => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Asia/Kolkata';
    try {
      expect(clock('2026-11-28T22:15:30.123Z')).toBe('2026-11-29 03:45');
      expect(table(['AT', 'WHY'], [['2026-11-28T22:15:30.123Z', 'since 2026-11-28T22:15Z']])).toMatch(
        /\n2026-11-29 03:45:30 {2}since 2026-11-28T22:15Z$/,
      );
      const closed = new CarrelError('no-capacity', 'closed until 2026-11-28T22:15:00.000Z');
      expect(showError(closed, false)).toBe('carrel: closed until 2026-11-29 03:45\n');
      expect(showError(closed, true)).toContain('2026-11-28T22:15:00.000Z');
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  it('says when there is nothing', async () => {
    expect((await ann(['ls'])).out).toBe('no reservations\n');
    expect((await ann(['ls', '--json'])).json).toEqual([]);
  });

  it('an id may be cut short, as long as it is one', async () => {
    const one = server.world.addReservation('ann', { id: 'aaaaaaaa-1111-4111-8111-111111111111' });
    server.world.addReservation('ann', { id: 'aaaaaaaa-2222-4222-8222-222222222222' });
    server.world.addReservation('ann', { id: 'bbbbbbbb-2222-4222-8222-222222222222', state: 'ended' });
    expect((await ann(['show', 'aaaaaaaa-1', '--json'])).json).toMatchObject({ id: one.id });
    expect((await ann(['show', 'AAAAAAAA-1'])).code).toBe(0);
    expect((await ann(['show', 'bb', '--json'])).json).toMatchObject({ state: 'ended' });
    const two = await ann(['show', 'aa']);
    expect([two.code, two.err.includes(one.id)]).toEqual([4, true]);
    expect((await ann(['show', 'ffff'])).code).toBe(3);
    expect((await ann(['show', 'not-an-id'])).code).toBe(3);
    expect((await ann(['show', one.id.replace('1', 'c')])).code).toBe(3);
  });

  it("somebody else's does not exist, but for operators", async () => {
    const { id } = server.world.addReservation('bob', { state: 'ready' });
    for (const words of [
      ['show', id],
      ['show', id.slice(0, 8)],
      ['end', id],
      ['connect', id],
      ['extend', id, '1h'],
      ['power', id, 'off'],
      ['reimage', id],
      ['unlink', id],
      ['undo', id],
      ['capture', id],
      ['checkpoint', 'ls', id],
      ['checkpoint', 'add', id, 'x'],
    ]) {
      expect([words[0], (await ann(words)).code]).toEqual([words[0], 3]);
    }
    expect((await root(['show', id.slice(0, 8)])).out).toContain('bob');
  });

  it('what a guest or an author wrote cannot steer the terminal', async () => {
    const image = server.world.images.get('starter');
    if (image) image.description = 'nice\u001b]0;title\u0007\u001b[2J\r\nFAKE  line\u202e';
    const { out } = await ann(['image', 'ls']);
    // oxlint-disable-next-line no-control-regex
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(out.trim().split('\n')).toHaveLength(2);
    expect((await ann(['image', 'show', 'starter'])).out).not.toContain('\u001b');
    server.world.failures.set('listImages', new CarrelError('busy', 'it is \u001b[31mred'));
    expect((await ann(['image', 'ls'])).err).not.toContain('\u001b');
  });
});

describe('a reservation', () => {
  it('extend, power, end', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready', stage: 'ready' });
    const before = server.world.reservations.get(id)?.endsAt as string;
    const extended = await ann(['extend', id.slice(0, 8), '30m', '--json']);
    expect(Date.parse((extended.json as { endsAt: string }).endsAt) - Date.parse(before)).toBe(1_800_000);
    expect((await ann(['extend', id, 'x'])).code).toBe(2);

    const power = startCli(server, 'ann', ['power', id, 'off']);
    await eventually('the job', () => server.world.jobs.size === 1);
    server.world.endJob([...server.world.jobs.keys()][0] as string, { state: 'done' });
    expect(await power.done).toBe(0);
    expect((await ann(['power', id, 'explode'])).err).toContain('Allowed choices are on, off, reset, shutdown');

    const end = startCli(server, 'ann', ['end', '--now', id]);
    await eventually('it is asked', () => server.world.reservations.get(id)?.state === 'ending');
    server.world.move(id, { state: 'ended', stage: 'gone' });
    expect([await end.done, end.out]).toEqual([0, `${id.slice(0, 8)}  ended\n`]);
  });

  it('an ended one is kept for a while, and undo brings it back', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready', stage: 'ready' });
    const ended = await ann(['end', id.slice(0, 8)]);
    expect([ended.code, ended.out]).toEqual([
      0,
      expect.stringMatching(/ {2}ended; kept, switched off, until .+: `carrel undo [0-9a-f]{8}` brings it back/),
    ]);
    expect(server.world.calls.findLast((c) => c.name === 'endReservation')?.args[1]).toEqual({ id, keepMs: 300_000 });
    expect((await ann(['show', id])).out).toMatch(/^kept +until .+ brings it back$/m);
    // Its time goes on; its machine does not.
    const kept = server.world.reservations.get(id)?.keptUntil;
    server.world.reservations.set(id, { ...(server.world.reservations.get(id) as Reservation), endsAt: '2099-01-01T00:00:00.000Z' });
    expect(kept).toBeDefined();
    expect((await ann(['ls'])).out).toContain(when(kept));
    const back = startCli(server, 'ann', ['undo', id.slice(0, 8)]);
    await eventually('the stage', () => back.err.includes('ready: switching it on again'));
    expect((await ann(['show', id])).out).toMatch(/^state +ready \(ready: switching it on again\)$/m);
    server.world.move(id, { stageText: '' });
    expect([await back.done, back.out]).toEqual([0, `${id.slice(0, 8)}  ready\n`]);
    expect(server.world.reservations.get(id)?.keptUntil).toBeUndefined();
    expect((await ann(['undo', id, '--no-wait'])).out).toBe(`${id.slice(0, 8)}  ready: switching it on again\n`);
  });

  it('reimage asks for another machine and waits for it', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready', stage: 'ready' });
    const run = startCli(server, 'ann', ['reimage', id.slice(0, 8), '--revision', 'published']);
    await eventually('it is asked', () => server.world.reservations.get(id)?.state === 'preparing');
    expect(server.world.calls.findLast((c) => c.name === 'reimageReservation')?.args[1]).toEqual({ id, revision: 'published' });
    server.world.move(id, { state: 'ready', stage: 'ready' });
    expect([await run.done, run.out]).toEqual([0, expect.stringContaining(`log in with: carrel ssh ${id.slice(0, 8)}`)]);
    expect((await ann(['reimage', id, '--no-wait', '--json'])).json).toMatchObject({ id, state: 'preparing' });
    expect((await ann(['reimage', id, '--revision', 'x'])).code).toBe(2);
  });

  it('unlink waits for the copy, and says what failed', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready', stage: 'ready' });
    const run = async (end: Parameters<typeof server.world.endJob>[1]) => {
      const known = new Set(server.world.jobs.keys());
      const started = startCli(server, 'ann', ['unlink', id.slice(0, 8)]);
      await eventually('the job', () => server.world.jobs.size > known.size);
      server.world.endJob([...server.world.jobs.keys()].find((key) => !known.has(key)) as string, end);
      return [await started.done, started.out, started.err];
    };
    expect(await run({ state: 'done' })).toEqual([0, `${id.slice(0, 8)}  has disks of its own\n`, expect.any(String)]);
    expect(server.world.calls.findLast((c) => c.name === 'unlinkReservation')?.args[1]).toBe(id);
    const error = {
      code: 'no-space',
      message: '300 MiB of that are missing',
      hint: 'Free space there first.',
      retry: 'elsewhere' as const,
    };
    expect(await run({ state: 'undone', error: { ...error, details: {} } })).toEqual([
      expect.any(Number),
      '',
      expect.stringContaining('300 MiB of that are missing'),
    ]);
  });

  it('relocate, for operators, waits for the move', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready', stage: 'ready' });
    expect((await ann(['relocate', id, 'ds1'])).err).toContain('operators');
    const known = new Set(server.world.jobs.keys());
    const started = startCli(server, 'root', ['relocate', id.slice(0, 8), 'ds1']);
    await eventually('the job', () => server.world.jobs.size > known.size);
    server.world.endJob([...server.world.jobs.keys()].find((key) => !known.has(key)) as string, { state: 'done' });
    expect([await started.done, started.out]).toEqual([0, `${id.slice(0, 8)}  lies on ds1\n`]);
    expect(server.world.calls.findLast((c) => c.name === 'relocateReservation')?.args[1]).toEqual({ id, datastore: 'ds1' });
  });

  it('answer: what is asked, and an answer by its key or its words, for operators', async () => {
    const reservation = server.world.addReservation('bob', { state: 'ready' });
    const choices = [
      { key: '0', label: 'Retry' },
      { key: '1', label: 'Abort' },
    ];
    const asked = () => {
      const question = { id: '7', text: 'No space.\u001b[2J', choices, preset: '0' };
      const { machine } = server.world.reservations.get(reservation.id) ?? reservation;
      machine.condition = { kind: 'out-of-space', since: '2026-01-01T00:00:00.000Z', text: 'it', wayOut: 'so', question };
    };
    const id = reservation.id.slice(0, 8);
    asked();
    expect((await root(['show', id])).out).toContain('No space.');
    const told = await root(['answer', id]);
    expect(told.out).toBe('No space.\ufffd[2J Answers: 0 (Retry, suggested), 1 (Abort)\n');
    expect(await root(['answer', id, 'maybe'])).toMatchObject({ err: expect.stringContaining('is no answer') });
    for (const choice of ['1', 'abort']) {
      asked();
      expect((await root(['answer', id, choice])).out).toBe(`${id}  answered: Abort\n`);
      const call = server.world.calls.findLast((c) => c.name === 'answerMachine')?.args[1];
      expect(call).toEqual({ id: reservation.machine.id, question: '7', choice: '1' });
    }
    expect(await root(['answer', id, '1'])).toMatchObject({ err: expect.stringContaining('asked nothing') });
    asked();
    const mine = await startCli(server, 'bob', ['answer', id, '1']).done;
    expect(mine).not.toBe(0);
  });

  it('machine ls and end are for operators, and show those that are nobody’s', async () => {
    const { id } = server.world.addNobodys();
    const lines = (await root(['machine', 'ls'])).out.split('\n');
    expect(lines.find((line) => line.startsWith(id.slice(0, 8)))).toMatch(/running +starter@1 +local +nobody/);
    expect((await root(['machine', 'ls', '--nobodys'])).out.trim().split('\n')).toHaveLength(2);
    // However many there are, and wherever among them.
    const many = Array.from({ length: 1001 }, () => server.world.addNobodys());
    const last = many.at(-1)?.id as string;
    expect((await root(['machine', 'ls'])).out).toContain(last.slice(0, 8));
    expect((await root(['machine', 'end', last.slice(0, 13)])).out).toBe(`${last.slice(0, 8)}  destroying\n`);
    for (const each of many) server.world.nobodys.delete(each.id);
    expect((await root(['machine', 'end', id])).out).toBe(`${id.slice(0, 8)}  destroying\n`);
    expect((await ann(['machine', 'ls'])).code).not.toBe(0);
  });

  it('image replicate waits for the copy, and says what failed', async () => {
    const run = async (words: string[], end: Parameters<typeof server.world.endJob>[1]) => {
      const known = new Set(server.world.jobs.keys());
      const started = startCli(server, 'root', ['image', 'replicate', ...words]);
      await eventually('the job', () => server.world.jobs.size > known.size);
      server.world.endJob([...server.world.jobs.keys()].find((key) => !known.has(key)) as string, end);
      return [await started.done, started.out, started.err];
    };
    const told = await run(['starter@1', '--to', 'lab', '--datastore', 'ds1'], { state: 'done' });
    expect(told).toEqual([0, 'starter@1 is on the datastore ds1 of lab\n', expect.any(String)]);
    expect(server.world.calls.findLast((c) => c.name === 'replicateImage')?.args[1]).toEqual({
      image: 'starter',
      revision: 1,
      provider: 'lab',
      datastore: 'ds1',
    });
    const error = {
      code: 'no-space',
      message: '300 MiB of that are missing',
      hint: 'Free space there first.',
      retry: 'elsewhere' as const,
    };
    expect(await run(['starter', '--to', 'lab'], { state: 'undone', error: { ...error, details: {} } })).toEqual([
      expect.any(Number),
      '',
      expect.stringContaining('300 MiB of that are missing'),
    ]);
  });

  it('checkpoints: made, listed, gone back to by name, deleted by the beginning of an id', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    const run = async (...words: string[]) => {
      const known = new Set(server.world.jobs.keys());
      const started = startCli(server, 'ann', ['checkpoint', ...words]);
      await eventually('the job', () => server.world.jobs.size > known.size);
      const job = [...server.world.jobs.keys()].find((key) => !known.has(key)) as string;
      server.world.endJob(job, { state: 'done' });
      return [await started.done, started.out];
    };
    expect(await run('add', id.slice(0, 8), 'before update', '--description', 'clean')).toEqual([0, 'before update is there\n']);
    const listed = await ann(['checkpoint', 'ls', id]);
    expect([listed.code, listed.out]).toEqual([0, expect.stringContaining('before update')]);
    const [made] = (await ann(['checkpoint', 'ls', id, '--json'])).json as { id: string; description: string }[];
    expect(made?.description).toBe('clean');
    expect(await run('revert', id, 'before update')).toEqual([0, 'before update is what the machine is now\n']);
    expect(await run('rm', id, made?.id.slice(0, 8) ?? '')).toEqual([0, 'before update is gone\n']);
    expect(['revertCheckpoint', 'deleteCheckpoint'].map((name) => server.world.calls.findLast((c) => c.name === name)?.args[1])).toEqual(
      Array(2).fill({ id, checkpoint: made?.id }),
    );
    expect((await ann(['checkpoint', 'revert', id, 'other'])).code).toBe(3);
    expect((await ann(['checkpoint', 'add', id, '-x'])).code).toBe(2);
  });

  it('a job that fails is an error of the command', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    const run = startCli(server, 'ann', ['power', id, 'reset']);
    await eventually('the job', () => server.world.jobs.size === 1);
    const error = { code: 'wrong-state', message: 'it is off', retry: 'never' };
    server.world.endJob([...server.world.jobs.keys()][0] as string, { state: 'undone', error });
    expect([await run.done, run.err.includes('power reset: it is off')]).toEqual([4, true]);
  });

  it('end --all ends all of mine, and nothing else', async () => {
    const mine = [server.world.addReservation('ann').id, server.world.addReservation('ann').id];
    const theirs = server.world.addReservation('bob').id;
    expect((await ann(['end', '--all', '--no-wait'])).code).toBe(0);
    expect(mine.map((id) => server.world.reservations.get(id)?.state)).toEqual(['ending', 'ending']);
    expect(server.world.reservations.get(theirs)?.state).toBe('preparing');
    expect((await ann(['end'])).code).toBe(2);
    expect((await ann(['end', '--all', mine[0] as string])).code).toBe(2);
  });

  it('connect shows credentials, with the key that was given', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    const file = join(dir, 'key.pub');
    writeFileSync(file, 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ00000000000000000000000000000000000000000 me@here\n');
    const { out, code } = await ann(['connect', id, '--key', file]);
    expect([code, out.includes('correct-horse'), out.includes('ssh -p 2222')]).toEqual([0, true, true]);
    expect(server.world.calls.findLast((c) => c.name === 'connect')?.args[1]).toMatchObject({
      publicKey: expect.stringContaining('me@here'),
    });
    writeFileSync(file, '\uFEFFssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ00000000000000000000000000000000000000000 windows\r\n', 'utf16le');
    expect((await ann(['connect', id, '--key', file])).code).toBe(0);
    expect(server.world.calls.findLast((c) => c.name === 'connect')?.args[1]).toMatchObject({
      publicKey: expect.stringMatching(/^ssh-ed25519 .* windows$/),
    });
    expect((await ann(['connect', id, '--json'])).json).toMatchObject({ password: 'correct-horse', port: 2222 });
    server.world.connection.notes = [{ code: 'refused', message: 'the agent of the guest refuses guest-ssh-add-authorized-keys' }];
    expect((await ann(['connect', id])).err).toContain('refuses guest-ssh-add-authorized-keys');
    delete server.world.connection.notes;
    expect((await ann(['connect', server.world.addReservation('ann').id])).code).toBe(4);
  });

  it('rdp writes a file for a Remote Desktop client, as the server gives it', async () => {
    const machine = server.world.addReservation('ann').machine;
    const address = { host: '10.0.0.5', sshPort: 22, rdpPort: 3389 };
    const { id, hostname } = server.world.addReservation('ann', { state: 'ready', machine: { ...machine, state: 'running', address } });
    const file = join(dir, 'to.rdp');
    const { code, out } = await ann(['rdp', id, '--file', file]);
    expect([code, readFileSync(file, 'utf8')]).toEqual([0, 'full address:s:10.0.0.5:3389\r\n']);
    expect(out).toContain(`carrel connect ${id}`);
    expect((await ann(['show', id])).out).toContain('10.0.0.5:3389');
    const answer = await fetch(`${server.baseUrl}/api/v1/reservations/${id}/rdp`, { headers: { authorization: `Bearer ${TOKENS.ann}` } });
    expect(answer.headers.get('content-type')).toContain('application/x-rdp');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${hostname}.rdp"`);
    expect((await ann(['rdp', id, '--file', join(dir, 'none', 'x.rdp')])).code).toBe(2);
    expect((await ann(['rdp', server.world.addReservation('ann', { state: 'ready' }).id])).err).toContain('by SSH');
  });

  it('screenshot writes what the server gives, by default under the name of the machine', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    const file = join(dir, 'screen.png');
    expect((await ann(['screenshot', id, '--file', file, '--json'])).json).toEqual({ file, bytes: 4 });
    expect(readFileSync(file)).toEqual(Buffer.from('\x89PNG', 'latin1'));
    expect((await ann(['screenshot', id, '--file', join(dir, 'none', 'x.png')])).code).toBe(2);
    expect((await ann(['screenshot', server.world.addReservation('ann').id, '--file', file])).code).toBe(4);
  });

  it('connect sends no private key away, nor any other file that is no key', async () => {
    const file = join(dir, 'key');
    writeFileSync(file, '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n');
    const before = server.world.calls.length;
    expect((await ann(['connect', 'aaaa', '--key', file])).code).toBe(2);
    for (const other of ['AGE-SECRET-KEY-1QQ', 'password=hunter2', 'PuTTY-User-Key-File-3: ssh-ed25519\nssh-ed25519 AAAA']) {
      writeFileSync(file, other);
      expect([other, (await ann(['connect', 'aaaa', '--key', file])).code]).toEqual([other, 2]);
    }
    expect((await ann(['connect', 'aaaa', '--key', join(dir, 'missing')])).code).toBe(2);
    expect(server.world.calls.length).toBe(before);
  });

  it('capture makes a revision and waits for it', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    const run = startCli(server, 'ann', ['capture', id, '--as', 'mine', '--publish', '--label', 'course=cs101']);
    await eventually('the revision', () => server.world.images.has('mine'));
    const revision = server.world.revisions.find((r) => r.image === 'mine');
    if (revision) revision.state = 'published';
    server.world.emit('revision', revision?.id as string, {}, 'ann');
    expect([await run.done, run.out]).toEqual([0, 'mine@1 is published\n']);
    const asked = server.world.calls.findLast((c) => c.name === 'capture')?.args[1];
    expect(asked).toMatchObject({ image: 'mine', publish: true, labels: { course: 'cs101' } });
  });

  it('console opens a local port that speaks what the machine speaks', async () => {
    const { createServer } = await import('node:net');
    const vnc = createServer((socket) => {
      socket.on('error', () => {});
      socket.write('RFB 003.008\n');
      socket.pipe(socket);
    });
    server.world.consoleSocket = join(dir, 'vnc.sock');
    await new Promise<void>((resolve) => vnc.listen(server.world.consoleSocket, resolve));
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    const run = startCli(server, 'ann', ['console', id]);
    await eventually('the port', () => run.out.includes('\n'));
    const port = Number(/127\.0\.0\.1::(\d+) /.exec(run.out)?.[1]);
    const viewer = connect(port, '127.0.0.1');
    let got = Buffer.alloc(0);
    viewer.on('data', (chunk: Buffer) => (got = Buffer.concat([got, chunk])));
    viewer.on('error', () => {});
    const sent = Buffer.alloc(300_000, 'viewer');
    viewer.write(sent);
    await eventually('the echo', () => got.length === 12 + sent.length);
    expect(got.subarray(12).equals(sent)).toBe(true);
    // What refuses a later viewer is said, and no word of it goes to the viewer.
    server.world.failures.set('openConsole', new CarrelError('wrong-state', 'it is switched off', { hint: 'switch it on' }));
    let second = 0;
    const late = connect(port, '127.0.0.1');
    late.on('data', (chunk: Buffer) => (second += chunk.length)).on('error', () => {});
    await eventually('the reason', () => run.err.includes('console: it is switched off; switch it on\n'));
    await eventually('the second viewer is let go', () => late.destroyed || late.readableEnded);
    expect(second).toBe(0);
    run.interrupt();
    expect(await run.done).toBe(0);
    await eventually('the viewer is let go', () => viewer.destroyed || viewer.readableEnded);
    vnc.close();
    expect((await ann(['console', id, '--port', '70000'])).code).toBe(2);
    expect((await root(['console', id])).code).toBe(7);
    // It is not held open for a machine that is gone.
    const left = startCli(server, 'ann', ['console', id]);
    await eventually('the port', () => left.out.includes('\n') && server.world.waitingReaders > 0);
    server.world.move(id, { state: 'ended', stage: 'gone' });
    expect([await left.done, left.err]).toEqual([4, expect.stringContaining('the reservation is over')]);
  });
});

describe('images', () => {
  it('build follows the job to its end', async () => {
    const run = startCli(server, 'root', ['image', 'build', 'mine', '--recipe', 'starter', '--no-publish']);
    await eventually('the revision', () => server.world.images.has('mine'));
    const revision = server.world.revisions.find((r) => r.image === 'mine');
    if (revision) Object.assign(revision, { state: 'draft', facts: { notes: 'Left out: "data\u001b[2J".' } });
    server.world.emit('revision', revision?.id as string, {}, 'root');
    expect([await run.done, run.out]).toEqual([0, 'mine@1 is draft\n']);
    // What a file says does not steer the terminal.
    expect(run.err).toContain('mine@1: Left out: "data');
    expect(run.err).not.toContain('\u001b');
    expect((await root(['image', 'build', 'mine', '--recipe', 'windows'])).code).toBe(2);
    expect((await root(['image', 'build', 'Odd Name'])).code).toBe(2);
    expect((await ann(['image', 'build', 'mine'])).code).toBe(7);
  });

  it('how far it is stands on the live line of a terminal, and is no line of a log', async () => {
    const runs = [{ columns: 80 }, {}].map((how, i) => startCli(server, 'root', ['image', 'build', `far${i}`, '--no-publish'], how));
    for (const [i, run] of runs.entries()) {
      await eventually('the revision', () => server.world.images.has(`far${i}`));
      const revision = server.world.revisions.find((r) => r.image === `far${i}`);
      if (revision) revision.progress = { text: 'packing the disk', fraction: 0.459 };
      server.world.emit('revision', revision?.id as string, {}, 'root');
      if (i === 0) await eventually('a word of it', () => run.err.includes('packing the disk, 45 %'));
      if (revision) revision.state = 'draft';
      server.world.emit('revision', revision?.id as string, {}, 'root');
      expect(await run.done).toBe(0);
    }
    expect(runs[1]?.err).not.toContain('packing');
  });

  it('import sends the file with what was said of it', async () => {
    const file = join(dir, 'my-image.qcow2');
    writeFileSync(file, Buffer.alloc(3_000_000 / 4, 7));
    const run = startCli(server, 'root', [
      'image',
      'import',
      file,
      '--provider',
      'lab',
      '--user',
      'me',
      '--memory',
      '512',
      '--firmware',
      'efi',
      '--no-tpm',
      '--boot-timeout',
      '60',
    ]);
    await eventually('the revision', () => server.world.images.has('my-image'));
    const request = server.world.calls.findLast((c) => c.name === 'importImage')?.args[1];
    expect(request).toMatchObject({
      bytes: 750_000,
      format: undefined,
      provider: 'lab',
      publish: false,
    });
    // What was not said stays open: secure boot may be proposed by the file.
    expect((request as { hints: unknown }).hints).toEqual({
      ...{ user: 'me', memoryMiB: 512, firmware: 'efi', tpm: false, bootTimeoutS: 60 },
    });
    const revision = server.world.revisions.find((r) => r.image === 'my-image');
    if (revision) {
      revision.state = 'failed';
      revision.failure = { code: 'bad-image', message: 'it has a backing file /etc/passwd', hint: 'Flatten it.', retry: 'never' };
    }
    server.world.emit('revision', revision?.id as string, {}, 'root');
    expect(await run.done).toBe(2);
    expect(run.err).toContain('uploading: 100 %');
    expect(run.err).toContain('it has a backing file /etc/passwd');
  });

  it.each([
    ['nothing.qcow2', undefined, 3, 'there is no file'],
    ['empty.raw', '', 2, 'is empty'],
    ['Bad Name.raw', 'x', 2, 'cannot be the name of an image'],
  ])('import of %s ends with a clear word', async (name, content, code, message) => {
    const file = join(dir, name);
    if (content !== undefined) writeFileSync(file, content);
    const result = await root(['image', 'import', file]);
    expect([result.code, result.err.includes(message)]).toEqual([code, true]);
    expect((await root(['image', 'import', dir, '--format', 'raw'])).err).toContain('is not a file');
  });

  it('import asks whether it would be taken before a byte is sent', async () => {
    const file = join(dir, 'early.raw');
    writeFileSync(file, Buffer.alloc(4096, 1));
    const uploads = async () => (await (await server.fetch('/metrics', { as: 'root' })).text()).match(/operation="uploadImage".*/g);
    const before = await uploads();
    const refusal = new CarrelError('missing-tool', 'this image needs a TPM, and swtpm is not installed', { hint: 'apt install swtpm' });
    server.world.failures.set('checkImport', refusal);
    const result = await root(['image', 'import', file, '--tpm']);
    expect([result.code === 0, result.err]).toEqual([false, expect.stringMatching(/needs a TPM[^]*apt install swtpm/)]);
    const request = server.world.calls.findLast((c) => c.name === 'checkImport')?.args[0];
    expect(request).toMatchObject({ image: 'early', hints: { tpm: true } });
    writeFileSync(join(dir, 'huge.raw'), Buffer.alloc((1 << 20) + 1));
    expect((await root(['image', 'import', join(dir, 'huge.raw')])).err).toContain('at most 0.0 GiB are taken');
    expect(await uploads()).toEqual(before);
  });

  it('of an OVF description the OVA is sent that it makes with its files', async () => {
    const disk = join(dir, 'system');
    writeFileSync(disk, Buffer.alloc(70_000, 7));
    const path = ova(dir, { disk }).replace(/\.ova$/, '.ovf');
    const run = startCli(server, 'root', ['image', 'import', path, '--name', 'described']);
    await eventually('the revision', () => server.world.images.has('described'));
    const request = server.world.calls.findLast((c) => c.name === 'importImage')?.args[1] as { bytes: number } | undefined;
    expect(request?.bytes).toBeGreaterThan(70_000);
    const revision = server.world.revisions.find((r) => r.image === 'described');
    if (revision) revision.state = 'draft';
    server.world.emit('revision', revision?.id as string, {}, 'root');
    await run.done;
    rmSync(join(path, '..', 'disk-0.vmdk'));
    const missing = await root(['image', 'import', path, '--name', 'described']);
    expect([missing.code, missing.err]).toEqual([3, expect.stringContaining('"disk-0.vmdk", which does not lie beside it')]);
  });

  it('show, verify, lineage, publish, retire, rm', async () => {
    expect((await ann(['image', 'show', 'starter'])).out).toContain('starter@1');
    expect((await ann(['image', 'show', 'starter@1'])).out).toContain('golden file  /masters/starter-1.qcow2');
    expect((await root(['image', 'verify', 'starter'])).out).toMatch(/starter@1 +ok +ab/);
    const full = await root(['image', 'verify', 'starter', '--full']);
    expect(full.out).toMatch(/starter@1 +ok, by its descriptor only +ab/);
    expect(full.err).toBe('/m: its bytes could not be read\n');
    const anew = ['image', 'reseal', 'starter@1', '--reason'];
    expect((await root([...anew, 'ds0 is gold now'])).out).toBe('starter@1 is sealed anew on local; it is published\n');
    expect((await root([...anew, 'differs'])).err).toContain('m-flat.vmdk was changed at bytes 0 to 65535');
    expect((await ann([...anew, 'ds0 is gold now'])).err).toContain('operators');
    expect((await root(['image', 'lineage', 'starter'])).out).toBe(
      '/masters/starter-1.qcow2\n  /machines/m1/disk.qcow2   (machine starter-1)\n',
    );
    expect((await root(['image', 'lineage'])).code).toBe(0);
    expect((await root(['image', 'describe', 'starter', 'for the \u001b[2Jfirst week'])).out).toBe(
      'starter: for the \ufffd[2Jfirst week\n',
    );
    expect((await ann(['image', 'ls'])).out).toContain('first week');
    expect((await root(['image', 'describe', 'starter', ''])).out).toBe('starter has no description now\n');
    expect((await root(['image', 'rename', 'starter', 'first'])).out).toBe('starter is called first now\n');
    expect((await ann(['image', 'show', 'first@1'])).out).toContain('first@1');
    const former = await ann(['image', 'show', 'starter@1', '--json']);
    expect([former.code, errorOf(former)]).toMatchObject([3, { code: 'not-found', hint: 'It is called first now.' }]);
    expect((await root(['image', 'rename', 'first', 'First!'])).code).toBe(2);
    expect((await ann(['image', 'rename', 'first', 'second'])).code).toBe(7);
    expect((await root(['image', 'rename', 'first', 'starter'])).code).toBe(0);
    expect((await root(['image', 'retire', 'starter@1'])).out).toBe('starter@1 is retired\n');
    expect((await ann(['image', 'unretire', 'starter@1'])).code).toBe(7);
    expect((await root(['image', 'unretire', 'starter@1'])).out).toBe('starter@1 is draft; hand it out: carrel image publish starter@1\n');
    expect((await root(['image', 'unretire', 'starter@1'])).code).toBe(4);
    expect((await root(['image', 'publish', 'starter@1'])).out).toBe('starter@1 is published\n');
    expect((await root(['image', 'rm', 'starter'])).err).toContain('name a revision');
    (server.world.revisions[0] as { machines: number }).machines = 2;
    const refused = await root(['image', 'rm', 'starter@1']);
    expect([refused.code, refused.err.includes('  - m1')]).toEqual([4, true]);
    (server.world.revisions[0] as { machines: number }).machines = 0;
    const rm = startCli(server, 'root', ['image', 'rm', 'starter@1']);
    await eventually('the job', () => server.world.jobs.size === 1);
    server.world.endJob([...server.world.jobs.keys()][0] as string, { state: 'done' });
    expect([await rm.done, rm.out]).toEqual([0, 'starter@1 is gone\n']);
  });
});

describe('operators', () => {
  it('see jobs, providers, findings and the audit log', async () => {
    const job = server.world.addJob('provision', 'ann', 'stuck');
    expect((await root(['jobs', 'ls', '--state', 'stuck'])).out).toContain('provision');
    expect((await root(['jobs', 'show', job.id.slice(0, 8)])).out).toContain('first');
    expect((await root(['jobs', 'retry', job.id.slice(0, 8)])).out).toContain('is ready');
    expect((await root(['jobs', 'retry', job.id])).code).toBe(4);
    expect((await root(['jobs', 'show', 'ffffffff'])).code).toBe(3);
    expect((await ann(['jobs', 'ls'])).code).toBe(7);
    expect((await root(['provider', 'ls'])).out).toContain('256 of 8192 MiB');
    expect((await root(['reconcile', '--dry-run'])).out).toContain('would-mend');
    expect(server.world.calls.findLast((c) => c.name === 'reconcile')?.args[1]).toEqual({ dryRun: true });
    expect((await ann(['reconcile'])).code).toBe(7);
    expect((await root(['audit', '--json'])).json).toEqual([]);
    const { id } = server.world.addReservation('ann');
    expect((await root(['audit', '--subject', id.slice(0, 8)])).code).toBe(0);
    expect((await root(['audit', '--subject', 'zzz'])).code).toBe(3);
    // A word that the log has: a group's, whose rules were changed.
    const at = '2026-11-23T10:00:00.000Z';
    server.world.audit.push({
      id: '1',
      at,
      actor: 'root',
      action: 'rule.changed',
      subjectKind: 'account',
      subjectId: 'students',
      detail: {},
    });
    expect((await root(['audit', '--subject', 'students'])).out).toContain('account students');
  });

  it('see how much room each datastore of a provider has; of one that is away that it is not known', async () => {
    expect((await root(['provider', 'show', 'local'])).out).not.toContain('datastore');
    Object.assign(server.world.provider, { held: { memoryMiB: 4096, vcpus: 2 } });
    expect((await root(['provider', 'show', 'local'])).out).toMatch(
      /^held +4096 MiB and 2 vCPUs by others' machines, HA or frozen parents: not promised$/m,
    );
    server.world.provider.limits = { machines: 10, memoryMiB: 0, vcpus: 8, storageMiB: 100_000 };
    const full = await root(['provider', 'show', 'local']);
    expect([full.err, full.out]).toEqual(['', expect.stringContaining('--max-memory')]);
    delete server.world.provider.limits;
    delete server.world.provider.held;
    Object.assign(server.world.provider, {
      datastores: [
        { name: 'one', capacityMiB: 2048, freeMiB: 512, roomMiB: 700, promisedMiB: 300 },
        { name: 'two', awaySince: '2026-11-23T10:00:00.000Z', promisedMiB: 20 },
      ],
    });
    const { out } = await root(['provider', 'show', 'local']);
    Object.assign(server.world.provider, { datastores: undefined });
    expect(out).toMatch(/^datastore one +300 of 700 MiB promised to machines; 512 of 2048 MiB free$/m);
    expect(out).toMatch(/^datastore two +away since .*: how much room it has is not known; 20 MiB of it promised to machines$/m);
  });

  it('make accounts and tokens', async () => {
    expect((await root(['account', 'add', 'eve'])).code).toBe(0);
    expect((await root(['account', 'add', 'eve'])).code).toBe(4);
    expect((await root(['account', 'ls'])).out).toContain('eve');
    const made = await root(['token', 'add', 'eve', '--for', '30d']);
    expect([made.code, made.out.startsWith('crl_')]).toEqual([0, true]);
    const tokens = (await root(['token', 'ls', 'eve', '--json'])).json as { id: string }[];
    const id = tokens[0]?.id as string;
    expect((await root(['token', 'rm', 'eve', 'zz'])).code).toBe(3);
    expect((await root(['token', 'rm', 'eve', id.slice(0, 8)])).out).toBe('done\n');
    expect((await root(['token', 'rm', 'eve', id])).code).toBe(3);
    expect((await root(['token', 'add', 'nobody'])).code).toBe(3);
    expect((await ann(['token', 'add', 'ann'])).code).toBe(0);
  });
});

describe('the way to the server', () => {
  it('no server answers: 6, and how to start one', async () => {
    const nowhere = await runCli({ baseUrl: 'http://127.0.0.1:1' }, 'ann', ['ls']);
    expect([nowhere.code, nowhere.err.includes('carrel serve')]).toEqual([6, true]);
    const never = await runCli(undefined, undefined, ['ls', '--json']);
    expect([never.code, errorOf(never).hint?.includes('carrel serve')]).toEqual([6, true]);
  });

  it('no token, a wrong token, a damaged one: 7 or 2', async () => {
    expect((await runCli(server, undefined, ['ls'])).code).toBe(7);
    expect((await runCli(server, undefined, ['ls'], { env: { CARREL_TOKEN: 'a-wrong-token-of-some-length' } })).code).toBe(7);
    expect((await runCli(server, undefined, ['ls'], { env: { CARREL_TOKEN: 'two\nlines' } })).code).toBe(2);
    expect((await ann(['ls', '--token-file', join(dir, 'missing')])).code).toBe(2);
  });

  it.each(['nonsense', 'ftp://x', 'http://', '127.0.0.1:7077'])('%s is no address: 2', async (url) => {
    const result = await ann(['ls', '--url', url]);
    expect([result.code, result.err.includes('is not the address of a server')]).toEqual([2, true]);
  });

  it('what is no Carrel server is told apart', async () => {
    const { createServer } = await import('node:http');
    const other = createServer((_request, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const result = await runCli({ baseUrl: `http://127.0.0.1:${port}` }, 'ann', ['ls']);
    other.close();
    expect(result.err).toContain('is not one of a Carrel server');
  });

  it('reads what the server wrote down, and a token file before the environment', async () => {
    writeFileSync(join(dir, 'client.json'), JSON.stringify({ url: server.baseUrl, token: TOKENS.ann }));
    expect((await runCli(undefined, undefined, ['ls', '--data', dir])).code).toBe(0);
    expect((await runCli(undefined, undefined, ['ls'], { env: { CARREL_DATA: dir } })).code).toBe(0);
    writeFileSync(join(dir, 'token'), `${TOKENS.root}\n`);
    expect((await ann(['account', 'ls', '--token-file', join(dir, 'token')])).code).toBe(0);
    // The token of this machine's server is not sent to another.
    expect((await runCli(undefined, undefined, ['ls', '--data', dir, '--url', server.baseUrl])).code).toBe(7);
    writeFileSync(join(dir, 'client.json'), '{"url":');
    expect((await runCli(undefined, undefined, ['ls', '--data', dir])).err).toContain('is damaged');
  });

  it('a wait outlives a server whose store does not answer', async () => {
    const run = startCli(server, 'ann', ['reserve', 'starter']);
    await eventually('the wait', () => run.err.includes('queued'));
    const id = [...server.world.reservations.keys()][0] as string;
    server.world.failures.set('showReservation', new CarrelError('store-unavailable', 'the store does not answer'));
    await eventually('it says so', () => run.err.includes('the server cannot answer just now; waiting for it to come back'));
    server.world.makeReady(id);
    expect(await run.done).toBe(0);
  });

  it('a wait outlives a server that is restarted', async () => {
    const { createServer } = await import('node:net');
    // The way there is cut for a while.
    let open = true;
    const proxy = createServer((socket) => {
      socket.on('error', () => {});
      if (!open) return void socket.destroy();
      const upstream = connect(Number(new URL(server.baseUrl).port), '127.0.0.1');
      upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
      sockets.add(socket);
      socket.pipe(upstream).pipe(socket);
    });
    const sockets = new Set<import('node:net').Socket>();
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as { port: number };
    const run = startCli({ baseUrl: `http://127.0.0.1:${port}` }, 'ann', ['reserve', 'starter']);
    await eventually('the wait', () => run.err.includes('queued'));
    open = false;
    sockets.forEach((s) => s.destroy());
    await eventually('it says so', () => run.err.includes('waiting for it to come back'));
    server.world.makeReady([...server.world.reservations.keys()][0] as string);
    open = true;
    expect(await run.done).toBe(0);
    proxy.close();
    sockets.forEach((s) => s.destroy());
  });

  it('an answer lost on the way makes no second reservation', async () => {
    const { createServer } = await import('node:net');
    let requests = 0;
    const proxy = createServer((socket) => {
      socket.on('error', () => {});
      const upstream = connect(Number(new URL(server.baseUrl).port), '127.0.0.1');
      upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
      let lost = false;
      socket.on('data', (chunk: Buffer) => {
        if (chunk.toString().startsWith('POST')) lost = requests++ === 0;
        upstream.write(chunk);
      });
      upstream.on('data', (chunk: Buffer) => {
        if (lost) socket.destroy();
        else if (!socket.destroyed) socket.write(chunk);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as { port: number };
    const { code } = await runCli({ baseUrl: `http://127.0.0.1:${port}` }, 'ann', ['reserve', 'starter', '--no-wait']);
    proxy.close();
    expect([code, server.world.reservations.size]).toEqual([0, 1]);
    expect(requests).toBe(2);
  });
});

describe('help', () => {
  it('exit codes, version, help and suggestions', async () => {
    expect((await ann(['help', 'exit-codes'])).out).toContain('130  interrupted');
    expect((await ann(['exit-codes', '--json'])).json).toMatchObject({ 6: 'no server answers' });
    expect((await ann(['version', '--json'])).json).toEqual({ carrel: '0.0.0-test', server: '0.0.0-test' });
    expect((await runCli(undefined, undefined, ['version'])).out).toBe('carrel 0.0.0-test\n');
    expect(await ann(['--version'])).toMatchObject({ code: 0, out: '0.0.0-test\n' });
    expect((await ann(['--help'])).code).toBe(0);
    expect((await ann(['reserv', 'x'])).err).toContain('Did you mean reserve?');
    const bare = await ann(['image']);
    expect([bare.code, bare.err.includes('Usage: carrel image')]).toEqual([2, true]);
    expect(errorOf(await ann(['image', '--json']))).toMatchObject({ code: 'usage', hint: 'see `carrel help image`' });
  });

  it('what is wrong with a command line is answered with the help of that command', async () => {
    for (const [typed, help] of [
      [['extend', 'a'], 'extend'],
      [['status'], 'show'],
      [['provider', 'add'], 'provider add'],
      [['image', 'frob'], 'image'],
      [['--data', '/x', 'ls', '--sort'], 'ls'],
      [['frobnicate'], ''],
    ] as const)
      expect((await ann([...typed])).err).toContain(`see \`${`carrel help ${help}`.trim()}\``);
  });

  it('what the server cannot take is said in words, with what it should be and the help of the command', async () => {
    for (const args of [
      ['reserve', 'starter', '--at', ''],
      ['reserve', 'starter', '--for', ''],
      ['reserve', 'starter', '--memory', '4'],
      ['reserve', 'starter', '--at', 'x'.repeat(61)],
      ['account', 'add', ''],
      ['image', 'reseal', 'starter@1', '--reason', 'x'],
    ]) {
      const { err, code } = await root(args);
      expect([args, code]).toEqual([args, 2]);
      expect(err).not.toMatch(/openapi|must not have|schema/);
      expect(err).toContain('see `carrel help');
    }
    expect((await root(['reserve', 'starter', '--memory', '4'])).err).toContain('memoryMiB is at least 16');
  });

  it('with --json help is the tree of commands, whichever way it is asked for', async () => {
    const { json } = await ann(['help', '--json']);
    const all = (of: CommandHelp): CommandHelp[] => [of, ...of.commands.flatMap(all)];
    const each = all(json as CommandHelp);
    expect(each.find(({ command }) => command === 'carrel provider add')).toMatchObject({
      arguments: [{ name: 'kind', required: true, choices: ['vcenter', 'esxi'] }, { name: 'name' }],
      options: expect.arrayContaining([expect.objectContaining({ flags: '--address <url>', takes: 'a value' })]),
    });
    const one = each.find(({ command }) => command === 'carrel reserve');
    expect((await ann(['help', 'reserve', '--json'])).json).toEqual(one);
    expect((await ann(['reserve', '--help', '--json'])).json).toEqual(one);
    expect((await ann(['help', 'reserve'])).out).toContain('Usage: carrel reserve');
  });

  it('a fault of ours is shown without its stack, unless asked for', async () => {
    server.world.failures.set('listImages', new Error('boom'));
    const result = await ann(['image', 'ls']);
    expect([result.code, result.err.includes('    at ')]).toEqual([1, false]);
    server.world.failures.set('listImages', new Error('boom'));
    expect((await ann(['image', 'ls'], { env: { CARREL_DEBUG: '1' } })).err).toContain('    at ');
  });
});

describe('provider add', () => {
  const words = ['provider', 'add', 'vcenter', 'lab', '--address', 'https://vc.example', '--user', 'carrel@vsphere.local'];
  const asked = () => server.world.calls.findLast((c) => c.name === 'addProvider')?.args[1];
  const passwordFile = () => {
    const file = join(dir, 'password');
    writeFileSync(file, 'the word\n');
    return file;
  };

  it('takes a pinned certificate and a password from a file', async () => {
    const pin = 'ab'.repeat(32);
    const { code, out } = await root([
      ...words,
      '--fingerprint',
      pin,
      '--password-file',
      passwordFile(),
      '--datastore',
      'a',
      '--datastore',
      'b',
    ]);
    expect([code, out]).toEqual([0, expect.stringContaining('carrel image import --provider lab')]);
    expect(asked()).toMatchObject({
      password: 'the word',
      trust: { fingerprint256: pin },
      datastores: ['a', 'b'],
      name: 'lab',
      kind: 'vcenter',
    });
    expect(out).not.toContain('the word');
  });

  it('without a way to judge it, shows the certificate and trusts it only at a yes', async () => {
    const said: string[] = [];
    const ask = (answer: string) => async (question: string) => {
      said.push(question);
      return answer;
    };
    const yes = await root([...words, '--password-file', passwordFile()], { ask: ask('yes') });
    expect([yes.code, said[0]]).toEqual([0, expect.stringContaining('AB:AB')]);
    expect(asked()).toMatchObject({ trust: { fingerprint256: expect.stringMatching(/^AB:AB/) } });
    const before = server.world.calls.length;
    const no = await root([...words, '--password-file', passwordFile()], { ask: ask('no') });
    expect([no.code, no.err]).toEqual([2, expect.stringContaining('--fingerprint ABABAB')]);
    // With --json there is nobody to ask.
    const json = await root([...words, '--password-file', passwordFile(), '--json'], { ask: ask('yes') });
    expect([json.code, errorOf(json).hint]).toEqual([2, expect.stringContaining('--fingerprint')]);
    expect(server.world.calls.slice(before).map((c) => c.name)).not.toContain('addProvider');
  });

  it('asks for a password that no file gives, hidden, and takes none from the arguments', async () => {
    const asks: unknown[] = [];
    const { code } = await root([...words, '--system-ca'], {
      ask: async (question, options) => {
        asks.push([question, options]);
        return 'typed';
      },
    });
    expect([code, asks]).toEqual([0, [['password of carrel@vsphere.local: ', { hidden: true }]]]);
    expect(asked()).toMatchObject({ password: 'typed', trust: { system: true } });
    expect(await root([...words, '--system-ca'])).toMatchObject({ code: 2, err: expect.stringContaining('--password-file') });
    expect((await root([...words, '--system-ca', '--password', 'x'])).code).toBe(2);
  });

  it('says of an address or a fingerprint that is none what one looks like', async () => {
    const file = passwordFile();
    const other = ['provider', 'add', 'esxi', 'lab', '--user', 'root', '--password-file', file];
    expect(await root([...other, '--address', 'vcenter'])).toMatchObject({ code: 2, err: expect.stringContaining('https://') });
    expect(await root([...other, '--address', 'http://vc.example'])).toMatchObject({ code: 2, err: expect.stringContaining('https://') });
    const inAddress = await root([...other, '--address', 'https://root:hunter2@vc.example']);
    expect(inAddress).toMatchObject({ code: 2, err: expect.stringContaining('--password-file') });
    expect(inAddress.err).not.toContain('hunter2');
    expect(await root([...words, '--password-file', file, '--fingerprint', 'abc'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('64 hex digits'),
    });
  });

  it('is for operators', async () => {
    expect((await ann([...words, '--system-ca', '--password-file', passwordFile()])).code).toBe(7);
  });
});

describe('provider check and vms', () => {
  it('says all that is wrong, and ends with 1 if something blocks', async () => {
    const { code, out } = await root(['provider', 'check', 'local']);
    expect([code, out]).toEqual([1, expect.stringContaining('BLOCKS  the account lacks a privilege')]);
    expect(out).toContain('C, 2 hosts, DRS off');
    expect((await root(['provider', 'check', 'nowhere'])).code).toBe(3);
  });

  it('lists what there is to import', async () => {
    expect(await root(['provider', 'vms', 'local'])).toMatchObject({ code: 0, out: expect.stringMatching(/\/DC\/vm\/t +template/) });
  });
});

describe('image import of a machine', () => {
  it('asks for it at its provider', async () => {
    await root(['image', 'import', '--provider', 'lab', '--vm', 'templates/Debian', '--adopt', '--user', 'debian']);
    expect(server.world.calls.findLast((c) => c.name === 'importVm')?.args[1]).toMatchObject({
      image: 'debian',
      provider: 'lab',
      vm: 'templates/Debian',
      how: 'adopt',
      user: 'debian',
    });
  });

  it('is a draft, handed out unseen, or proved first, as was said', async () => {
    const imported = async (...options: string[]) => {
      await root(['image', 'import', '--provider', 'lab', '--vm', 'a', ...options]);
      return server.world.calls.findLast((c) => c.name === 'importVm')?.args[1];
    };
    expect(await imported()).toMatchObject({ publish: false });
    expect(await imported('--publish')).toMatchObject({ publish: true });
    expect(await imported('--prove')).toMatchObject({ publish: false });
    await root(['image', 'prove', 'starter@1', '--publish-unclean', 'a lab of its own']);
    expect(server.world.calls.findLast((c) => c.name === 'proveRevision')?.args[1]).toMatchObject({
      image: 'starter',
      revision: 1,
      proof: { publish: true, publishUnclean: 'a lab of its own' },
    });
  });

  it('makes one more master of a revision that is there', async () => {
    await root(['image', 'import', '--provider', 'lab', '--vm', 'templates/Debian', '--as-master-of', 'starter@1']);
    const call = server.world.calls.findLast((c) => c.name === 'importVm')?.args[1];
    expect(call).toMatchObject({ image: 'starter', masterOf: 1, provider: 'lab' });
    const both = ['--as-master-of', 'starter@1', '--name', 'other'];
    expect(await root(['image', 'import', '--provider', 'lab', '--vm', 'a', ...both])).toMatchObject({ code: 2 });
  });

  it('takes a file or a machine, not both', async () => {
    expect(await root(['image', 'import', 'x.qcow2', '--vm', 'a', '--provider', 'b'])).toMatchObject({ code: 2 });
    expect(await root(['image', 'import', '--vm', 'a'])).toMatchObject({ code: 2, err: expect.stringContaining('--provider') });
  });
});

describe('docs/guide/cli.md', () => {
  const guide = readFileSync(new URL('../../docs/guide/cli.md', import.meta.url), 'utf8');
  const program = makeProgram({ version: '0', defaultDataDir: () => '/x' });
  const leaves = (command: Command, path: string): [string, Command][] =>
    command.commands.flatMap((c) =>
      c.commands.length > 0 ? leaves(c, `${path} ${c.name()}`) : [[`${path} ${c.name()}`, c] as [string, Command]],
    );
  const all = leaves(program, 'carrel').filter(([path]) => path !== 'carrel complete');

  it.each(all)('%s is there with each of its options', (path, command) => {
    const row = guide.split('\n').find((line) => line.startsWith(`| \`${path}\``) || line.startsWith(`| \`${path} `));
    expect(row, `a row that begins with \`${path}\``).toBeDefined();
    // What every list takes is said once.
    for (const { long } of command.options) expect(long === '--output' ? guide : row).toContain(long);
  });

  it('no row is about a command that is not there', () => {
    const named = [...guide.matchAll(/^\| `(carrel [a-z-]+(?: [a-z-]+)?)/gm)].map((m) => m[1] as string);
    const known = [
      ...all.map(([path]) => path),
      'carrel serve',
      'carrel server join',
      'carrel backup',
      'carrel restore',
      'carrel demo',
      'carrel doctor',
    ];
    expect(named.filter((name) => !known.some((path) => name === path || name.startsWith(`${path} `)))).toEqual([]);
  });

  it('has the exit codes as they are', () => {
    for (const [code, text] of EXIT_TEXT) expect(guide).toContain(`| ${code} | ${text} |`);
  });
});

describe('completion', () => {
  const complete = async (...words: string[]): Promise<string[]> =>
    (await ann(['complete', '--', ...words])).out.split('\n').filter(Boolean);

  it('offers commands, options, choices and names from the server', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    expect(await complete('re')).toEqual(['reserve', 'reimage', 'relocate', 'reconcile']);
    expect(await complete('image', '')).toContain('lineage');
    expect(await complete('')).not.toContain('complete');
    expect(await complete('reserve', 'st')).toEqual(['starter']);
    expect(await complete('reserve', '--mode', '')).toEqual(['linked', 'full', 'instant']);
    expect(await complete('reserve', '--mode', 'full', '')).toEqual(['starter']);
    expect(await complete('reserve', '--m')).toEqual(['--mode', '--memory']);
    expect(await complete('end', '')).toEqual([id.slice(0, 8)]);
    expect(await complete('end', id.slice(0, 8), '')).toEqual([id.slice(0, 8)]);
    expect(await complete('power', id, '')).toEqual(['on', 'off', 'reset', 'shutdown']);
    expect(await complete('image', 'publish', '')).toEqual(['starter@1']);
    expect(await complete('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(await complete('jobs', 'show', '')).toEqual([]);
    expect(await complete('ls', '--js')).toEqual(['--json']);
    expect(await complete('nonsense', '')).toEqual([]);
  });

  it('without a server it offers nothing, soon, and disturbs nobody', async () => {
    const result = await runCli({ baseUrl: 'http://127.0.0.1:1' }, 'ann', ['complete', '--', 'reserve', '']);
    expect(result).toMatchObject({ code: 0, out: '', err: '' });
    expect(await runCli(undefined, undefined, ['complete', '--', 'reserve', ''])).toMatchObject({ code: 0, out: '', err: '' });
  });

  it('has a script for each shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) expect((await ann(['completion', shell])).out).toContain('carrel complete --');
    expect((await ann(['completion', 'tcsh'])).code).toBe(2);
  });
});
