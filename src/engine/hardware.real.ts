/** What a host lacks for an image is said when it is imported and when it is published, before anybody waits for a machine of it. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, makeBench } from '../../test/support/engine.ts';
import type { HardwareProfile } from '../core/image.ts';
import type { Driver } from '../driver/index.ts';
import { driverError } from '../driver/errors.ts';
import * as images from '../store/images.ts';
import * as masters from '../store/masters.ts';
import * as providers from '../store/providers.ts';
import { assertImport, prepareImage, publishRevision } from './intents/image.ts';
import { assertAddMaster } from './intents/masters.ts';

/** Its host has all, or no TPMs. */
function lacking(bench: Bench): { tpms: boolean } {
  const has = { tpms: true };
  (bench.driver as { checkHardware?: Driver['checkHardware'] }).checkHardware = async (_ctx, { tpm }: Partial<HardwareProfile>) => {
    if (tpm === true && !has.tpms) throw driverError('missing-tool', 'this image needs a TPM', { hint: 'install it: apt install swtpm' });
  };
  return has;
}

test('a revision that no host of it could start is not published, and what helps is said; one that may be had elsewhere is', async () => {
  const bench = await makeBench(onTestFinished);
  const has = lacking(bench);
  const source = { kind: 'recipe', recipe: 'tiny' } as const;
  const { revision } = await prepareImage(bench.deps, bench.who, { image: 'golden', publish: false, source, told: source });
  await drain(bench);
  const { profile } = (await images.revision(bench.store.db, revision.id)) ?? {};
  if (!profile) throw new Error('no profile');
  const withTpm = { ...profile, hardware: { ...profile.hardware, tpm: true } };
  await sql`update revision set profile = ${JSON.stringify(withTpm)}::jsonb where id = ${revision.id}`.execute(bench.store.db);
  const publish = () => publishRevision(bench.deps, bench.who, revision.id);
  has.tpms = false;
  await expect(publish()).rejects.toMatchObject({ code: 'missing-tool', hint: 'install it: apt install swtpm' });
  expect((await images.revision(bench.store.db, revision.id))?.state).toBe('draft');
  // A second provider that is another server's: whether it can is not known here.
  const there = await providers.put(bench.store.db, {
    id: randomUUID(),
    name: 'there',
    kind: 'qemu',
    limits: { machines: 1, memoryMiB: 1, vcpus: 1, storageMiB: 1 },
    startSlots: 1,
    facts: {},
    now: new Date(),
  });
  const [master] = await masters.ofRevisions(bench.store.db, [revision.id]);
  if (!master) throw new Error('no master');
  await bench.store.db.updateTable('master').set({ providerId: there }).where('revisionId', '=', revision.id).execute();
  await publish();
  expect((await images.revision(bench.store.db, revision.id))?.state).toBe('published');
});

test('an import is refused for what its host lacks, and for a revision that takes no master there, before anything is sent', async () => {
  const bench = await makeBench(onTestFinished);
  const has = lacking(bench);
  const ask = (profile: Partial<HardwareProfile>) => assertImport(bench.deps, undefined, { claimed: undefined, profile });
  await ask({ tpm: true });
  has.tpms = false;
  await ask({});
  await expect(ask({ tpm: true })).rejects.toMatchObject({ code: 'missing-tool' });
  const more = (revision: number, image = 'golden') => assertAddMaster(bench.deps, { image, revision });
  await expect(more(1)).rejects.toMatchObject({ code: 'already-exists', message: 'golden@1 has a master on here' });
  await expect(more(9)).rejects.toMatchObject({ code: 'not-found', message: 'golden has no revision 9' });
  await expect(more(1, 'tin')).rejects.toMatchObject({ code: 'not-found' });
  await masters.remove(bench.store.db, bench.revisionId, bench.providerId);
  await more(1);
  await bench.store.db.updateTable('revision').set({ state: 'retired' }).where('id', '=', bench.revisionId).execute();
  await expect(more(1)).rejects.toMatchObject({ code: 'wrong-state', message: 'golden@1 is retired' });
});
