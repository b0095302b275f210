/** What portal.real.ts leaves out: a machine that boots once more for what the driver's and the page's own tests see each for itself. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inGuest } from '../support/guest-shell.ts';
import { PortalWorld } from '../support/portal-world.ts';
import { until } from '../support/server.ts';

const world = new PortalWorld();
beforeAll(() => world.start());
afterAll(() => world.dispose());

test('a checkpoint is kept, and the machine goes back to it', async () => {
  const { page, context, faults, client } = await world.newPerson('rob', 'user');
  const { id } = await client.reserve({ body: { image: 'starter', mode: 'instant' } });
  expect((await world.server.settled(id)).state).toBe('ready');
  await inGuest(client, id, 'echo before > /root/note; sync');
  await page.getByRole('button', { name: 'Checkpoints', exact: true }).click();
  await page.getByLabel('Name of a new one').fill('before the upgrade');
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  const kept = page.getByRole('article', { name: 'before the upgrade' });
  await kept.getByRole('button', { name: 'Go back' }).waitFor();
  await inGuest(client, id, 'echo after > /root/note; sync');
  await kept.getByRole('button', { name: 'Go back' }).click();
  await page
    .getByRole('dialog', { name: /^Go back to/ })
    .getByRole('button', { name: 'Go back' })
    .click();
  const note = () => inGuest(client, id, 'cat /root/note').catch(() => undefined);
  await until('the machine as it was', async () => ((await note()) === 'before\n' ? true : undefined), undefined, 1000);
  await kept.getByRole('button', { name: 'Delete' }).click();
  await kept.waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
  await client.endReservation({ params: { id } });
  await context.close();
});
