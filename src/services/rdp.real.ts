/** The terminal in the browser, of a machine that people come into by Remote Desktop. */
import { expect, onTestFinished, test } from 'vitest';
import { drain, makeBench, readyOne } from '../../test/support/engine.ts';
import { Sealer } from '../engine/credentials.ts';
import { prepareImage } from '../engine/intents/image.ts';
import * as reservations from '../store/reservations.ts';
import type { Parts } from './parts.ts';
import { reservationServices } from './reservations.ts';

test('it is refused with what to do instead, and no credential is made for it', async () => {
  const bench = await makeBench(onTestFinished);
  const { source } = await bench.world.source(onTestFinished);
  if (source.kind !== 'file') throw new Error('the fake imports files');
  const rdp = { ...source, profile: { user: 'Administrator', protocol: 'rdp' as const } };
  await prepareImage(bench.deps, bench.who, { image: 'golden', publish: true, source: rdp, told: { kind: 'file' } });
  await drain(bench);
  const { id } = await readyOne(bench);
  const parts = { deps: bench.deps, sealer: new Sealer(Buffer.alloc(32, 1)) } as Parts;
  const caller = { ...bench.who, role: 'admin' as const };
  const asked = { id, size: { cols: 80, rows: 24 } };
  await expect(reservationServices(parts).openShell(caller, asked, new AbortController().signal)).rejects.toMatchObject({
    code: 'not-supported',
    message: expect.stringContaining('by Remote Desktop'),
    hint: expect.stringContaining('carrel rdp'),
  });
  expect((await reservations.find(bench.store.db, id))?.credential).toBeNull();
});
