/** Providers that an operator adds, over the simulator as vCenter and as ESXi: the way from an address to an image that is there. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { newCaller, newInstallation, startPlane } from '../../test/support/control-plane.ts';
import { makeCtx } from '../lib/context.ts';
import { errorCode } from '../lib/errors.ts';
import { waitFor } from '../lib/retry.ts';
import * as providers from '../store/providers.ts';
import { testDb } from '../store/testing.ts';
import { CLOUD_IMAGE } from '../vsim/model/options.ts';
import { turnBit } from '../vsim/model/trouble.ts';
import { startVsim, type Vsim } from '../vsim/vsim.ts';

async function setUp(kind: 'vcenter' | 'esxi' = 'vcenter') {
  const t = await testDb(onTestFinished);
  const vsim = await startVsim({ kind, masters: 1, bootMs: 1 });
  onTestFinished(() => vsim.close());
  const plane = await startPlane(t.url, newInstallation(), { qemu: false, providerPauses: { look: 200, away: 200 } });
  const [root, ada] = [await newCaller(t.db, 'root', 'admin'), await newCaller(t.db, 'ada', 'user')];
  return { t, vsim, kind, plane, services: plane.services, root, ada };
}

const endpoint = (vsim: Vsim, kind: 'vcenter' | 'esxi' = 'vcenter') => ({
  name: 'lab',
  kind,
  url: vsim.url,
  username: vsim.username,
  password: vsim.password,
  trust: { fingerprint256: vsim.fingerprint256 },
});

test.each(['vcenter', 'esxi'] as const)(
  '%s: added, an image of a machine there, disabled, enabled, and taken out only when nothing stands on it',
  async (kind) => {
    const { t, vsim, services, root, ada } = await setUp(kind);
    const added = await services.addProvider(root, endpoint(vsim, kind));
    expect(added).toMatchObject({
      name: 'lab',
      kind,
      state: 'up',
      replicas: true,
      connection: { url: vsim.url },
      cloneModes: expect.arrayContaining(['linked']),
    });
    expect(added.limits.machines).toBeGreaterThan(0);
    // How it is reached is for operators, and the password for nobody.
    expect((await services.listProviders(ada))[0]).not.toHaveProperty('connection');
    const told = JSON.stringify([added, await services.listProviders(root), await t.db.selectFrom('audit').selectAll().execute()]);
    expect(told).not.toContain(vsim.password);
    expect(JSON.stringify(await t.db.selectFrom('provider').selectAll().execute())).not.toContain(vsim.password);

    const { revision } = await importGolden({ services, root, vsim });
    const made = await waitFor(makeCtx({ timeoutMs: 600_000 }), 10, async () => {
      const now = await services.showRevision('golden', revision.number);
      return now?.state === 'preparing' ? undefined : now;
    });
    expect(made).toMatchObject({ state: 'published', masters: [{ provider: 'lab' }], facts: { seal: 'samples' } });
    const verify = async () => await services.verifyImage(root, { image: 'golden', full: true }, AbortSignal.timeout(600_000));
    const note = 'no more than samples was sealed of it';
    expect(await verify()).toMatchObject({ ok: true, checks: [{ files: [{ compared: 'samples', note }] }] });
    const golden = (await verify()).checks[0]?.files[0]?.path ?? '';
    turnBit(vsim.model, golden, 5);
    expect(await verify()).toMatchObject({
      ok: false,
      checks: [{ files: [{ path: golden, problem: expect.stringContaining('-flat.vmdk') }] }],
    });
    turnBit(vsim.model, golden, 5);

    const reserve = () => services.reserve(ada, { id: crypto.randomUUID(), image: 'golden', mode: 'linked', forMs: 3_600_000 });
    expect(await services.enableProvider(root, 'lab', false)).toMatchObject({ state: 'disabled' });
    await expect(reserve()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('lab is disabled') });
    expect(await services.enableProvider(root, 'lab', true)).toMatchObject({ state: 'up' });
    await expect(services.deleteProvider(root, 'lab')).rejects.toMatchObject({
      code: 'has-children',
      hint: expect.stringContaining('disable'),
    });
    expect(await services.changeProvider(root, 'lab', { limits: { machines: 1 } })).toMatchObject({ limits: { machines: 1 } });
  },
);

const importGolden = ({ services, root, vsim }: Pick<Awaited<ReturnType<typeof setUp>>, 'services' | 'root' | 'vsim'>) =>
  services.importVm(root, { image: 'golden', provider: 'lab', vm: vsim.sim.master().path, how: 'copy', publish: true });

test('what is wrong is said when it is added, and nothing of it is kept', async () => {
  const { t, vsim, services, root } = await setUp();
  const attempt = (more: object) => services.addProvider(root, { ...endpoint(vsim), ...more }).catch((error: unknown) => error);
  const cases: [object, string, RegExp][] = [
    [{ password: 'not-the-word' }, 'no-permission', /account was refused/],
    [{ trust: { fingerprint256: '00'.repeat(32) } }, 'no-permission', /certificate/],
    [{ trust: { system: true } }, 'no-permission', /certificate/],
    [{ url: 'https://127.0.0.1:9' }, 'unavailable', /cannot be reached/],
    [{ datacenter: 'Nowhere' }, 'not-found', /Nowhere/],
    [{ kind: 'esxi' }, 'not-supported', /./],
    [{ name: 'a b' }, 'bad-request', /name/],
  ];
  for (const [more, code, said] of cases) {
    const error = await attempt(more);
    expect([more, errorCode(error)]).toEqual([more, code]);
    expect(String((error as Error).message)).toMatch(said);
    expect(JSON.stringify(error)).not.toContain('not-the-word');
  }
  expect(await services.listProviders(root)).toEqual([]);
  expect(await t.db.selectFrom('audit').selectAll().execute()).toEqual([]);
});

test('a wrong password is tried once: nobody’s account is locked by an attempt', async () => {
  const { vsim, services, root } = await setUp();
  const logins = () => vsim.stats.byMethod.get('Login') ?? 0;
  const before = logins();
  await services.addProvider(root, { ...endpoint(vsim), password: 'not-the-word' }).catch(() => {});
  expect(logins() - before).toBe(1);
});

test('what is counted of linked clones is set without opening the provider, and shown', async () => {
  const { t, vsim, services, root } = await setUp();
  expect(await services.addProvider(root, { ...endpoint(vsim), linkedPercent: 7 })).toMatchObject({ linkedPercent: 7 });
  const before = vsim.stats.byMethod.get('Login');
  const changed = await services.changeProvider(root, 'lab', { linkedPercent: 30 });
  expect([changed, (await services.listProviders(root))[0]]).toMatchObject([{ linkedPercent: 30, state: 'up' }, { linkedPercent: 30 }]);
  expect(vsim.stats.byMethod.get('Login')).toBe(before);
  const host = { id: randomUUID(), serverId: randomUUID(), name: 'host', kind: 'qemu', now: new Date() };
  await providers.ensureHost(t.db, host);
  await expect(services.changeProvider(root, 'host', { limits: { machines: 1 } })).rejects.toMatchObject({ code: 'wrong-state' });
  expect(await services.changeProvider(root, 'host', { linkedPercent: 0 })).toMatchObject({ linkedPercent: 0 });
});

test('a provider, its share and the word of it in the audit log are written together or not at all', async () => {
  const { t, vsim, services, root } = await setUp();
  const written = async () => [
    (await providers.list(t.db)).map((p) => [p.connection, p.linkedStoragePercent]),
    (await t.db.selectFrom('audit').selectAll().execute()).length,
  ];
  // What the contract would not let through: the store refuses it.
  await expect(services.addProvider(root, { ...endpoint(vsim), linkedPercent: 101 })).rejects.toThrow();
  expect(await written()).toEqual([[], 0]);
  await services.addProvider(root, endpoint(vsim));
  const before = await written();
  await expect(services.changeProvider(root, 'lab', { limits: { machines: 3 }, linkedPercent: 101 })).rejects.toThrow();
  expect(await written()).toEqual(before);
});

test('a change that does not work leaves the provider as it was', async () => {
  const { vsim, services, root } = await setUp();
  await services.addProvider(root, endpoint(vsim));
  await expect(services.changeProvider(root, 'lab', { password: 'not-the-word' })).rejects.toMatchObject({ code: 'no-permission' });
  expect((await services.listProviders(root))[0]).toMatchObject({ state: 'up', connection: { username: vsim.username } });
  expect(await services.enableProvider(root, 'lab', true)).toMatchObject({ state: 'up' });
});

test('why one is not up is told as a notice, or with the code of the error whose words it has', async () => {
  const { t, vsim, services, root } = await setUp();
  const up = await services.addProvider(root, endpoint(vsim));
  expect(Object.keys(up).filter((name) => name.startsWith('problem'))).toEqual([]);
  const off = await services.enableProvider(root, 'lab', false);
  expect(off).toMatchObject({ problem: 'an operator disabled it', problemNotice: { code: 'provider-disabled', facts: {} } });
  expect(off).not.toHaveProperty('problemCode');
  // By SQL: of a disabled one nobody says so, and of another its keeper would say what it sees.
  await t.db.updateTable('provider').set({ enabled: true, state: 'down', stateReason: 'no route', stateCode: 'unavailable' }).execute();
  const [down] = await services.listProviders(root);
  expect(down).toMatchObject({ problem: 'no route', problemCode: 'unavailable' });
  expect(down).not.toHaveProperty('problemNotice');
});

test('the certificate of first contact is what the server shows', async () => {
  const { vsim, services } = await setUp();
  expect(await services.showCertificate(vsim.url, AbortSignal.timeout(600_000))).toMatchObject({ fingerprint256: vsim.fingerprint256 });
  await expect(services.showCertificate('https://127.0.0.1:9', AbortSignal.timeout(600_000))).rejects.toMatchObject({
    code: 'unavailable',
  });
});

test('a certificate that is another than it was is not taken by itself: the provider is down and says so, until the new one is stored', async () => {
  const { vsim, services, root } = await setUp();
  await services.addProvider(root, endpoint(vsim));
  await vsim.close();
  const renewed = await startVsim({ kind: 'vcenter', masters: 1, bootMs: 1, port: Number(new URL(vsim.url).port) });
  onTestFinished(() => renewed.close());
  const down = await waitFor(makeCtx({ timeoutMs: 600_000 }), 10, async () => {
    const [now] = await services.listProviders(root);
    return now?.problemCode === 'no-permission' ? now : undefined;
  });
  expect(down).toMatchObject({ state: 'down', problem: expect.stringMatching(/certificate[^]*new fingerprint/) });
  expect(renewed.stats.byMethod.get('Login') ?? 0).toBe(0);
  const { fingerprint256 } = await services.showCertificate(renewed.url, AbortSignal.timeout(600_000));
  expect(await services.changeProvider(root, 'lab', { trust: { fingerprint256 } })).toMatchObject({ state: 'up' });
});

test.each(['vcenter', 'esxi'] as const)(
  '%s: check says what is wrong without keeping anything, and vms lists what there is to import',
  async (kind) => {
    const { vsim, services, root } = await setUp(kind);
    await services.addProvider(root, endpoint(vsim, kind));
    const signal = AbortSignal.timeout(600_000);
    expect(await services.checkProvider(root, 'lab', {}, signal)).toMatchObject({
      ok: true,
      server: { kind },
      missing: [],
      datastores: expect.arrayContaining([expect.objectContaining({ name: 'ds0', used: true, supported: true })]),
    });
    vsim.model.denied.add(`${vsim.username} Datastore.FileManagement`);
    const report = await services.checkProvider(root, 'lab', {}, signal);
    expect(report).toMatchObject({
      ok: false,
      missing: expect.arrayContaining([expect.objectContaining({ privilege: 'Datastore.FileManagement' })]),
    });
    expect(report?.problems.filter((p) => p.blocking).map((p) => p.message)).toContainEqual(
      expect.stringContaining('Datastore.FileManagement'),
    );
    const vms = (await services.listProviderVms('lab', signal)) ?? [];
    expect(vms).toContainEqual({ path: vsim.sim.master().path, template: false, power: 'off', ours: false, unreadable: false });
    expect(await services.checkProvider(root, 'nowhere', {}, signal)).toBeUndefined();
  },
);

test('a disk file of a cloud image is sent to the vCenter, published, and lent', async () => {
  const t = await testDb(onTestFinished);
  const vsim = await startVsim({ ...CLOUD_IMAGE, masters: 0, bootMs: 1, guestSshPort: 2223 });
  onTestFinished(() => vsim.close());
  const installation = newInstallation();
  const { services } = await startPlane(t.url, installation, { qemu: false });
  const [root, ada] = [await newCaller(t.db, 'root', 'admin'), await newCaller(t.db, 'ada', 'user')];
  await services.addProvider(root, { ...endpoint(vsim), network: 'VM Network' });
  const path = join(installation.dir, 'cloud.raw');
  const disk = Buffer.alloc(4 * 2 ** 20);
  disk.writeUInt16LE(0xaa55, 510);
  writeFileSync(path, disk);
  await services.checkImport({ image: 'gold', provider: 'lab', format: 'raw', hints: {} });
  await expect(services.checkImport({ image: 'gold', provider: 'nowhere', format: 'raw', hints: {} })).rejects.toMatchObject({
    code: 'not-found',
  });
  const { revision } = await services.importImage(root, {
    image: 'cloud',
    path,
    bytes: disk.length,
    sha256: '0'.repeat(64),
    notes: ['It came by post.'],
    publish: true,
    format: 'raw',
    provider: 'lab',
    hints: { user: 'debian', sshPort: 2223, access: 'cloud-init' },
  });
  const made = await waitFor(makeCtx({ timeoutMs: 600_000 }), 10, async () => {
    const now = await services.showRevision('cloud', revision.number);
    return now?.state === 'preparing' ? undefined : now;
  });
  expect(made).toMatchObject({
    state: 'published',
    facts: { importedFormat: 'raw', notes: expect.stringContaining('It came by post.') },
    masters: [{ provider: 'lab', virtualBytes: disk.length }],
  });
  const { id } = await services.reserve(ada, { id: crypto.randomUUID(), image: 'cloud', mode: 'linked', forMs: 3_600_000 });
  const lent = await waitFor(makeCtx({ timeoutMs: 600_000 }), 10, async () => {
    const now = await services.showReservation(id);
    return now?.state === 'preparing' ? undefined : now;
  });
  expect(lent).toMatchObject({
    state: 'ready',
    machine: { host: expect.stringMatching(/\w/), datastores: [expect.stringMatching(/^ds\d$/)] },
  });
});

test('a trial clone is made and taken away: what stops it is a problem of the check, and nothing of it stays', async () => {
  const { t, vsim, services, root } = await setUp();
  await services.addProvider(root, endpoint(vsim));
  const { revision } = await importGolden({ services, root, vsim });
  await waitFor(makeCtx({ timeoutMs: 600_000 }), 10, async () =>
    (await services.showRevision('golden', revision.number))?.state === 'preparing' ? undefined : true,
  );
  const signal = AbortSignal.timeout(600_000);
  const standing = () => [...vsim.model.vms.values()].map((vm) => vm.name).toSorted();
  const before = standing();
  const good = await services.checkProvider(root, 'lab', { clone: 'golden' }, signal);
  expect(good).toMatchObject({ trial: { revision: 'golden@1', disks: [expect.any(String), expect.any(String)] }, ok: true });
  expect(standing()).toEqual(before);
  const proofs = t.db.selectFrom('audit').selectAll().where('action', '=', 'provider.tried');
  expect(await proofs.execute()).toHaveLength(1);

  // What no privilege tells: the snapshot that clones stand on is refused.
  vsim.model.denied.add(`${vsim.username} VirtualMachine.Inventory.CreateFromExisting`);
  const bad = await services.checkProvider(root, 'lab', { clone: 'golden' }, signal);
  expect(bad).not.toHaveProperty('trial');
  expect(bad).toMatchObject({ ok: false });
  expect(bad?.problems.map((p) => p.message)).toContainEqual(expect.stringContaining('a trial clone of golden@1 failed'));
  expect(standing()).toEqual(before);
  await expect(services.checkProvider(root, 'lab', { clone: 'golden', revision: 7 }, signal)).rejects.toMatchObject({ code: 'not-found' });
  await expect(services.checkProvider(root, 'lab', { clone: 'nothing' }, signal)).rejects.toMatchObject({ code: 'not-found' });
});

test('another way to linked clones is taken for new machines, and taken back', async () => {
  const { vsim, services, root } = await setUp();
  await services.addProvider(root, endpoint(vsim));
  expect(await services.changeProvider(root, 'lab', { strategy: 'child-disk' })).toMatchObject({ facts: { linkedClones: 'child-disk' } });
  expect(await services.changeProvider(root, 'lab', { strategy: null })).toMatchObject({ facts: { linkedClones: 'snapshot-clone' } });
});
