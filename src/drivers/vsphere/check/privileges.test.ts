/** The roles of docs/guide/vsphere.md on the places that it names, on a simulator that grants nothing else. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { privilegesInGuide } from '../../../../test/support/guide.ts';
import { sampleOf } from '../../../../test/support/rows.ts';
import { Case, codeOf, ctx } from '../../../../test/support/vsphere-cases.ts';
import { VSphereWorld, type VSphereWorldOptions } from '../../../../test/support/vsphere-harness.ts';
import type { Entity } from '../../../vsim/model/entities.ts';
import { inventoryPath } from '../../../vsim/model/naming.ts';
import { ask, disconnectHost } from '../../../vsim/model/trouble.ts';

const ROLES = privilegesInGuide(readFileSync(new URL('../../../../docs/guide/vsphere.md', import.meta.url), 'utf8')).commands;
/** Where the guide gives each role; the simulator's golden machines are in `golden`. */
const PLACES: readonly [path: string, role: string][] = [
  ['/DC0/vm/carrel', 'carrel-machines'],
  ['/DC0/vm/golden', 'carrel-sources'],
  ['/DC0/datastore/ds0', 'carrel-datastores'],
  ['/DC0/datastore/ds1', 'carrel-datastores'],
  ['/DC0/host/C0', 'carrel-pool'],
  ['/DC0/network/lab-0', 'carrel-networks'],
];

/** Gives the account what the guide says, less `without`; in the data center it may read, and elsewhere nothing. */
function grant(w: VSphereWorld, without?: string): void {
  const { m } = w;
  const user = w.vsim.username;
  m.grants.take(user);
  m.grants.give({ user, role: m.roles.get(-2), on: m.datacenter, propagate: true });
  for (const [path, role] of PLACES) {
    const on = [...m.objects.values()].find((entity: Entity) => entity.parent !== undefined && inventoryPath(entity) === path);
    if (on === undefined) throw new Error(`there is no ${path}`);
    const privileges = new Set((ROLES[role] ?? []).filter((privilege) => privilege !== without));
    m.grants.give({ user, role: { name: role, privileges }, on, propagate: true });
  }
}

type Tour = (c: Case) => Promise<void>;

async function booted(c: Case, machineId: string): Promise<void> {
  await c.driver.power(ctx(), machineId, 'on');
  await c.driver.guest.ready(ctx(), machineId);
}

/** What a lab does in a term. */
const everything: Tour = async (c) => {
  const { machineId } = await c.clone();
  await booted(c, machineId);
  await c.driver.guest.handover(ctx(), machineId, { user: 'student', passwordHash: '$6$x$y', authorizedKeys: [] });
  await c.driver.console(ctx(), machineId);
  const answered = ask(c.m, c.w.vm(machineId), {
    id: '7',
    text: 'msg.hbacommon.outofspace: There is no more space. Retry?',
    choices: [{ key: '0', label: 'button.retry' }],
    defaultIndex: 0,
  });
  await c.driver.inventory(ctx());
  await c.driver.answer(ctx(), machineId, { question: '7', choice: '0' });
  await answered;
  await c.driver.power(ctx(), machineId, 'reset');
  await c.driver.power(ctx(), machineId, 'suspend');
  await c.driver.power(ctx(), machineId, 'resume');
  await c.driver.power(ctx(), machineId, 'off');
  await c.driver.checkpoint(ctx(), machineId, 'one');
  await c.driver.revert(ctx(), machineId, 'one');
  await c.driver.deleteCheckpoint(ctx(), machineId, 'one');
  const captured = await c.driver.capture(ctx(), { machineId, revisionId: randomUUID() });
  await c.driver.unlink(ctx(), machineId);
  await c.driver.relocate(ctx(), machineId, 'ds1');
  await c.driver.destroy(ctx(), machineId);
  await c.driver.removeMaster(ctx(), captured.revisionId);
  const large = { ...c.spec(randomUUID(), 'full'), diskBytes: 2 ** 24 };
  await c.driver.clone(ctx(), large);
  const instant = await c.clone('instant');
  expect([instant.mode, instant.notes]).toEqual(['instant', []]);
  await booted(c, instant.machineId);
  for (const id of [large.machineId, instant.machineId]) await c.driver.destroy(ctx(), id);
  await c.driver.resealMaster(ctx(), c.master.revisionId, c.master.files);
  disconnectHost(c.m, c.golden.host);
  const last = await c.clone();
  await c.driver.destroy(ctx(), last.machineId);
};

const oneMachine: Tour = async (c) => {
  const { machineId } = await c.clone();
  await c.driver.power(ctx(), machineId, 'on');
  await c.driver.power(ctx(), machineId, 'off');
  await c.driver.destroy(ctx(), machineId);
};

const TOURS: [string, VSphereWorldOptions, Tour][] = [
  ['snapshot-clone', { driver: { network: 'lab-0' } }, everything],
  ['child-disk', { driver: { network: 'lab-0', linkedStrategy: 'child-disk' } }, oneMachine],
  ['shared-master', { driver: { network: 'lab-0', linkedStrategy: 'shared-master' } }, oneMachine],
  [
    'Sysprep',
    {
      vsim: { guestId: 'windows2019srvNext_64Guest', guestUser: 'Administrator', guestPassword: 'the-image-s-own' },
      driver: { guest: undefined, machineSecret: Buffer.alloc(32, 7), portAnswers: async () => {} },
      profile: { access: 'sysprep', bootTimeoutS: 5 },
    },
    oneMachine,
  ],
];

/** Runs a tour by an account of the guide's roles, less one privilege; gives what it was asked for. */
async function run([, options, tour]: (typeof TOURS)[number], without?: string): Promise<Set<string>> {
  const w = await VSphereWorld.make(options);
  try {
    grant(w, without);
    await w.restart();
    const master = await w.driver.prepareMaster(ctx(), w.prepareSpec(randomUUID()));
    const c = new Case(w, master, w.goldenDigest(master.files.map((f) => f.path)));
    await tour(c);
    await c.driver.removeMaster(ctx(), master.revisionId);
    expect(await w.leaks({ machines: [], masters: [] })).toEqual([]);
    return w.m.grants.demanded;
  } finally {
    await w.dispose();
  }
}

/** A disk that is sent goes by a lease of its own: `masters/sending.real.ts`. */
const ELSEWHERE = ['carrel-pool VApp.Import'];

test('the roles of the guide are what the verbs need, each privilege of them where it is given, and no other', async () => {
  const demanded = new Set(ELSEWHERE);
  for (const tour of TOURS) for (const each of await run(tour)) demanded.add(each);
  const given = Object.entries(ROLES).flatMap(([role, privileges]) => privileges.map((privilege) => `${role} ${privilege}`));
  expect([...demanded].toSorted()).toEqual(
    given.filter((each) => each !== 'carrel-sources VirtualMachine.Provisioning.DeployTemplate').toSorted(),
  );
});

const LACKS = [
  ['VirtualMachine.Config.Annotation', 0],
  ['VirtualMachine.Provisioning.DeployTemplate', 0],
  ['VirtualMachine.Provisioning.MarkAsVM', 0],
  ['Resource.ColdMigrate', 0],
  ['Network.Assign', 0],
  ['Network.Assign', 1],
  ['VirtualMachine.Config.AddNewDisk', 1],
  ['VirtualMachine.Config.AddExistingDisk', 2],
  ['VirtualMachine.Provisioning.Customize', 3],
] as const;
test.each(sampleOf(LACKS, 0, 5, 7, 8))('without %s the verbs that need it are refused, and say so (%i)', async (privilege, at) => {
  const tour = TOURS[at] as (typeof TOURS)[number];
  await expect(run(tour, privilege)).rejects.toMatchObject({ code: 'no-permission', details: { privileges: [privilege] } });
});

test('a template is copied by the right to deploy it, and a machine by the right to clone it', async () => {
  const w = await VSphereWorld.make();
  try {
    const { vm } = w.vsim.sim.master();
    for (const [template, privilege] of [
      [false, 'Clone'],
      [true, 'DeployTemplate'],
    ] as const) {
      vm.record.template = template;
      const denied = `${w.vsim.username} VirtualMachine.Provisioning.${privilege}`;
      w.m.denied.add(denied);
      expect(await codeOf(w.driver.prepareMaster(ctx(), w.prepareSpec(randomUUID())))).toBe('no-permission');
      w.m.denied.delete(denied);
      await w.driver.prepareMaster(ctx(), w.prepareSpec(randomUUID()));
    }
  } finally {
    await w.dispose();
  }
});
