import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Case, codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import { renameDatastore } from '../../../vsim/model/rename-datastore.ts';

const MIB = 2 ** 20;
/** The datastore's new name is in every path, so what it was is asked by the cases themselves. */
const moves = { masterChanges: true };

const reseal = async (c: Case, recorded = c.master.files) => await c.driver.resealMaster(ctx(), c.master.revisionId, recorded);
const sealText = (c: Case) => c.golden.record.extraConfig.get('carrel.seal') ?? '';
const verified = async (c: Case) => await c.driver.verifyMaster(ctx(), c.master.revisionId, { full: true });

function rename(c: Case, from: string, to: string): void {
  const found = c.m.datastores.find((ds) => ds.name === from);
  if (found === undefined) throw new Error(`there is no ${from}`);
  renameDatastore(c.m, found, to);
}

test.each(['vcenter', 'esxi'] as const)(
  '%s: a datastore that got another name is told as such; sealed anew its masters are lent again, and what stood on them goes on',
  async (kind) => {
    await inWorld({ ...moves, vsim: { kind, masterBytes: 4 * MIB } }, async (c) => {
      const { machineId } = await c.clone();
      const url = (JSON.parse(sealText(c)) as { disks: { datastore: { moref: string; url: string } }[] }).disks[0]?.datastore;
      rename(c, 'ds0', 'gold');
      const refused = c.clone();
      await expect(refused).rejects.toMatchObject({
        code: 'master-changed',
        message: expect.stringContaining('lies on a datastore that got another name: its disk is [gold]'),
        hint: expect.stringContaining('carrel image reseal'),
      });
      const { files, facts } = await reseal(c);
      expect(files.map((f) => f.path)).toEqual(c.master.files.map((f) => f.path.replace('[ds0]', '[gold]')));
      expect(facts['seal']).toBe('every byte');
      expect((JSON.parse(sealText(c)) as { disks: object[] }).disks[0]).toMatchObject({ datastore: url });
      expect(url).toMatchObject({ moref: expect.stringMatching(/./), url: expect.stringMatching(/./) });
      expect(await verified(c)).toMatchObject({ ok: true, files: [{ compared: 'bytes' }] });
      const other = await c.clone();
      await c.driver.power(ctx(), machineId, 'on');
      await c.driver.power(ctx(), machineId, 'off');
      for (const id of [machineId, other.machineId]) await c.driver.destroy(ctx(), id);
      await c.nothingLeft();
    });
  },
);

test('a byte that is not what was sealed: refused with its place, on every copy before any is sealed, and the seals stay', async () => {
  await inWorld({ ...moves, vsim: { masterBytes: 4 * MIB } }, async (c) => {
    rename(c, 'ds0', 'gold');
    c.w.changeByte(c.master.revisionId, 2 * MIB + 7);
    const before = sealText(c);
    await expect(reseal(c)).rejects.toMatchObject({
      code: 'master-changed',
      message: expect.stringMatching(/\[gold\].*was changed at bytes 2097152 to 3145727/),
    });
    expect(sealText(c)).toBe(before);
    c.w.changeByte(c.master.revisionId, 2 * MIB + 7);
    await c.w.tamperMaster(c.master.revisionId);
    await expect(reseal(c)).rejects.toMatchObject({ code: 'master-changed' });
    expect(sealText(c)).toBe(before);
  });
});

test('a seal that covers its descriptor only gets its bytes once they can be read; one that has them never loses them', async () => {
  await inWorld({ vsim: { masterBytes: 4 * MIB } }, async (c) => {
    const privilege = `${c.w.vsim.username} Datastore.FileManagement`;
    const before = sealText(c);
    c.m.denied.add(privilege);
    const { revisionId } = await c.driver.prepareMaster(ctx(), c.w.prepareSpec(randomUUID()));
    await expect(reseal(c)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('would cover less') });
    expect(sealText(c)).toBe(before);
    c.m.denied.delete(privilege);
    const weak = await c.driver.verifyMaster(ctx(), revisionId, { full: true });
    expect(weak).toMatchObject({ ok: true, files: [{ compared: 'descriptor' }] });
    const { facts } = await c.driver.resealMaster(ctx(), revisionId, []);
    expect([facts['seal'], facts['remark.seal']]).toEqual(['every byte', undefined]);
    expect(await c.driver.verifyMaster(ctx(), revisionId, { full: true })).toMatchObject({ ok: true, files: [{ compared: 'bytes' }] });
    await c.w.tamperMaster(revisionId);
    await expect(c.driver.resealMaster(ctx(), revisionId, [])).rejects.toMatchObject({ code: 'master-changed' });
  });
});

test('a descriptor that is another is not sealed anew, where that is all that was sealed', async () => {
  await inWorld({ ...moves, vsim: { flavours: ['vsan'] } }, async (c) => {
    expect((await reseal(c)).facts['seal']).toBe('descriptor');
    await c.w.tamperMaster(c.master.revisionId);
    const before = sealText(c);
    await expect(reseal(c)).rejects.toMatchObject({ code: 'master-changed' });
    expect(sealText(c)).toBe(before);
  });
});

test('a reply that was lost: sealed once; and what is no master of ours is not sealed', async () => {
  await inWorld({ vsim: {} }, async (c) => {
    c.w.vsim.fault({ point: 'reply', method: 'ReconfigVM_Task' });
    await reseal(c);
    expect((await verified(c)).ok).toBe(true);
    expect(await codeOf(c.driver.resealMaster(ctx(), randomUUID(), []))).toBe('not-found');
  });
});

test('a datastore that has the former name now gets no copy in the place of the one that was made for it', async () => {
  await inWorld({ ...moves, vsim: {} }, async (c) => {
    rename(c, 'ds0', 'gold');
    rename(c, 'ds1', 'ds0');
    await reseal(c);
    const source = { kind: 'replica', datastore: 'ds0' } as const;
    await expect(c.driver.prepareMaster(ctx(), { revisionId: c.master.revisionId, source })).rejects.toMatchObject({
      code: 'already-exists',
      message: expect.stringContaining('lies on gold now'),
    });
    expect((await verified(c)).ok).toBe(true);
  });
});

test('what was recorded has to be what was sealed, now or before it was sealed anew: an answer that nobody got does no harm', async () => {
  await inWorld({ ...moves, vsim: { masterBytes: 4 * MIB } }, async (c) => {
    rename(c, 'ds0', 'gold');
    await reseal(c);
    rename(c, 'gold', 'silver');
    const { files } = await reseal(c);
    expect(files[0]?.path).toContain('[silver]');
    expect((await reseal(c, files)).files[0]?.path).toBe(files[0]?.path);
    const before = sealText(c);
    const other = files.map((f) => ({ ...f, sha256: '0'.repeat(64) }));
    await expect(reseal(c, other)).rejects.toMatchObject({ message: expect.stringContaining('has another seal than was recorded') });
    const gone = files.map((f) => ({ ...f, path: '[ds9] x/x.vmdk' }));
    await expect(reseal(c, gone)).rejects.toMatchObject({ message: '[ds9] x/x.vmdk is not there any more' });
    expect(sealText(c)).toBe(before);
  });
});

test('former seals are remembered once each and not without end, but what is on record for as long as it is', async () => {
  await inWorld({ ...moves, vsim: { masterBytes: 4 * MIB } }, async (c) => {
    const former = () => (JSON.parse(sealText(c)) as { before?: object[] }).before?.length;
    const { files } = c.master;
    let name = 'ds0';
    for (let n = 1; n <= 12; n++) {
      rename(c, name, `gold-${n}`);
      name = `gold-${n}`;
      await reseal(c, files);
    }
    // eight, and the first, which is what the caller still has
    expect(former()).toBe(9);
    await reseal(c, files);
    expect(former()).toBe(9);
  });
});
