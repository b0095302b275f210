import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startCli } from '../../test/support/run-cli.ts';
import { eventually, startTestServer, type TestServer } from '../../test/support/test-server.ts';
import { LABEL_KEY, LABEL_VALUE, MOST_LABELS } from '../contract/labels.ts';
import * as core from '../core/labels.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function run(...args: string[]) {
  const cli = startCli(server, 'ann', args);
  const code = await cli.done;
  return { code, out: cli.out, err: cli.err };
}

it('an image has labels as a reservation has: put on when it is built, shown, found by, changed and taken away', async () => {
  const root = async (...args: string[]) => {
    const cli = startCli(server, 'root', args);
    return { code: await cli.done, out: cli.out };
  };
  const labels = ['--label', 'course=cs101', '--label', 'os='];
  const disk = join(mkdtempSync(join(tmpdir(), 'labels-')), 'mine.raw');
  onTestFinished(() => rmSync(dirname(disk), { recursive: true }));
  const head = Buffer.alloc(4096);
  head.writeUInt16BE(0x55aa, 510);
  writeFileSync(disk, head);
  for (const [name, args] of [
    ['built', ['build', 'built', '--recipe', 'starter', '--no-publish']],
    ['mine', ['import', disk]],
  ] as const) {
    const made = root('image', ...args, ...labels);
    await eventually('its labels', () => server.world.images.get(name)?.labels !== undefined);
    expect(server.world.images.get(name)?.labels).toEqual({ course: 'cs101', os: '' });
    const revision = server.world.revisions.find((r) => r.image === name);
    if (revision) revision.state = 'draft';
    server.world.emit('revision', revision?.id as string, {}, 'root');
    expect((await made).code).toBe(0);
  }
  await root('image', 'label', 'built', 'course-');
  expect((await run('image', 'show', 'mine')).out).toContain('labels: course=cs101, os=\n');
  expect((await run('image', 'ls', '--wide')).out).toMatch(/LABELS[^]*course=cs101/);
  const found = (await run('image', 'ls', '--label', 'course=cs101,os')).out;
  expect([found.includes('mine'), found.includes('built')]).toEqual([true, false]);
  expect((await run('image', 'ls', '--label', 'course=cs102')).out).toContain('no images with that label');
  const wrong = await run('image', 'ls', '--label', 'Course=1');
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('write KEY=VALUE')]);
  expect((await root('image', 'label', 'mine', 'course=cs102', 'os-')).out).toBe('mine has course=cs102\n');
  expect((await root('image', 'label', 'mine', 'course-')).out).toBe('mine has no labels\n');
  expect((await root('image', 'label', 'mine', 'Course=x')).code).toBe(2);
  expect((await run('image', 'label', 'mine', 'course=x')).code).not.toBe(0);
});

it('one more master of a revision may bring labels for its image', async () => {
  const what = ['image', 'import', '--provider', 'starter', '--vm', 'a', '--as-master-of', 'starter@1', '--label', 'course=cs103'];
  const cli = startCli(server, 'root', what);
  await eventually('its labels', () => server.world.images.get('starter')?.labels?.['course'] === 'cs103');
  const job = [...server.world.jobs.values()].at(-1);
  if (job) job.state = 'done';
  server.world.emit('job', job?.id as string, {}, 'root');
  expect(await cli.done).toBe(0);
});

it('labels are put on when it is reserved, shown, found by, changed and taken away', async () => {
  const made = await run('reserve', 'starter', '--no-wait', '--label', 'course=cs101', '--label', 'note=a=b', '--label', 'empty=');
  expect(made.code).toBe(0);
  const [id] = [...server.world.reservations.keys()] as [string];
  expect(server.world.reservations.get(id)?.labels).toEqual({ course: 'cs101', note: 'a=b', empty: '' });
  await run('reserve', 'starter', '--no-wait');
  expect((await run('show', id)).out).toMatch(/labels +course=cs101, note=a=b, empty=/);
  expect((await run('ls', '--wide')).out).toMatch(/LABELS[^]*course=cs101/);
  expect((await run('ls', '-q', '--label', 'course=cs101,note')).out).toBe(`${id}\n`);
  expect((await run('ls', '--label', 'course=cs102')).out).toContain('no reservations');
  const wrong = await run('ls', '--label', 'Course=1');
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('write KEY=VALUE')]);

  const changed = await run('label', id, 'course=cs102', 'note-');
  expect([changed.code, changed.out]).toEqual([0, `${id.slice(0, 8)} has course=cs102, empty=\n`]);
  expect((await run('label', id, 'course-', 'empty-')).out).toContain('no labels');
  for (const args of [
    ['label', id, 'nonsense'],
    ['label', id, '=x'],
    ['label', id],
    ['reserve', 'starter', '--label', 'x'],
  ]) {
    expect([args, (await run(...args)).code]).toEqual([args, 2]);
  }
  for (const label of ['Course=x', 'a=b,c', `a=${'x'.repeat(64)}`]) {
    const { code, err } = await run('label', id, label);
    expect([label, code, err]).toEqual([label, 2, expect.stringMatching(/the (?:key|value) of a label/)]);
  }
  const client = server.client('ann');
  for (const labels of [{ Course: 'x' }, { a: 'b,c' }, { a: 'x'.repeat(64) }]) {
    await expect(client.labelReservation({ params: { id }, body: { labels: labels as never } })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('labels'),
    });
  }
});

it("the contract's bounds are the core's", () => {
  expect([MOST_LABELS, LABEL_KEY, LABEL_VALUE]).toEqual([core.MOST_LABELS, core.LABEL_KEY, core.LABEL_VALUE]);
});
