import { expect, test } from 'vitest';
import { ctx } from '../../../../test/support/vsphere-cases.ts';
import { VSphereWorld } from '../../../../test/support/vsphere-harness.ts';
import { setConnection } from '../../../vsim/model/trouble.ts';
import type { Vm } from '../../../vsim/model/entities.ts';
import { startVsim } from '../../../vsim/vsim.ts';
import { VSphereDriver, type VSphereProviderOptions } from '../index.ts';

const check = async (w: VSphereWorld, more: Partial<VSphereProviderOptions> = {}) =>
  await new VSphereDriver({ ...w.options, ...more }).check(ctx());

test('a vCenter that is well is described, and only what the account has too much is told', async () => {
  const w = await VSphereWorld.make();
  try {
    const report = await check(w);
    expect(report).toMatchObject({
      ok: true,
      server: { kind: 'vcenter', apiVersion: '8.0.3.0' },
      datacenter: 'DC0',
      cluster: { hosts: 4, drs: 'fullyAutomated' },
      datastores: [
        { name: 'ds0', type: 'VMFS', supported: true, used: true, unreadable: [] },
        { name: 'ds1', type: 'VMFS', supported: true, used: true, unreadable: [] },
      ],
      strategies: ['snapshot-clone', 'child-disk', 'shared-master'],
      missing: [],
      clockSkewS: expect.any(Number),
    });
    expect(report.networks).toContain('lab-0');
    expect(report.problems.map((p) => p.message)).toEqual(['the account has VirtualMachine.Inventory.Delete on /DC0/vm/carrel']);
  } finally {
    await w.dispose();
  }
});

test('a lone host has no DRS and no clones from snapshots', async () => {
  const w = await VSphereWorld.make({ vsim: { kind: 'esxi' } });
  try {
    const report = await check(w);
    expect(report).toMatchObject({ ok: true, server: { kind: 'esxi' }, cluster: { hosts: 1, drs: undefined } });
    expect(report.strategies).toEqual(['child-disk', 'shared-master']);
    const wrong = await check(w, { linkedStrategy: 'snapshot-clone' });
    expect(wrong.problems[0]).toMatchObject({ blocking: true, hint: 'Choose child-disk or shared-master.' });
  } finally {
    await w.dispose();
  }
});

test('every problem is told, each with what to do, also where the provider would not open', async () => {
  const w = await VSphereWorld.make({ vsim: { flavours: ['vmfs6', 'vsan'] } });
  try {
    const foreign = await w.plantForeign();
    setConnection(w.m, w.m.byInstanceUuid(foreign.machineId ?? '') as Vm, 'inaccessible');
    for (const compute of w.m.objects.values()) if ('drs' in compute) (compute as { drs: string }).drs = 'manual';
    w.m.denied.add(`${w.vsim.username} VirtualMachine.State.CreateSnapshot`);
    const report = await check(w, { datastores: ['ds0', 'ds1', 'pod1'], network: 'nope' });
    expect(report.ok).toBe(false);
    const told = report.problems.map((p) => p.message).join('\n');
    for (const part of [
      'no network called nope',
      'no datastore called pod1',
      'safe on vsan',
      'cannot read 1 of the machines on ds0',
      'lacks VirtualMachine.State.CreateSnapshot',
      'DRS of',
    ]) {
      expect(told).toContain(part);
    }
    for (const problem of report.problems) expect(problem.hint).toMatch(/\w+ .*\.$/);
  } finally {
    await w.dispose();
  }
});

test.each([
  ['6.0.0.0', true, /is too old: .* 6\.5 at least/],
  ['6.7.3', false, /is older than vSphere 7\.0/],
  ['7.0.0.0', undefined, /./],
] as const)('a server of API %s: whether that keeps it from being used is %s', async (apiVersion, blocking, said) => {
  const w = await VSphereWorld.make();
  const other = await startVsim({ masters: 1, masterBytes: 2 ** 20, apiVersion });
  try {
    const credentials = { kind: 'password' as const, username: other.username, password: other.password };
    const options = { ...w.options, url: other.url, credentials, trust: { fingerprint256: other.fingerprint256 } };
    const { problems } = await check(w, options);
    const told = problems.filter(({ hint }) => hint.startsWith('Upgrade it'));
    expect(told).toEqual(blocking === undefined ? [] : [{ blocking, message: expect.stringMatching(said), hint: expect.any(String) }]);
    const opened = new VSphereDriver(options);
    const opening = opened.open(ctx());
    if (blocking === true) await expect(opening).rejects.toMatchObject({ code: 'not-supported', message: expect.stringMatching(said) });
    else await opening;
    await opened.close();
  } finally {
    await other.close();
    await w.dispose();
  }
});

test('a full datastore is told of; where all are full nothing could be made', async () => {
  const w = await VSphereWorld.make();
  try {
    const fill = (name: string): void => {
      const store = w.m.datastores.find((ds) => ds.name === name)?.store;
      if (store !== undefined) store.capacity = store.used + 2 ** 20;
    };
    const told = async () => (await check(w)).problems.filter((p) => p.message.includes('is full')).map((p) => [p.blocking, p.message]);
    expect(await told()).toEqual([]);
    fill('ds0');
    expect(await told()).toEqual([[false, expect.stringMatching(/^the datastore ds0 is full: 1 MiB are free, and \d+ stay so/)]]);
    fill('ds1');
    expect((await told()).map(([blocking]) => blocking)).toEqual([true, true]);
  } finally {
    await w.dispose();
  }
});

test('where nothing can be said there is one error with what to do, and a wrong password is tried once', async () => {
  const w = await VSphereWorld.make();
  try {
    const before = w.vsim.stats.byMethod.get('Login') ?? 0;
    const tries = [
      [{ credentials: { kind: 'password', username: w.vsim.username, password: 'wrong' } }, 'no-permission'],
      [{ trust: { fingerprint256: Array(32).fill('00').join(':') } }, 'no-permission'],
      [{ url: 'https://127.0.0.1:1/sdk' }, 'unavailable'],
      [{ url: w.vsim.url.replace('/sdk', '/elsewhere') }, 'not-supported'],
    ] as const;
    for (const [more, code] of tries) {
      const error: unknown = await check(w, more as Partial<VSphereProviderOptions>).catch((e: unknown) => e);
      expect([code, error]).toMatchObject([code, { code, hint: expect.stringMatching(/\w+ .*\.?$/) }]);
    }
    expect((w.vsim.stats.byMethod.get('Login') ?? 0) - before).toBe(1);
  } finally {
    await w.dispose();
  }
});

test('the right to make the machine folder is asked for only where it is not there', async () => {
  const w = await VSphereWorld.make();
  try {
    w.m.denied.add(`${w.vsim.username} Folder.Create`);
    expect((await check(w)).missing).toEqual([]);
    expect((await check(w, { folder: 'elsewhere' })).missing).toEqual([{ where: '/DC0/vm', privilege: 'Folder.Create' }]);
    await expect(new VSphereDriver({ ...w.options, folder: 'elsewhere' }).open(ctx())).rejects.toMatchObject({
      code: 'no-permission',
      message: expect.stringContaining('the account lacks Folder.Create'),
      hint: expect.stringContaining('provider check'),
    });
  } finally {
    await w.dispose();
  }
});
