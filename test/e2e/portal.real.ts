/** The portal as people use it: Debian's Chromium, the whole server, machines of real QEMU. The rest (checkpoints, a clipboard, an undone end, hostile names on all pages, accounts, series, a password): portal.long.ts. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from '../support/browser.ts';
import { consoleKeymap } from '../support/console-keymap.ts';
import { inGuest } from '../support/guest-shell.ts';
import { screenShows } from '../support/portal-screen.ts';
import { PortalWorld } from '../support/portal-world.ts';
import { until } from '../support/server.ts';

const world = new PortalWorld();
const { server } = world;
const newPerson = (...person: Parameters<PortalWorld['newPerson']>) => world.newPerson(...person);
beforeAll(() => world.start());
afterAll(() => world.dispose());

/** The first: a page may lead to another twice, by its navigation and in its own words. */
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).first();
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

async function reserveStarter(page: Page): Promise<void> {
  await link(page, 'Reserve').click();
  await page.getByRole('link', { name: /starter/ }).click();
  await page.getByText('It can be had at that time.').waitFor();
  await button(page, 'Reserve').click();
}

async function typeOnScreen(page: Page, layout: string, text: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Keyboard of the machine' }).click();
  await page.getByRole('option', { name: layout, exact: true }).click();
  await button(page, 'Type text').click();
  await page.getByRole('textbox', { name: 'Type text' }).fill(text);
  await button(page, 'Type').click();
  await page.getByRole('textbox', { name: 'Type text' }).waitFor({ state: 'detached' });
}

async function typeInTerminal(page: Page, line: string, answer: string): Promise<void> {
  await link(page, 'Terminal').click();
  const terminal = page.getByRole('region', { name: /^Terminal on the machine/ });
  await terminal.getByText(/#/).first().waitFor();
  await page.keyboard.type(`${line}\n`);
  await terminal.getByText(answer).first().waitFor();
}

test('a new person signs in, reserves, sees the screen, goes on when the server was killed and started again, types on a German layout, uses the terminal, ends', async () => {
  const { page, context, faults, client } = await newPerson('ann', 'user', { withPassword: true });
  await page.getByText('You have no machines.').waitFor();
  await reserveStarter(page);
  await page.getByRole('article').getByText('ready', { exact: true }).waitFor();
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
  const ends = (text: string, ...prompts: string[]) => prompts.some((prompt) => text.trimEnd().endsWith(prompt));
  let shown: string;
  do {
    await typeOnScreen(page, 'English (US)', 'root\n');
    await screenShows(page, client, id, (text) => ends(text, 'Password:'));
    await typeOnScreen(page, 'English (US)', `${password}\n`);
    // login(1) drops what was typed before it asks: on a slow guest, which has not come to that yet, one types it again.
    shown = await screenShows(page, client, id, (text) => ends(text, '#', 'login:'));
  } while (!ends(shown, '#'));
  await inGuest(client, id, `echo ${consoleKeymap('de').toString('base64')} | base64 -d | loadkmap`);

  expect(faults).toEqual([]);
  const url = page.url();
  await server.end('SIGKILL');
  await page.getByText('The server does not answer.').waitFor();
  await server.start({}, new URL(client.baseUrl).host);
  await page.getByText('The server does not answer.').waitFor({ state: 'detached' });
  // What is typed from here on shows that the screen was opened again, and the end that events come again: nobody loads a page.
  await button(page, 'Type text').and(page.locator(':enabled')).waitFor();
  expect(page.url()).toBe(url);
  // Of connections that broke.
  faults.length = 0;

  await typeOnScreen(page, 'Deutsch', 'cat > /tmp/typed\nZürich @€\n');
  // A letter that came before `cat` was there is written by itself.
  const typed = () => inGuest(client, id, 'cat /tmp/typed 2>/dev/null || true');
  expect(await until('what was typed', async () => [await typed()].find((text) => text.endsWith('\n')))).toBe('Zürich @€\n');

  await link(page, 'My machines').click();
  await typeInTerminal(page, 'echo answer $((6*7))', 'answer 42');
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

test('an author checks out, changes, captures, publishes, and reserves the change', async () => {
  const { page, context, faults, client } = await newPerson('ada', 'admin', { at: '/images/starter' });
  await button(page, 'Check out').click();
  await page.getByRole('article').getByText('ready', { exact: true }).waitFor();
  const connection = (id = '') => client.connectReservation({ params: { id }, body: {} });
  const before = await connection((await client.listReservations()).items[0]?.id);
  await typeInTerminal(page, 'echo changed > /root/change; sync; echo written $((6*7))', 'written 42');
  await page.keyboard.press('Control+Alt+Shift');
  await link(page, 'My machines').click();
  await button(page, 'Capture').click();
  await page.getByLabel('What has changed').fill('<b>a change</b>');
  await button(page, 'Capture').last().click();
  await page.getByText('The capture has begun').waitFor();
  await link(page, 'Images').click();
  await link(page, 'starter').click();
  const second = page.getByRole('article', { name: 'Revision 2' });
  await second.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await second.getByText('published', { exact: true }).waitFor();
  await page.getByRole('tab', { name: 'Lineage' }).click();
  await page.getByRole('listitem').filter({ hasText: 'starter@2' }).first().waitFor();
  await reserveStarter(page);
  const mine = async () => (await client.listReservations()).items;
  const changed = await until('the machine of the change', async () => (await mine()).find((r) => r.revision === 2 && r.state === 'ready'));
  expect(await inGuest(client, changed.id, 'cat /root/change')).toBe('changed\n');
  const now = await connection(changed.id);
  expect(now.hostKeys).not.toEqual(before.hostKeys);
  expect(now.password).not.toBe(before.password);
  for (const { id } of await mine()) await client.endReservation({ params: { id } });
  expect(faults).toEqual([]);
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
