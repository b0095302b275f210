/** Several servers on one store, each with a host of its own and all with one vCenter. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test, vi } from 'vitest';
import { newCaller, newInstallation, startPlane } from '../../test/support/control-plane.ts';
import { buildApi } from '../api/server.ts';
import { FakeDriver } from '../drivers/fake/fake-driver.ts';
import { FakeWorld } from '../drivers/fake/world.ts';
import { tellAway } from '../engine/away.ts';
import { makeCtx } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import { silentLogger } from '../lib/log.ts';
import { waitFor } from '../lib/retry.ts';
import type { Caller } from '../services/interface.ts';
import * as masters from '../store/masters.ts';
import { type TestDb, testDb } from '../store/testing.ts';
import { CLOUD_IMAGE } from '../vsim/model/options.ts';
import { startVsim } from '../vsim/vsim.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Installation } from './installation.ts';
import { joinInstallation } from './join.ts';

const until = <T>(look: () => Promise<T | undefined>) => waitFor(makeCtx({ timeoutMs: 600_000 }), 10, look);
/** An address alone does not tell one simulated guest from another; a port that nobody else here takes does. */
const GUEST_SSH_PORT = 2327;

const presence = { beatMs: 50, holdMs: 3_000 };

interface Server {
  plane: ControlPlane;
  world: FakeWorld;
  installation: Installation;
  /** Name of its host's provider. */
  host: string;
}

async function serve(t: TestDb, installation: Installation, world = new FakeWorld()): Promise<Server> {
  const driver = new FakeDriver({ world, tag: installation.id });
  const plane = await startPlane(t.url, installation, { driver, presence });
  const host = await t.db.selectFrom('provider').select('name').where('serverId', '=', installation.serverId).executeTakeFirstOrThrow();
  return { plane, world, installation, host: host.name };
}

function keyFile(installation: Installation): string {
  return join(installation.dir, 'secrets.key');
}

function emptyFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'carrel-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return join(dir, 'joined');
}

const joined = (t: TestDb, first: Installation, dataDir = emptyFolder()) =>
  joinInstallation({ dataDir, databaseUrl: t.url, keyFile: keyFile(first) });

async function two() {
  const t = await testDb(onTestFinished);
  const a = await serve(t, newInstallation());
  const b = await serve(t, await joined(t, a.installation));
  const [root, ada] = [await newCaller(t.db, 'root', 'admin'), await newCaller(t.db, 'ada', 'user')];
  return { t, a, b, root, ada };
}

async function ready(of: ControlPlane, caller: Caller, image: string) {
  const { id } = await of.services.reserve(caller, { id: crypto.randomUUID(), image, mode: 'linked', forMs: 3_600_000 });
  return until(async () => {
    const now = await of.services.showReservation(id);
    if (now?.state === 'failed') throw new Error(JSON.stringify(now.failure));
    return now?.state === 'ready' ? now : undefined;
  });
}

const published = (of: ControlPlane, image: string) =>
  until(async () => ((await of.services.showRevision(image, 1))?.state === 'published' ? true : undefined));

test('whichever server is asked, a host’s work is done by the server on that host, and each says what it is', async () => {
  const { a, b, root, ada } = await two();
  expect(a.host).not.toBe(b.host);
  await a.plane.services.buildImage(root, { image: 'there', recipe: 'tiny', publish: true, provider: b.host });
  await published(a.plane, 'there');
  const made = await ready(a.plane, ada, 'there');
  expect(made.provider).toBe(b.host);
  expect(Object.keys(b.world.state.machines)).toEqual([made.machine.id]);
  expect(Object.keys(a.world.state.machines)).toEqual([]);
  await a.plane.services.endReservation(ada, { id: made.id });
  await until(async () => ((await b.plane.services.showReservation(made.id))?.state === 'ended' ? true : undefined));
  expect(Object.keys(b.world.state.machines)).toEqual([]);
  const all = await a.plane.services.listServers();
  expect(all).toHaveLength(2);
  for (const { installation, host } of [a, b])
    expect(all.find((s) => s.id === installation.serverId)).toMatchObject({ state: 'up', hosts: [host], holds: [host] });
});

test('a vCenter that one server adds is there on the other; one of them watches it, and when that one stops the other does', async () => {
  const { t, a, b, root, ada } = await two();
  const vsim = await startVsim({ ...CLOUD_IMAGE, kind: 'vcenter', masters: 1, bootMs: 1, guestSshPort: GUEST_SSH_PORT });
  onTestFinished(() => vsim.close());
  const way = { name: 'lab', kind: 'vcenter' as const, url: vsim.url, username: vsim.username, password: vsim.password };
  await b.plane.services.addProvider(root, { ...way, trust: { fingerprint256: vsim.fingerprint256 } });
  const { id } = await t.db.selectFrom('provider').select('id').where('name', '=', 'lab').executeTakeFirstOrThrow();
  await until(async () => (a.plane.parts.deps.drivers.has(id) ? true : undefined));
  const holds = () => [a, b].filter(({ plane }) => plane.presence.holds(id));
  expect(holds()).toHaveLength(1);
  const [holder] = holds() as [Server];
  const other = holder === a ? b : a;
  const vm = vsim.sim.master().path;
  await a.plane.services.importVm(root, { image: 'golden', provider: 'lab', vm, how: 'copy', publish: true, sshPort: GUEST_SSH_PORT });
  await published(b.plane, 'golden');
  await holder.plane.stop();
  await until(async () => (other.plane.presence.holds(id) ? true : undefined));
  expect((await ready(other.plane, ada, 'golden')).provider).toBe('lab');
  // Disabled by one, it is let go of by all.
  const back = await serve(t, holder.installation);
  await until(async () => (back.plane.parts.deps.drivers.has(id) ? true : undefined));
  await other.plane.services.enableProvider(root, 'lab', false);
  await until(async () => (back.plane.parts.deps.drivers.has(id) ? undefined : true));
});

test('a host whose server is away is said to be down, its machines unreachable and not lost; when it is back, all is as it was', async () => {
  const { t, a, b, root, ada } = await two();
  await b.plane.services.buildImage(root, { image: 'there', recipe: 'tiny', publish: true, provider: b.host });
  await published(b.plane, 'there');
  const made = await ready(b.plane, ada, 'there');
  await b.plane.stop();
  // One that stops in order says so; nothing is the matter with its machines.
  await until(async () => {
    const there = (await a.plane.services.listProviders(root)).find((p) => p.name === b.host);
    return there?.problem?.includes('was stopped since') ? true : undefined;
  });
  expect((await a.plane.services.showReservation(made.id))?.machine?.condition).toBeUndefined();
  // As a server leaves it that ended without a word.
  await sql`update server set stopped_at = null, beat_at = clock_timestamp() - interval '1 minute' where id = ${b.installation.serverId}`.execute(
    t.db,
  );
  await until(async () => {
    const seen = await a.plane.services.showReservation(made.id);
    return seen?.machine?.condition?.kind === 'unreachable' ? seen : undefined;
  });
  const provider = (await a.plane.services.listProviders(root)).find((p) => p.name === b.host);
  expect(provider).toMatchObject({ state: 'down', problem: expect.stringContaining('is away since') });
  expect(await a.plane.services.showReservation(made.id)).toMatchObject({
    state: 'ready',
    stageText: expect.stringContaining('cannot be controlled'),
  });
  // A look that was cut off between the two is made good by the next.
  await sql`update machine set condition = null, condition_since = null where id = ${made.machine.id}`.execute(t.db);
  await until(async () => ((await a.plane.services.showReservation(made.id))?.machine?.condition === undefined ? undefined : true));
  // Nothing is concluded about it, however often a server looks.
  await a.plane.services.reconcile(root, { dryRun: false }, new AbortController().signal);
  expect(await tellAway(a.plane.parts.deps)).toBe(0);
  const back = await serve(t, b.installation, b.world);
  const still = await until(async () => {
    const seen = await back.plane.services.showReservation(made.id);
    return seen?.machine?.condition === undefined ? seen : undefined;
  });
  expect(still).toMatchObject({ state: 'ready', machine: { id: made.machine?.id } });
});

test('a host that will not come back is written off: what was there ends without a proof, and is taken away should it come back', async () => {
  const { t, a, b, root, ada } = await two();
  await b.plane.services.buildImage(root, { image: 'there', recipe: 'tiny', publish: true, provider: b.host });
  await published(b.plane, 'there');
  await b.plane.services.buildImage(root, { image: 'useless', recipe: 'tiny', publish: false, provider: b.host });
  await until(async () => ((await b.plane.services.showRevision('useless', 1))?.state === 'draft' ? true : undefined));
  const [made, leaving] = [await ready(b.plane, ada, 'there'), await ready(b.plane, ada, 'there')];
  await b.plane.stop();
  const { services } = a.plane;
  const show = (id: string) => services.showReservation(id);
  const writeOff = () => services.writeOffProvider(root, b.host, 'the disk died');
  await until(async () => ((await services.listProviders(root)).find((p) => p.name === b.host)?.state === 'down' ? true : undefined));
  await services.endReservation(ada, { id: leaving.id });
  // As a delete leaves it that was cut off before its record: what it stood on was read, and nobody can look what became of that.
  const before = { startedAt: new Date().toISOString(), chains: [[{ path: 'gone.qcow2', bytes: 1, identity: 'x', parent: null }]] };
  await sql`update machine set before_delete = ${JSON.stringify(before)} where id = ${leaving.machine.id}`.execute(t.db);
  await expect(writeOff()).rejects.toMatchObject({ code: 'wrong-state', hint: expect.stringContaining('10m') });
  expect(await show(made.id)).toMatchObject({ state: 'ready' });
  expect(await show(leaving.id)).toMatchObject({ state: 'ending' });

  await sql`update provider set state_since = state_since - interval '10 minutes' where name = ${b.host}`.execute(t.db);
  const forget = () => services.forgetServer(root, b.installation.serverId);
  await expect(forget()).rejects.toMatchObject({ code: 'has-children', hint: expect.stringContaining(`write-off ${b.host}`) });
  expect(await writeOff()).toMatchObject({ state: 'disabled', problem: 'written off: the disk died', writtenOffSince: expect.anything() });
  for (const { id, machine } of [made, leaving]) {
    await until(async () => ((await show(id))?.state === 'ended' ? true : undefined));
    expect(await services.showMachine(root, machine.id, new AbortController().signal)).toMatchObject({
      state: 'gone',
      proof: { writtenOff: `${b.host}: the disk died`, removed: [], parents: [] },
    });
  }
  expect((await show(made.id))?.notes).toContain(`its machine was on ${b.host}, which was written off: the disk died`);
  await expect(ready(a.plane, ada, 'there')).rejects.toMatchObject({ code: 'unavailable' });
  expect(Object.keys(b.world.state.machines)).toHaveLength(2);

  // What it has of images can be given up too; otherwise it stays.
  const useless = (await services.showRevision('useless', 1))?.id as string;
  await services.deleteRevision(root, useless);
  await until(async () => ((await services.showRevision('useless', 1)) === undefined ? true : undefined));
  const { items: told } = await services.listAudit({ limit: 9, subject: useless });
  expect(told.find((entry) => entry.action === 'master.removed')?.detail).toMatchObject({
    proof: { writtenOff: `${b.host}: the disk died` },
  });

  await expect(services.forgetServer(root, a.installation.serverId)).rejects.toMatchObject({ code: 'wrong-state' });
  expect(await forget()).toBe(true);
  expect(await forget()).toBe(false);
  expect((await services.listServers()).map((s) => s.id)).toEqual([a.installation.serverId]);

  // Its server finds it written off, and touches nothing.
  const back = await serve(t, b.installation, b.world);
  await back.plane.services.reconcile(root, { dryRun: false }, new AbortController().signal);
  expect(Object.keys(b.world.state.machines)).toHaveLength(2);
  const again = await back.plane.services.enableProvider(root, b.host, true);
  expect([again?.state, again?.writtenOffSince]).toEqual(['up', undefined]);
  await back.plane.services.reconcile(root, { dryRun: false }, new AbortController().signal);
  expect(Object.keys(b.world.state.machines)).toEqual([]);
  await ready(back.plane, ada, 'there');
});

test('who joins needs the key and the shared database, and joins once', async () => {
  const t = await testDb(onTestFinished);
  const mine = newInstallation();
  await expect(joined(t, mine)).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('no installation') });
  await (await serve(t, mine)).plane.stop();
  const dataDir = emptyFolder();
  const first = await joined(t, mine, dataDir);
  expect(first).toMatchObject({ id: mine.id, key: mine.key });
  expect(first.serverId).not.toBe(mine.serverId);
  expect(await joined(t, mine, dataDir)).toEqual(first);
  const wrong = join(emptyFolder(), '..', 'other.key');
  writeFileSync(wrong, Buffer.alloc(32, 7).toString('base64'), { mode: 0o600 });
  await expect(joinInstallation({ dataDir: emptyFolder(), databaseUrl: t.url, keyFile: wrong })).rejects.toMatchObject({
    code: 'store-foreign',
    hint: expect.stringContaining('secrets.key'),
  });
  // A key that lies there alone is never written over.
  const alone = emptyFolder();
  mkdirSync(alone);
  copyFileSync(wrong, join(alone, 'secrets.key'));
  await expect(joined(t, mine, alone)).rejects.toMatchObject({ code: 'store-foreign' });
  expect(readFileSync(join(alone, 'secrets.key'))).toEqual(readFileSync(wrong));
  await expect(joined(t, mine, join(wrong, 'below'))).rejects.toBeInstanceOf(CarrelError);
  await expect(joined(t, mine, newInstallation().dir)).rejects.toMatchObject({ code: 'store-foreign' });
  await expect(joinInstallation({ dataDir, databaseUrl: undefined, keyFile: keyFile(mine) })).rejects.toMatchObject({
    code: 'bad-request',
    message: expect.stringContaining('DATABASE_URL'),
  });
});

/** Serves the API of one, as the others reach it. */
async function reachable(t: TestDb, { plane, installation }: Server): Promise<void> {
  const staging = { dir: installation.dir, maxBytes: 1, maxUnpackedBytes: 1, keepFreeBytes: 0 };
  const app = await buildApi({ services: plane.services, version: 'test', log: silentLogger, staging });
  onTestFinished(() => app.close());
  plane.presence.reachedAt(await app.listen({ host: '127.0.0.1', port: 0 }));
  const { serverId } = installation;
  await until(async () => (await t.db.selectFrom('server').select('url').where('id', '=', serverId).executeTakeFirst())?.url ?? undefined);
}

test('golden disks and chains on another server’s host are read by that server, for who may see them; one that is away is named', async () => {
  const { t, a, b, root, ada } = await two();
  await reachable(t, b);
  await a.plane.services.buildImage(root, { image: 'there', recipe: 'tiny', publish: true, provider: b.host });
  await published(a.plane, 'there');
  const made = await ready(a.plane, ada, 'there');
  const signal = new AbortController().signal;
  const verify = (more: object = {}) => a.plane.services.verifyImage(root, { image: 'there', ...more }, signal);
  const show = async (by: Caller) => (await a.plane.services.showMachine(by, made.machine.id, signal))?.chains;
  const there = await b.plane.services.verifyImage(root, { image: 'there' }, signal);
  expect(there).toMatchObject({ ok: true, checks: [{ revision: 1, provider: b.host, ok: true }] });
  expect(await verify()).toEqual(there);
  await expect(verify({ provider: a.host })).rejects.toMatchObject({ code: 'not-found' });
  for (const by of [ada, root]) expect(await show(by)).toEqual((await b.plane.services.showMachine(by, made.machine.id, signal))?.chains);
  expect((await show(ada))?.[0]?.disks).toHaveLength(2);
  // Of both hosts, each chain once, as that host's own server has it.
  const lineage = (of: Server, image?: string) => of.plane.services.lineage(root, image, signal);
  const [all, whole] = [await lineage(a), await lineage(b, 'there')];
  expect([all.complete, all.notRead]).toEqual([true, undefined]);
  expect(all.chains.map((c) => c.provider).toSorted()).toEqual([b.host, b.host]);
  expect(await lineage(a, 'there')).toEqual(whole);
  expect(whole.chains.map((c) => c.owner).toSorted()).toEqual(['machine', 'master']);
  // Whose machine it is, is asked first.
  const eve = await newCaller(t.db, 'eve', 'user');
  expect(await a.plane.services.showMachine(eve, made.machine.id, signal)).toBeUndefined();
  await expect(a.plane.services.verifyImage(eve, { image: 'there' }, signal)).rejects.toMatchObject({ code: 'not-allowed' });
  const [golden] = (await masters.ofRevisions(t.db, [(await a.plane.services.showRevision('there', 1))?.id as string])).flatMap(
    (m) => m.files,
  );
  b.world.change(({ disks }) => Object.assign(disks[golden?.path as string] as object, { seed: 'changed' }));
  expect(await verify()).toMatchObject({ ok: false, checks: [{ ok: false, provider: b.host }] });
  await b.plane.stop();
  await expect(verify()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining(`${b.host} is served by`) });
  expect(await show(ada)).toEqual([]);
  const without = await lineage(a);
  expect(without).toMatchObject({ complete: false, notRead: [{ provider: b.host, reason: expect.stringContaining('is served by') }] });
  expect(without.chains).toEqual([]);
});

/** The header by which one server says to another for whom it asks. */
async function wordOf(of: ControlPlane, caller: Caller, path: string): Promise<string> {
  const heard = new Promise<string>((resolve) => {
    const listener = createServer((request, response) => {
      resolve(String(request.headers['x-carrel-on-behalf']));
      response.end('{}');
    });
    onTestFinished(() => void listener.close());
    listener.listen(0, '127.0.0.1', () => {
      const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
      const what = { method: 'GET', path, headers: {}, body: undefined };
      void of.services.passOn({ name: 'x', url, fingerprint256: undefined }, caller, what, new AbortController().signal);
    });
  });
  return heard;
}

test('the word of another server is for one request of one account, good once, and nobody else can give it', async () => {
  const { t, a, b, ada } = await two();
  const word = () => wordOf(a.plane, ada, '/api/v1/reservations/1/console?x=1');
  const asked = 'GET /api/v1/reservations/1/console';
  const good = await word();
  expect(await b.plane.services.callerOnBehalf(good, asked)).toMatchObject({ accountId: ada.accountId, role: 'user', onBehalf: true });
  expect(await b.plane.services.callerOnBehalf(good, asked)).toBeUndefined();
  expect(await b.plane.services.callerOnBehalf(await word(), 'GET /api/v1/reservations/2/console')).toBeUndefined();
  const [payload = '', mark = ''] = (await word()).split('.');
  const other = { ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object), accountId: crypto.randomUUID() };
  for (const forged of [`${Buffer.from(JSON.stringify(other)).toString('base64url')}.${mark}`, payload, '', `${payload}.`, 'x.y'])
    expect(await b.plane.services.callerOnBehalf(forged, asked)).toBeUndefined();
  const late = await word();
  const clock = vi.spyOn(b.plane.parts.deps, 'now').mockImplementation(() => new Date(Date.now() + 60_000));
  expect(await b.plane.services.callerOnBehalf(late, asked)).toBeUndefined();
  clock.mockRestore();
  const off = await word();
  await t.db.updateTable('account').set({ offSince: new Date() }).where('id', '=', ada.accountId).execute();
  expect(await b.plane.services.callerOnBehalf(off, asked)).toBeUndefined();
});

test('a server that shows another certificate than it wrote down is not told anything', async () => {
  const { a, ada } = await two();
  const vsim = await startVsim({ kind: 'vcenter' });
  onTestFinished(() => vsim.close());
  const peer = { name: 'x', url: new URL(vsim.url).origin };
  const what = { method: 'GET', path: '/', headers: {}, body: undefined };
  const ask = (fingerprint256: string | undefined) =>
    a.plane.services.passOn({ ...peer, fingerprint256 }, ada, what, new AbortController().signal);
  for (const wrong of [undefined, '0'.repeat(64)]) await expect(ask(wrong)).rejects.toMatchObject({ code: 'unavailable' });
  expect((await ask(vsim.fingerprint256.replaceAll(':', '').toLowerCase())).status).toBeGreaterThan(0);
});
