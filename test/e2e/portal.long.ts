/** What portal.real.ts leaves out: machines that boot once more, and pages of people without one, for what the engine's, the driver's and the portal's parts' own tests see each for itself. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPage, type Page } from '../support/browser.ts';
import { copiesInGuest, PASTES_IN_GUEST, startsClipboard } from '../support/guest-clipboard.ts';
import { inGuest, withGuest } from '../support/guest-shell.ts';
import { hostilePagesAreText } from '../support/portal-hostile.ts';
import { byKeyboardAlone } from '../support/portal-keyboard.ts';
import { PASSWORD, PortalWorld } from '../support/portal-world.ts';
import { until } from '../support/server.ts';

const world = new PortalWorld();
const { server } = world;
const newPerson = (...person: Parameters<PortalWorld['newPerson']>) => world.newPerson(...person);
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).first();
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
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

test('the screen of an image that is checked out shares a clipboard with its guest, both ways', async () => {
  const { page, context, faults, client } = await newPerson('ada', 'admin');
  const { id } = await client.reserve({ body: { image: 'starter', kind: 'imaging', for: '8h' } });
  await server.settled(id);
  await link(page, 'Connect').click();
  await withGuest(client, id, async (shell) => {
    await shell(startsClipboard());
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    // What was copied before the screen was there is not told of.
    const take = button(page, 'Take what was copied');
    await until('what was copied', async () => (await shell(copiesInGuest('Zürich @€')), (await take.count()) > 0 || undefined));
    await take.click();
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe('Zürich @€');
    await button(page, 'Type text').click();
    await page.getByRole('textbox', { name: 'Type text' }).fill('Grüezi');
    await button(page, 'Put into its clipboard').click();
    await until('what was put there', async () => (await shell(PASTES_IN_GUEST)).includes('Grüezi') || undefined);
  });
  expect(faults).toEqual([]);
  await client.endReservation({ params: { id } });
  await context.close();
});

test('what was ended by mistake is undone, and goes on with what was in it', async () => {
  const { page, context, faults, client } = await newPerson('una', 'user');
  const { id } = await client.reserve({ body: { image: 'starter', mode: 'instant' } });
  expect((await server.settled(id)).state).toBe('ready');
  await inGuest(client, id, 'echo still there > /root/kept; sync');
  await button(page, 'End').click();
  await button(page, 'End it').click();
  await button(page, 'Undo').click();
  // It was just being shut down, and is switched on when it is off.
  await until('it runs again', async () => (await client.showReservation({ params: { id } })).stageText === 'ready' || undefined);
  await link(page, 'Connect').waitFor();
  expect(await inGuest(client, id, 'cat /root/kept')).toBe('still there\n');
  await client.endReservation({ params: { id } });
  expect(faults).toEqual([]);
  await context.close();
});

test('reserve, look at the screen of a real machine and end, by keyboard alone', async () => {
  const { page, context, faults } = await newPerson('kay', 'user');
  await byKeyboardAlone(page);
  expect(faults).toEqual([]);
  await context.close();
});

test('hostile names and sentences are text on every page, and break none out of its frame', async () => {
  expect(await hostilePagesAreText(world)).toBeGreaterThan(8);
});

test('axe finds nothing on the page that is there before anybody signed in, in either theme', async () => {
  expect(await world.axeOnSignIn()).toEqual([]);
});

test('an operator adds an account, gives its link away, and switches it off: its page is signed out', async () => {
  const { page, context, faults } = await newPerson('olga', 'admin');
  await link(page, 'Operate').click();
  await page.getByRole('tab', { name: 'Accounts' }).click();
  await page.getByLabel('Add an account').fill('new.person');
  await button(page, 'Add and invite').click();
  const address = await page
    .getByRole('dialog')
    .getByText(/sign-in#code=/)
    .textContent();
  await page.keyboard.press('Escape');
  const other = await openPage(world.browser);
  await other.page.goto(address as string);
  await other.page.getByLabel(/^Password/).fill(PASSWORD);
  await other.page.getByLabel('The same again').fill(PASSWORD);
  await button(other.page, 'Set password and sign in').click();
  await other.page.getByText('You have no machines.').waitFor();
  await button(page, 'More: new.person').click();
  await page.getByRole('menuitem', { name: 'Switch off' }).click();
  await button(page, 'Switch off').click();
  await page.getByRole('article', { name: 'new.person' }).getByText('switched off').waitFor();
  await other.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect([...faults, ...other.faults]).toEqual([]);
  await other.context.close();
  await context.close();
});

test('a series in words: every week until a day, and the whole given back', async () => {
  const { page, context, faults, client } = await newPerson('sue', 'user', { locale: 'de-DE', at: '/reserve/starter' });
  await page.getByText('Immer wieder').click();
  const start = new Date(Date.now() + 7 * 86_400_000);
  const local = (at: Date) => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString();
  await page.getByLabel(/^Beginn/).fill(`${local(start).slice(0, 10)}T13:00`);
  await page.getByLabel(/^Bis/).fill(local(new Date(start.getTime() + 21 * 86_400_000)).slice(0, 10));
  await button(page, 'Weitere Möglichkeiten').click();
  await page.getByLabel(/^Rechner jedes Mal/).fill('2');
  await button(page, 'Reservieren').click();
  await page.getByText(/^8 Rechner: die ersten/).waitFor();
  expect((await client.listReservations()).items.map((r) => new Date(r.startsAt).getDay())).toEqual(Array(8).fill(start.getDay()));
  await button(page, 'Serie zurückgeben').first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Zurückgeben' }).click();
  await page.getByText('Sie haben keine Rechner.').waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

test('a wrong present password is said, and nothing that was typed is lost; the right one changes it', async () => {
  const { page, context, faults } = await newPerson('pia', 'user', { withPassword: true });
  await page.goto(`${server.client.baseUrl}/own`);
  await page.getByText('this browser').waitFor();
  await page.getByLabel(/^Present password/).fill('not the right one');
  await page.getByLabel(/^New password/).fill('five other plain words here');
  await button(page, 'Change it').click();
  await page.getByText('the account or the password is not right').waitFor();
  expect(await page.getByLabel(/^New password/).inputValue()).toBe('five other plain words here');
  await page.getByLabel(/^Present password/).fill(PASSWORD);
  await button(page, 'Change it').click();
  await page.getByText('The password was changed.').waitFor();
  expect(faults).toEqual([]);
  await context.close();
});
