/** Captures on vSphere are cleaned in a copy that runs once without network; or they say that they are not (promise 8). */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Case, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import { CLOUD_WORLD } from '../../../../test/support/vsphere-harness.ts';
import { authorizedKeys, HOST_KEY, WITHOUT } from '../../../vsim/guest/system.ts';
import { powerOn } from '../../../vsim/model/power.ts';
import { nicsOf } from '../../../vsim/model/vm-record.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f one';
const HASH = '$6$conformance$Dxcx7w7prFXR1JfqRBgS8iKkq1u.lDJSg2LZw3JtYvGeSOYfG7DXc2nKS8ES9UOf5wZsSo/IzbAVdLMBUeaLP0';

/** A machine that somebody had, shut down; its guest has no such program. */
async function used(c: Case, without = ''): Promise<string> {
  const { machineId } = await c.clone();
  await c.driver.power(ctx(), machineId, 'on');
  await c.driver.guest.ready(ctx(), machineId);
  c.w.vm(machineId).guest?.system.files.set(WITHOUT, Buffer.from(without));
  await c.driver.guest.handover(ctx(), machineId, { user: 'ada', passwordHash: HASH, authorizedKeys: [KEY] });
  await c.driver.power(ctx(), machineId, 'shutdown');
  return machineId;
}

test.each([
  ['vcenter', 'cloud-init', CLOUD_WORLD],
  ['esxi', 'cloud-init', CLOUD_WORLD],
  ['vcenter', 'the account of the image', {}],
  ['esxi', 'the account of the image', {}],
] as const)('on %s by %s: keys, hashes and identities are off the disks, and machines of it can be lent', async (kind, _, options) => {
  await inWorld({ ...options, vsim: { ...('vsim' in options ? options.vsim : {}), kind } }, async (c) => {
    const machineId = await used(c);
    const master = await c.driver.capture(ctx(), { machineId, revisionId: randomUUID() });
    expect([master.facts['scrubbed'], master.facts['unclean']]).toEqual(['yes', undefined]);
    const [copy] = c.w.mastersOf(master.revisionId);
    const system = copy?.guest?.system;
    expect(JSON.stringify([...(system?.accounts ?? [])])).not.toContain('$6$');
    expect([system?.files.has(HOST_KEY), authorizedKeys(system as never, 'ada')]).toEqual([false, []]);
    expect([copy?.power, copy && nicsOf(copy.record).map((nic) => nic.startConnected), copy?.guest?.addresses.size]).toEqual([
      'poweredOff',
      [true],
      0,
    ]);
    const spec = { ...c.spec(randomUUID()), revisionId: master.revisionId };
    await c.driver.clone(ctx(), spec);
    await c.driver.power(ctx(), spec.machineId, 'on');
    await c.driver.guest.ready(ctx(), spec.machineId);
    await c.driver.guest.handover(ctx(), spec.machineId, { user: 'bob', passwordHash: HASH, authorizedKeys: [] });
    // The machine itself is as it was.
    await c.w.settle(powerOn(c.m, c.w.vm(machineId)));
    await c.driver.guest.ready(ctx(), machineId);
    expect(authorizedKeys(c.w.vm(machineId).guest?.system as never, 'ada')).toEqual([KEY]);
  });
});

test('the word that a script is done is none of its work: a guest without vmtoolsd is cleaned all the same', async () => {
  await inWorld({}, async (c) => {
    const machineId = await used(c, 'vmtoolsd');
    const master = await c.driver.capture(ctx(), { machineId, revisionId: randomUUID() });
    expect([master.facts['scrubbed'], master.facts['unclean']]).toEqual(['yes', undefined]);
  });
});

test('a cleaning that fails halfway says what it said last', async () => {
  await inWorld({}, async (c) => {
    const machineId = await used(c, 'rm');
    const { facts } = await c.driver.capture(ctx(), { machineId, revisionId: randomUUID() });
    expect(facts).toMatchObject({ scrubbed: 'no', unclean: expect.stringMatching(/\(exit code 127\); its last lines: .*rm: not found$/) });
  });
});

test('free blocks that a disk does not take back make a capture unclean, which says that alone', async () => {
  await inWorld({}, async (c) => {
    const machineId = await used(c, 'fstrim');
    const master = await c.driver.capture(ctx(), { machineId, revisionId: randomUUID() });
    expect(master.facts).toMatchObject({ scrubbed: 'yes', unclean: expect.stringContaining('may still lie in free blocks') });
    // All else was done.
    const [copy] = c.w.mastersOf(master.revisionId);
    expect(JSON.stringify([...(copy?.guest?.system.accounts ?? [])])).not.toContain('$6$');
  });
});

test('a machine whose guest was never ready is captured as it is, and the revision says so', async () => {
  await inWorld(CLOUD_WORLD, async (c) => {
    const { machineId } = await c.clone();
    const { facts } = await c.driver.capture(ctx(), { machineId, revisionId: randomUUID() });
    expect(facts).toMatchObject({ scrubbed: 'no', unclean: expect.stringContaining('nothing was removed from its disks') });
  });
});

test('a guest that refuses its cleaning leaves a capture that says why it is not clean', async () => {
  await inWorld({ vsim: { guestFiles: { '/etc/sudoers.d/operations': '' } } }, async (c) => {
    const { machineId } = await c.clone();
    await c.driver.power(ctx(), machineId, 'on');
    await c.driver.guest.ready(ctx(), machineId);
    await c.driver.power(ctx(), machineId, 'shutdown');
    const { facts } = await c.driver.capture(ctx(), { machineId, revisionId: randomUUID() });
    expect(facts).toMatchObject({ scrubbed: 'no', unclean: expect.stringContaining('refused what operations asked of it') });
  });
});
