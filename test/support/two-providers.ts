/**
 * One image on this host's driver and on a simulated vCenter at one time. The vCenter goes away in the middle: what was under way there is made
 * here, what was to end there ends when it is back, and nothing is left on either.
 */
import { randomUUID } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { sql } from 'kysely';
import { expect, onTestFinished } from 'vitest';
import type { Driver } from '../../src/driver/index.ts';
import { DOWN_MS } from '../../src/engine/intents/elsewhere.ts';
import { leaveDownProviders } from '../../src/engine/timers.ts';
import type { Installation } from '../../src/main/installation.ts';
import * as machines from '../../src/store/machines.ts';
import * as providers from '../../src/store/providers.ts';
import * as reservations from '../../src/store/reservations.ts';
import { testDb } from '../../src/store/testing.ts';
import { CLOUD_IMAGE } from '../../src/vsim/model/options.ts';
import { startVsim, type Vsim } from '../../src/vsim/vsim.ts';
import { newCaller, newInstallation, startPlane } from './control-plane.ts';
import { until } from './server.ts';

/** The same on both, so that what is reserved is spread evenly. */
export const LIMITS = { machines: 4, memoryMiB: 8192, vcpus: 16 };

/** What makes machines on the host itself. */
export interface Host {
  driver: Driver;
  /** What the image is made by there. */
  recipe: string;
  /** What there is of machines. */
  left(): Promise<unknown[]>;
}

/** A way to a server that can be cut and mended, on a port that stays. */
async function cuttable(to: URL): Promise<{ port: number; cut(): void; mend(): void }> {
  let away = false;
  const open = new Set<Socket>();
  const server = createServer((here) => {
    if (away) {
      here.destroy();
      return;
    }
    const there = connect(Number(to.port), to.hostname);
    for (const [one, other] of [
      [here, there],
      [there, here],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
    here.pipe(there).pipe(here);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shut = () => {
    away = true;
    for (const socket of open) socket.destroy();
  };
  onTestFinished(async () => {
    shut();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, cut: shut, mend: () => void (away = false) };
}

/** Everything in the simulated datastores, by folder. */
const folders = (vsim: Vsim) =>
  vsim.model.storage.all().flatMap((store) => [...store.subfolders('')].map((name) => `${store.name}/${name}`));

async function setUp(makeHost: (installation: Installation) => Promise<Host>, guestSshPort: number) {
  const t = await testDb(onTestFinished);
  const vsim = await startVsim({ ...CLOUD_IMAGE, kind: 'vcenter', masters: 1, masterBytes: 2 ** 20, bootMs: 1, guestSshPort });
  onTestFinished(() => vsim.close());
  const way = await cuttable(new URL(vsim.url));
  const installation = newInstallation();
  const host = await makeHost(installation);
  const plane = await startPlane(t.url, installation, { driver: host.driver, providerPauses: { look: 200, answer: 3_000 } });
  const { services } = plane;
  const [root, ada] = [await newCaller(t.db, 'root', 'admin'), await newCaller(t.db, 'ada', 'user')];
  const published = (count: number) =>
    until('the masters', async () => {
      const now = await services.showRevision('starter', 1);
      if (now?.state !== 'published' && now?.state !== 'preparing') throw new Error(now?.failure?.message ?? now?.state);
      return now.masters.length === count ? now : undefined;
    });
  const here = hostname();
  await services.buildImage(root, { image: 'starter', recipe: host.recipe, publish: true });
  await published(1);
  await services.addProvider(root, {
    name: 'lab',
    kind: 'vcenter',
    url: `https://127.0.0.1:${way.port}/sdk`,
    username: vsim.username,
    password: vsim.password,
    trust: { fingerprint256: vsim.fingerprint256 },
  });
  const vm = vsim.sim.master().path;
  await services.importVm(root, { image: 'starter', provider: 'lab', vm, how: 'copy', masterOf: 1, sshPort: guestSshPort });
  await published(2);
  await services.changeProvider(root, 'lab', { limits: LIMITS });
  return { t, vsim, way, plane, services, ada, here, host };
}

/** One image on both: reservations are spread; when one goes down all go on, and nothing is left. */
export async function oneGoesDown(makeHost: (installation: Installation) => Promise<Host>, guestSshPort: number): Promise<void> {
  const { t, vsim, way, plane, services, ada, here, host } = await setUp(makeHost, guestSshPort);
  const { db } = t;
  const before = folders(vsim);
  const names = new Map((await providers.list(db)).map((p) => [p.id, p.name]));
  const lab = [...names].find(([, name]) => name === 'lab')?.[0] as string;
  const reserve = () => services.reserve(ada, { id: randomUUID(), image: 'starter', mode: 'linked', forMs: 3_600_000 });
  const row = async (id: string) => (await reservations.find(db, id)) as NonNullable<Awaited<ReturnType<typeof reservations.find>>>;
  const reaches = (id: string, state: string) =>
    until(`reservation ${id} to be ${state}`, async () => {
      // What waits for a pause between two tries waits no longer.
      await db.updateTable('job').set({ runAt: sql<Date>`created_at` }).where('state', '=', 'ready').execute();
      const now = await row(id);
      if (now.state === 'failed') throw new Error(now.failure?.message);
      return now.state === state ? now : undefined;
    });

  const first = [await reserve(), await reserve()];
  const ready = await Promise.all(first.map(({ id }) => reaches(id, 'ready')));
  expect(new Set(ready.map((r) => names.get(r.providerId)))).toEqual(new Set([here, 'lab']));
  const onLab = ready.find((r) => r.providerId === lab) as (typeof ready)[number];
  const onHost = ready.find((r) => r.providerId !== lab) as (typeof ready)[number];

  // One more is half made there when it goes away: there is a machine, and it was not switched on.
  const mended = vsim.fault({ point: 'drop', method: ['PowerOnVM_Task', 'PowerOnMultiVM_Task'], count: 1_000_000 });
  const more = [await reserve(), await reserve()];
  const rows = await Promise.all(more.map(({ id }) => row(id)));
  const half = rows.find((r) => r.providerId === lab) as (typeof rows)[number];
  expect(half).toBeDefined();
  await until('a half-made machine', () => vsim.model.byInstanceUuid(half.machineId));
  way.cut();
  await services.endReservation(ada, { id: onLab.id });
  await until('the provider to be down', async () =>
    (await services.listProviders(ada)).some((p) => p.name === 'lab' && p.state === 'down') ? true : undefined,
  );
  const later = { ...plane.parts.deps, now: () => new Date(Date.now() + DOWN_MS + 1_000) };
  expect(await leaveDownProviders(later)).toBe(1);
  const whileDown = await Promise.all(more.map(({ id }) => reaches(id, 'ready')));
  expect(whileDown.map((r) => names.get(r.providerId))).toEqual([here, here]);
  expect(await row(half.id)).toMatchObject({ tried: [{ provider: 'lab', code: 'unavailable' }] });
  // It goes on lending and ending here, and what is there still counts there.
  await services.endReservation(ada, { id: onHost.id });
  await reaches(onHost.id, 'ended');
  expect((await machines.used(db, lab)).machines).toBe(2);
  expect((await row(onLab.id)).state).toBe('ending');

  mended();
  way.mend();
  await reaches(onLab.id, 'ended');
  await until('what was half made to be gone', async () => {
    await db.updateTable('job').set({ runAt: sql<Date>`created_at` }).where('state', '=', 'ready').execute();
    return (await machines.find(db, half.machineId))?.state === 'gone' ? true : undefined;
  });
  for (const { id } of more) {
    await services.endReservation(ada, { id });
    await reaches(id, 'ended');
  }
  expect(vsim.model.byInstanceUuid(half.machineId)).toBeUndefined();
  expect(vsim.model.byInstanceUuid(onLab.machineId)).toBeUndefined();
  expect(folders(vsim)).toEqual(before);
  expect(await host.left()).toEqual([]);
  const live = await db.selectFrom('job').select(['saga', 'state']).where('state', 'in', ['ready', 'running', 'stuck']).execute();
  expect(live).toEqual([]);
  if (vsim.model.bugs.length > 0) throw vsim.model.bugs[0];
}
