/** What the portal's buttons ask of the server, part by part: a real browser, the API over services in memory. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Reservation } from '../../src/contract/reservations.ts';
import { type Browser, openBrowser, openPage, type Page } from '../support/browser.ts';
import { FakeWorld, type Person, SESSIONS } from '../support/fake-services.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

/** One server, browser and page for each language serve all tests; what a test did to the world or has at its page is gone with the next. */
let shared: Promise<{ server: TestServer; browser: Browser }> | undefined;
const pages = new Map<string, ReturnType<typeof openPage>>();
afterAll(async () => {
  const { server, browser } = (await shared) ?? {};
  await browser?.close();
  await server?.close();
});

async function start() {
  const server = await startTestServer({ portal: fileURLToPath(new URL('../../dist/portal', import.meta.url)) });
  return { server, browser: await openBrowser() };
}

/** Somebody who is signed in at a world that `fill` made. */
async function signedIn(name: Person, path: string, fill: (world: FakeWorld) => void, locale = 'en-GB') {
  const { server, browser } = await (shared ??= start());
  const opened = pages.get(locale) ?? openPage(browser, { locale });
  pages.set(locale, opened);
  const { page, context, faults } = await opened;
  await page.goto('about:blank');
  faults.length = 0;
  Object.assign(server.world, new FakeWorld());
  fill(server.world);
  await context.addCookies([{ name: `carrel-${new URL(server.baseUrl).port}`, value: SESSIONS[name], url: server.baseUrl }]);
  await page.goto(server.baseUrl + path);
  const called = (operation: string) =>
    server.world.calls
      .filter((call) => call.name === operation)
      .map((call) => call.args.slice(1).filter((arg) => !(arg instanceof AbortSignal)));
  return { page, faults, called, world: server.world };
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

function readyMachine(world: FakeWorld, owner: Person, change: Partial<Reservation['machine']> = {}): Reservation {
  const { id } = world.addReservation(owner);
  world.makeReady(id);
  const { machine } = world.reservations.get(id) as Reservation;
  return world.move(id, { machine: { ...machine, ...change } });
}

test('golden disks are put on the datastore that was written', async () => {
  const { page, called, faults } = await signedIn('root', '/images/starter', (world) => {
    world.provider.replicas = true;
  });
  await button(page, 'Replicate').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Datastore' }).fill(' ssd-2 ');
  await dialog.getByRole('button', { name: 'Replicate' }).click();
  await page.getByText('The golden disks are being copied').waitFor();
  expect(called('replicateImage')).toMatchObject([[{ provider: 'local', datastore: 'ssd-2' }]]);
  expect(faults).toEqual([]);
});

const QUESTION = {
  id: 'q7',
  text: 'The disk has run out of space.\nRetry, or cancel?',
  choices: [
    { key: '0', label: 'Retry' },
    { key: '1', label: 'Cancel' },
  ],
  preset: '0',
};
const ASKED = { kind: 'question' as const, since: '2026-01-02T03:04:05.000Z', text: 'It asks.', wayOut: 'Answer.', question: QUESTION };

test("a hypervisor's question is answered by an operator with the choice that was made", async () => {
  let machine = '';
  const { page, called, faults } = await signedIn('root', '/machines', (world) => {
    machine = readyMachine(world, 'root', { condition: ASKED }).machine.id;
  });
  const asked = page.getByRole('alert', { name: 'Its hypervisor asks' });
  await asked.getByText('The disk has run out of space.').waitFor();
  expect(await asked.getByRole('radio', { name: 'Retry (suggested)' }).isChecked()).toBe(true);
  await asked.getByRole('radio', { name: 'Cancel' }).check();
  await asked.getByRole('button', { name: 'Answer' }).click();
  await asked.waitFor({ state: 'detached' });
  expect(called('answerMachine')).toMatchObject([[{ id: machine, question: 'q7', choice: '1' }]]);
  expect(faults).toEqual([]);
});

test('who is no operator reads the question and has no answers to choose from; labels stand on the card', async () => {
  const { page, faults } = await signedIn('ann', '/machines', (world) => {
    const { id } = readyMachine(world, 'ann', { condition: ASKED });
    world.move(id, { labels: { course: 'bio-1', exam: '' } });
  });
  await page.getByText('An operator has to answer this.').waitFor();
  expect(await page.getByRole('radio').count()).toBe(0);
  expect(await page.getByRole('list', { name: 'Labels' }).getByRole('listitem').allTextContents()).toEqual(['course: bio-1', 'exam']);
  expect(faults).toEqual([]);
});

test('an image is given another name and description, and its page goes along', async () => {
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
  await page.getByRole('textbox', { name: 'Description' }).fill('for the second week');
  await button(page, 'Save').click();
  await page.getByRole('main').getByText('for the second week').waitFor();
  const id = world.images.get('beginner')?.id;
  expect(called('changeImage')).toEqual([
    [id, { name: 'beginner', description: 'for the first week' }],
    [id, { description: 'for the second week' }],
  ]);
  expect(faults).toEqual([]);
});

test('a retired revision is brought back as a draft', async () => {
  const { page, world, faults } = await signedIn('root', '/images/starter', (filled) => {
    filled.addRevision('starter', 'retired');
  });
  const second = page.getByRole('article', { name: 'Revision 2' });
  await second.getByRole('button', { name: 'Bring back' }).click();
  await second.getByText('draft', { exact: true }).waitFor();
  expect(world.revisions.map((revision) => revision.state)).toEqual(['published', 'draft']);
  expect(faults).toEqual([]);
});

test('a machine that people come into by Remote Desktop has its file, and no terminal', async () => {
  let hostname = '';
  const { page, faults } = await signedIn('ann', '/machines', (world) => {
    hostname = readyMachine(world, 'ann', { address: { host: '192.0.2.9', sshPort: 22, rdpPort: 3390 } }).hostname;
    world.connection = { protocol: 'rdp', host: '192.0.2.9', port: 3390, user: 'student', password: 'correct-horse', hostKeys: [] };
  });
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name: 'RDP file' }).click();
  const file = await coming;
  expect([file.suggestedFilename(), readFileSync(await file.path(), 'utf8')]).toEqual([
    `${hostname}.rdp`,
    'full address:s:192.0.2.9:3390\r\n',
  ]);
  expect(await page.getByRole('link', { name: 'Terminal' }).count()).toBe(0);
  await button(page, 'Credentials').click();
  await page.getByRole('dialog').getByText('192.0.2.9:3390').waitFor();
  await page.getByText('The RDP file holds address and user').waitFor();
  expect(faults).toEqual([]);
});

test('a larger disk is asked for in GiB, never a smaller one, and only by a mode that makes it', async () => {
  const { page, called, faults } = await signedIn('ann', '/reserve/starter', () => {}, 'de-DE');
  await button(page, 'Weitere Möglichkeiten').click();
  const size = page.getByRole('textbox', { name: 'Platte, in GiB' });
  await page.getByText('Ohne Angabe so groß wie die des Images: 10 GiB.').waitFor();
  await size.fill('9,99');
  await page.getByText('Von 10 GiB bis 16.384 GiB: nie kleiner als die des Images.').waitFor();
  expect(await button(page, 'Reservieren').isDisabled()).toBe(true);
  await size.fill('12,5');
  const mode = page.getByRole('combobox', { name: 'Rechner' });
  await mode.click();
  await page.getByRole('option', { name: 'Instant Clone' }).click();
  await size.waitFor({ state: 'detached' });
  await mode.click();
  await page.getByRole('option', { name: 'Volle Kopie' }).click();
  await size.waitFor();
  await button(page, 'Reservieren').click();
  await page.getByRole('heading', { level: 1, name: 'Meine Rechner' }).waitFor();
  expect(called('reserve')).toMatchObject([[{ mode: 'full', diskMiB: 12_800 }]]);
  expect(faults).toEqual([]);
});

test('in German, why a time cannot be had and what the reconciler found are German, and what only a driver says stands as the words of the server', async () => {
  const { page, faults } = await signedIn('root', '/reserve/starter', () => {}, 'de-DE');
  await page.getByText(/^Zu wenig Platz .*: Rechner: frei 0, gebraucht 1\.$/).waitFor();
  await page.getByRole('link', { name: 'Betrieb' }).first().click();
  await page.getByRole('tab', { name: 'Befunde' }).click();
  await button(page, 'Jetzt nachsehen').click();
  await page.getByText('Übriggeblieben').waitFor();
  await page.getByText('wird weggeräumt · /machines/x').waitFor();
  await page.getByText('würde behoben').waitFor();
  await page.getByText('Der Server sagt: a folder of ours that no machine uses').waitFor();
  expect(faults).toEqual([]);
});
