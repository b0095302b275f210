/** The portal as people use it: Debian's Chromium, the whole server, machines of real QEMU. What is dearer (an author's capture, an undone end, hostile names on all pages): portal.long.ts. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPage, type Page } from '../support/browser.ts';
import { consoleKeymap } from '../support/console-keymap.ts';
import { inGuest } from '../support/guest-shell.ts';
import { screenShows } from '../support/portal-screen.ts';
import { PASSWORD, PortalWorld } from '../support/portal-world.ts';
import { until } from '../support/server.ts';

const world = new PortalWorld();
const { server } = world;
const newPerson = (...person: Parameters<PortalWorld['newPerson']>) => world.newPerson(...person);
beforeAll(() => world.start());
afterAll(() => world.dispose());

/** The first: a page may lead to another twice, by its navigation and in its own words. */
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).first();
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

/** As an instant clone: after the first, which starts what the others are forked from, one costs a fraction of a guest that boots. */
async function reserveStarter(page: Page): Promise<void> {
  await link(page, 'Reserve').click();
  await page.getByRole('link', { name: /starter/ }).click();
  await button(page, 'More choices').click();
  await page.getByRole('combobox', { name: 'Machine', exact: true }).click();
  await page.getByRole('option', { name: 'Instant clone' }).click();
  await page.getByText('It can be had at that time.').waitFor();
  await button(page, 'Reserve').click();
  await page.getByRole('article').getByText('ready', { exact: true }).waitFor();
}

async function typeOnScreen(page: Page, layout: string, text: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Keyboard of the machine' }).click();
  await page.getByRole('option', { name: layout, exact: true }).click();
  await button(page, 'Type text').click();
  await page.getByRole('textbox', { name: 'Type text' }).fill(text);
  await button(page, 'Type').click();
  await page.getByRole('textbox', { name: 'Type text' }).waitFor({ state: 'detached' });
}

test('a new person signs in, reserves, sees the screen, types on a German layout, uses the terminal, ends', async () => {
  const { page, context, faults, client } = await newPerson('ann', 'user', { withPassword: true });
  await page.getByText('You have no machines.').waitFor();
  await reserveStarter(page);
  const { id = '', hostname } = (await client.listReservations()).items[0] ?? {};

  await page
    .getByRole('link', { name: /^Screen of/ })
    .getByRole('img')
    .waitFor();
  await link(page, 'Connect').click();
  // By its own name: a login prompt that is from before the machine had one is ended, and what was typed at it is lost.
  const login = await screenShows(page, client, id, `${hostname} login:`);
  expect(login).toContain('A machine lent by Carrel');
  const { password } = await client.connectReservation({ params: { id }, body: {} });
  await typeOnScreen(page, 'English (US)', 'root\n');
  await screenShows(page, client, id, 'Password:');
  await typeOnScreen(page, 'English (US)', `${password}\n`);
  await screenShows(page, client, id, '#');
  await inGuest(client, id, `echo ${consoleKeymap('de').toString('base64')} | base64 -d | loadkmap`);
  await typeOnScreen(page, 'Deutsch', 'cat > /tmp/typed\nZürich @€\n');
  expect(await until('what was typed', async () => (await inGuest(client, id, 'cat /tmp/typed 2>/dev/null || true')) || undefined)).toBe(
    'Zürich @€\n',
  );

  await link(page, 'My machines').click();
  await link(page, 'Terminal').click();
  const terminal = page.getByRole('region', { name: /^Terminal on the machine/ });
  await terminal.getByText(/#/).first().waitFor();
  await page.keyboard.type('echo answer $((6*7))\n');
  await terminal.getByText('answer 42').first().waitFor();
  await page.keyboard.press('Control+Alt+Shift');
  await link(page, 'Serial console').click();
  // Its login prompt, which needs no network of the guest.
  await page
    .getByRole('region', { name: /^Serial console of the machine/ })
    .locator('.xterm-rows')
    .getByText('login:')
    .first()
    .waitFor();

  await link(page, 'My machines').click();
  await button(page, 'End').click();
  await button(page, 'End it').click();
  await button(page, 'Undo').waitFor();
  // Without waiting for the minutes that it is kept.
  await client.endReservation({ params: { id } });
  await page.getByText('You have no machines.').waitFor();
  expect(await server.settled(id)).toMatchObject({ state: 'ended' });
  expect(faults).toEqual([]);
  await context.close();
});

test('axe finds nothing on the page that is there before anybody signed in, in either theme', async () => {
  expect(await world.axeOnSignIn()).toEqual([]);
});

test('the server is killed and started again under an open page: the page says so, and goes on by itself', async () => {
  const { page, context, client } = await newPerson('kim', 'user');
  await page.getByText('You have no machines.').waitFor();
  await server.end('SIGKILL');
  await page.getByText('The server does not answer.').waitFor();
  await server.start({}, new URL(client.baseUrl).host);
  await page.getByText('The server does not answer.').waitFor({ state: 'detached' });
  const { id } = await client.reserve({ body: { image: 'starter', mode: 'instant', for: '1h' } });
  await page.getByRole('article').waitFor();
  await client.endReservation({ params: { id } });
  await page.getByText('You have no machines.').waitFor();
  await context.close();
});

test('the first load of My machines is under 250 kB of compressed script, and nothing comes from elsewhere', async () => {
  const { page, context } = await newPerson('ben', 'user', { at: 'about:blank' });
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  await page.goto(`${server.client.baseUrl}/machines`);
  await page.getByText('You have no machines.').waitFor();
  const scripts = loaded.filter((url) => url.endsWith('.js'));
  const sizes = await Promise.all(
    scripts.map(async (url) => (await fetch(url, { headers: { 'accept-encoding': 'gzip' } })).headers.get('content-length')),
  );
  const total = sizes.reduce((sum, size) => sum + Number(size), 0);
  expect(total).toBeGreaterThan(50_000);
  expect(total).toBeLessThan(250_000);
  expect(loaded.filter((url) => !url.startsWith(server.client.baseUrl))).toEqual([]);
  await context.close();
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
