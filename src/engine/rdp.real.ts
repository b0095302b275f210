/** Machines that people come into by Remote Desktop, from the import to the file. */
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, type BenchOptions, drain, makeBench, readyOne } from '../../test/support/engine.ts';
import { publicKey } from '../../test/support/public-key.ts';
import type { MasterSource } from '../driver/index.ts';
import { makeCtx } from '../lib/context.ts';
import * as images from '../store/images.ts';
import { Sealer } from './credentials.ts';
import { connect, rdpFileOf, sshTarget } from './intents/connect.ts';
import { assertImport, prepareImage } from './intents/image.ts';

const sealer = new Sealer(Buffer.alloc(32, 1));
const KEY = publicKey(1);

async function windowsSource(bench: Bench): Promise<MasterSource> {
  const { source } = await bench.world.source(onTestFinished);
  if (source.kind !== 'file') throw new Error('the fake imports files');
  return { ...source, profile: { user: 'Administrator', protocol: 'rdp' } };
}

/** A bench whose published image is one with Remote Desktop. */
async function withRdp(options: BenchOptions = {}): Promise<Bench> {
  const bench = await makeBench(onTestFinished, options);
  const source = await windowsSource(bench);
  await prepareImage(bench.deps, bench.who, { image: 'golden', publish: true, source, told: { kind: 'file' } });
  await drain(bench);
  return bench;
}

test('connect says protocol, port, user and password; the file holds all but the password, and there is no way by SSH', async () => {
  const bench = await withRdp();
  const { id } = await readyOne(bench);
  const at = await connect(makeCtx(), bench.deps, sealer, bench.who, id, undefined);
  expect(at).toMatchObject({ protocol: 'rdp', host: '127.0.0.1', port: 3389, user: 'Administrator' });
  const { name, text } = await rdpFileOf(bench.deps, id);
  expect(name).toMatch(/^[a-z0-9-]+\.rdp$/);
  expect(text.split('\r\n').slice(0, 2)).toEqual(['full address:s:127.0.0.1:3389', 'username:s:Administrator']);
  expect(text).not.toContain(at.password);
  await expect(connect(makeCtx(), bench.deps, sealer, bench.who, id, KEY)).rejects.toMatchObject({ code: 'not-supported' });
  await expect(sshTarget(makeCtx(), bench.deps, id)).rejects.toMatchObject({
    code: 'not-supported',
    hint: expect.stringContaining('carrel rdp'),
  });
});

test('a revision that says nothing of it is reached by SSH, and gives no such file', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, revisionId } = await readyOne(bench);
  expect((await images.revision(bench.store.db, revisionId))?.profile?.guest).not.toHaveProperty('protocol');
  expect(await connect(makeCtx(), bench.deps, sealer, bench.who, id, KEY)).toMatchObject({ protocol: 'ssh' });
  await expect(rdpFileOf(bench.deps, id)).rejects.toMatchObject({ code: 'not-supported', hint: 'carrel ssh' });
});

test('where machines are reached by SSH alone such an image is refused before anything is made or sent', async () => {
  const bench = await makeBench(onTestFinished, { capabilities: { protocols: ['ssh'] } });
  const source = await windowsSource(bench);
  const made = prepareImage(bench.deps, bench.who, { image: 'windows', publish: true, source, told: { kind: 'file' } });
  await expect(made).rejects.toMatchObject({ code: 'not-supported', message: expect.stringContaining('by SSH alone') });
  const sent = assertImport(bench.deps, undefined, { claimed: undefined, profile: { protocol: 'rdp' } });
  await expect(sent).rejects.toMatchObject({ code: 'not-supported' });
});
