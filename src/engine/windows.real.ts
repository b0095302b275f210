/** Machines that were made with a password of their own: who connects is told that one, and nothing is set in the guest. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, makeBench, readyOne, reservationOf } from '../../test/support/engine.ts';
import type { Driver, MasterSource } from '../driver/index.ts';
import { makeCtx } from '../lib/context.ts';
import * as images from '../store/images.ts';
import { type GuestCredential, Sealer } from './credentials.ts';
import { connect } from './intents/connect.ts';
import { assertImport, prepareImage } from './intents/image.ts';
import { proveRevision } from './intents/prove.ts';

const sealer = new Sealer(Buffer.alloc(32, 1));
const OWN = 'abcDE-23456-fghjk-MNPQR';

/** The bench with guests that take no handover; those asked for a password of their own are written down. */
function withOwn(bench: Bench): string[] {
  const asked: string[] = [];
  const { guest } = bench.deps.drivers.get(bench.providerId) as Driver;
  guest.ownPassword = async (_ctx, machineId) => {
    asked.push(machineId);
    return OWN;
  };
  guest.handover = () => Promise.reject(new Error('something was handed over'));
  return asked;
}

const sourceOf = async (bench: Bench, profile: Extract<MasterSource, { kind: 'file' }>['profile']): Promise<MasterSource> => {
  const { source } = await bench.world.source(onTestFinished);
  if (source.kind !== 'file') throw new Error('the fake imports files');
  return { ...source, profile };
};

test('connect tells it, keeps it sealed, and writes it into no audit', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await readyOne(bench);
  const asked = withOwn(bench);
  for (let i = 0; i < 2; i++) {
    expect((await connect(makeCtx(), bench.deps, sealer, bench.who, id, undefined)).password).toBe(OWN);
  }
  expect(asked).toEqual([machineId, machineId]);
  const { credential } = await reservationOf(bench, id);
  expect(sealer.open<GuestCredential>(id, credential as Buffer).password).toBe(OWN);
  expect(credential?.includes(OWN)).toBe(false);
  const audit = await bench.store.db.selectFrom('audit').selectAll().execute();
  expect(audit.map((row) => row.action)).toContain('reservation.connected');
  expect(JSON.stringify(audit)).not.toContain(OWN);
});

test('a proof hands nothing over', async () => {
  const bench = await makeBench(onTestFinished);
  const source = await sourceOf(bench, {});
  const { revision } = await prepareImage(bench.deps, bench.who, { image: 'brought', publish: false, source, told: { kind: 'file' } });
  await drain(bench);
  const asked = withOwn(bench);
  const of = { image: 'brought', revision: revision.number };
  await proveRevision(bench.deps, bench.who, { id: randomUUID(), ...of, proof: { publish: true } });
  await drain(bench);
  expect(asked).toHaveLength(1);
  expect(await images.revision(bench.store.db, revision.id)).toMatchObject({ state: 'published', facts: { proved: expect.anything() } });
});

const WAYS = ['cloud-init', 'guest-operations', 'cloudbase-init'] as const;

test.each([
  ['sysprep', WAYS, /--access cloudbase-init/],
  ['sysprep', undefined, /on vCenter and ESXi hosts only/],
  ['cloudbase-init', undefined, /on vCenter and ESXi hosts only/],
  ['guest-operations', ['cloud-init'], /a way into machines on vSphere/],
] as const)('an image by %s is refused where its guests are set up by %j alone', async (access, guestWays, hint) => {
  const bench = await makeBench(onTestFinished, { capabilities: { protocols: ['ssh', 'rdp'], ...(guestWays ? { guestWays } : {}) } });
  const refusal = { code: 'not-supported', hint: expect.stringMatching(hint) };
  const source = await sourceOf(bench, { access });
  const made = prepareImage(bench.deps, bench.who, { image: 'win', publish: true, source, told: { kind: 'file' } });
  await expect(made).rejects.toMatchObject(refusal);
  await expect(assertImport(bench.deps, undefined, { claimed: undefined, profile: { access } })).rejects.toMatchObject(refusal);
});

test('SSH is refused of Windows', async () => {
  const bench = await makeBench(onTestFinished, { capabilities: { guestWays: WAYS } });
  const source = await sourceOf(bench, { access: 'cloudbase-init', protocol: 'ssh' });
  const made = prepareImage(bench.deps, bench.who, { image: 'win', publish: true, source, told: { kind: 'file' } });
  await expect(made).rejects.toMatchObject({ code: 'bad-request', message: expect.stringContaining('by Remote Desktop') });
});
