/** What the portal's buttons ask of the server, part by part: a real browser, the API over services in memory. Rarer buttons, and every page by axe: portal-parts.long.ts. */
import { afterAll, expect, test } from 'vitest';
import { axeViolations } from '../support/axe.ts';
import { axeSample, ownTests, screenTests, serialTests } from '../support/portal-parts-suite.ts';
import { button, closePortalParts, readyMachine, signedIn } from '../support/portal-parts.ts';

afterAll(closePortalParts);
screenTests();
serialTests();
ownTests();
axeSample();

test('an image is given another name, description and labels, its page goes along, and it is found by them', async () => {
  const { page, called, world, faults } = await signedIn('root', '/images/starter', () => {});
  await button(page, 'Edit').click();
  const dialog = page.getByRole('dialog', { name: 'Edit starter' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('beginner');
  await dialog.getByRole('textbox', { name: 'Description' }).fill('for the first week');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'beginner' }).waitFor();
  await page.getByText('for the first week').waitFor();
  expect(new URL(page.url()).pathname).toBe('/images/beginner');
  // What was not touched is not sent.
  await button(page, 'Edit').click();
  const labels = page.getByRole('combobox', { name: 'Labels' });
  await labels.fill('exam');
  await labels.press('Enter');
  await labels.fill('Course=cs101');
  await page.getByText(/^At most 16, such as/).waitFor();
  expect(await button(page, 'Save').isDisabled()).toBe(true);
  await labels.fill('course=cs101');
  await button(page, 'Save').click();
  await page.getByRole('main').getByText('course=cs101').waitFor();
  const id = world.images.get('beginner')?.id;
  expect(called('changeImage')).toEqual([
    [id, { name: 'beginner', description: 'for the first week' }],
    [id, { labels: { exam: '', course: 'cs101' } }],
  ]);
  await page.getByRole('link', { name: 'Reserve' }).first().click();
  const card = page.getByRole('link', { name: /^beginner/ });
  await card.getByText('course=cs101').waitFor();
  await page.getByRole('searchbox').fill('course=cs102');
  await page.getByText('No image has these words in its name, description or labels.').waitFor();
  await page.getByRole('searchbox').fill('');
  await page.getByRole('combobox', { name: 'With the label' }).click();
  await page.getByRole('option', { name: 'course=cs101' }).click();
  await card.waitFor();
  // A bookmark of the former name leads to where it is now.
  await page.goto(new URL('/images/starter', page.url()).href);
  await page.getByRole('heading', { level: 1, name: 'beginner' }).waitFor();
  await page.goto(new URL('/reserve/starter', page.url()).href);
  await page.getByRole('heading', { level: 1, name: 'Reserve: beginner' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/reserve/beginner');
  expect(faults).toEqual([]);
});

test('a machine’s time is put off, it is shut down, its credentials are shown, and one that failed shows its last words and is reserved again', async () => {
  let [id, failed] = ['', ''];
  const { page, called, faults } = await signedIn('ann', '/machines', (world) => {
    id = readyMachine(world, 'ann').id;
    world.connection.notes = (['expired', 'refused'] as const).map((code) => ({ code, message: 'its <b>agent</b>' }));
    const details = { console: 'Kernel panic <b>- not syncing</b>' };
    const failure = { code: 'guest-timeout', message: 'late', retry: 'never' as const, details };
    failed = world.addReservation('ann', { state: 'failed', failure }).hostname;
  });
  const card = page.getByRole('article').filter({ has: page.getByRole('button', { name: 'Extend' }) });
  await card.getByRole('button', { name: 'Extend' }).click();
  await page.getByRole('menuitem', { name: /^by 4/ }).click();
  await expect.poll(() => called('extendReservation')).toMatchObject([[{ id, byMs: 14_400_000 }]]);
  await card.getByRole('button', { name: 'Power' }).click();
  // What takes something away stands in a menu in red that can be read.
  await page.getByRole('menuitem', { name: 'Set up anew' }).waitFor();
  expect((await axeViolations(page)).filter((violation) => violation.startsWith('color-contrast'))).toEqual([]);
  await page.getByRole('menuitem', { name: 'Shut down' }).click();
  await expect.poll(() => called('power')).toMatchObject([[{ id, op: 'shutdown' }]]);
  await card.getByRole('button', { name: 'Credentials' }).click();
  for (const text of ['correct-horse', /student .* expired/, 'its <b>agent</b>']) await page.getByRole('dialog').getByText(text).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('switch', { name: 'Those that ended' }).check();
  const past = page.getByRole('article').filter({ hasText: new RegExp(`${failed}[^]*panic <b>- not syncing</b>`) });
  await past.getByRole('button', { name: 'Reserve again' }).click();
  // What cannot be had then can be had at the next time that is free, with one press.
  await page.getByRole('button', { name: /^Take / }).click();
  await page.getByLabel(/^Begin/).waitFor();
  await button(page, 'Reserve').click();
  await expect.poll(() => called('reserve')).toMatchObject([[{ image: 'starter', at: { text: expect.stringMatching(/^2026-01-0/) } }]]);
  expect(faults).toEqual([]);
});

test('an operator takes up a job that is stuck, empties a provider, reads the audit log; an author retires a revision and takes it away', async () => {
  let job = '';
  const { page, called, world, faults } = await signedIn('root', '/operate', (filled) => {
    const about = { reservation: 'r-1', machine: 'm-1', hostname: 'ann-1', image: 'starter', revision: 1 };
    job = Object.assign(filled.addJob('provision', 'ann', 'stuck'), { about }).id;
    const entry = {
      id: '1',
      at: '2026-01-02T03:04:05.000Z',
      actor: 'root',
      action: 'master.resealed',
      subjectKind: 'revision',
      subjectId: 'x',
      detail: {},
    };
    filled.audit.push(entry);
    filled.addRevision('starter', 'draft');
    filled.siteRules = { user: { lab: { longestMs: 129_600_000, atOnce: null } } };
  });
  await button(page, 'Empty').click();
  await expect.poll(() => called('drainProvider')).toEqual([['local']]);
  await page.getByRole('tab', { name: 'Jobs' }).click();
  await page.getByRole('button', { name: /: ann-1 \(starter@1\).* · ann.*stuck/ }).click();
  await page.getByText('Reservation: r-1').waitFor();
  expect(await page.getByRole('link', { name: 'starter@1' }).getAttribute('href')).toBe('/images/starter');
  expect(await axeViolations(page)).toEqual([]);
  await button(page, 'Take up again').click();
  await expect.poll(() => called('retryJob')).toEqual([[job]]);
  await page.getByRole('tab', { name: 'Rules' }).click();
  await page.getByRole('combobox', { name: 'For' }).click();
  await page.getByRole('option', { name: 'user', exact: true }).click();
  const rule = page.getByRole('region', { name: 'What the site says' });
  expect(await rule.getByLabel('At most so long').inputValue()).toBe('1d12h');
  expect(await rule.getByLabel('At one time, each person').inputValue()).toBe('any');
  await rule.getByLabel('Checkpoints of one machine').fill('3');
  expect(await axeViolations(page)).toEqual([]);
  await rule.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The rule was saved.').waitFor();
  const change = { kind: 'lab', group: 'user', reset: true, longest: '1d12h', atOnce: null, checkpoints: 3 };
  expect(called('setRule')).toEqual([[change]]);
  // What is saved is what is shown.
  await expect.poll(() => rule.getByLabel('At most so long').inputValue()).toBe('');
  await page.getByRole('tab', { name: 'Audit' }).click();
  await page.getByRole('row').filter({ hasText: 'root' }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.goto(new URL('/images/starter', page.url()).href);
  const draft = page.getByRole('article', { name: 'Revision 2' });
  await draft.getByRole('button', { name: 'Verify' }).click();
  await page.getByText('Its golden disks are bit for bit as they were sealed.').waitFor();
  await draft.getByRole('button', { name: 'Retire' }).click();
  await draft.getByText('retired', { exact: true }).waitFor();
  await draft.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => called('deleteRevision')).toEqual([[world.revisions[1]?.id]]);
  expect(faults).toEqual([]);
});
