/** What portal-parts.real.ts leaves out: rarer buttons, each of which asks one thing of the server, and every page by axe. */
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { axeInBothThemes, axeViolations } from '../support/axe.ts';
import { axeTests, operatorTest, screenKeysTest } from '../support/portal-parts-suite.ts';
import { button, closePortalParts, readyMachine, signedIn } from '../support/portal-parts.ts';
import { eventually } from '../support/test-server.ts';

afterAll(closePortalParts);
screenKeysTest();
operatorTest();
axeTests();

test('golden disks are put on the datastore that was written', async () => {
  const { page, called, faults } = await signedIn('root', '/images/starter', (world) => {
    world.provider.replicas = true;
  });
  await button(page, 'Replicate').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Datastore' }).fill(' ssd-2 ');
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
    const [endsAt, endNearAt] = [3_600_000, -1_000].map((ms) => new Date(Date.now() + ms).toISOString()) as [string, string];
    world.move(id, { labels: { course: 'bio-1', exam: '' }, endsAt, endNearAt });
  });
  await page.getByText('An operator has to answer this.').waitFor();
  await page.getByText('What may be answered: Retry, Cancel', { exact: true }).waitFor();
  expect(await page.getByRole('radio').count()).toBe(0);
  expect(await page.getByRole('list', { name: 'Labels' }).getByRole('listitem').allTextContents()).toEqual(['course=bio-1', 'exam']);
  // Long before ten minutes are left: as the site's rule has it.
  await page.getByRole('status').filter({ hasText: /left$/ }).waitFor();
  expect(faults).toEqual([]);
});

test('an operator has golden disks sealed anew where they are not what was sealed, with a reason', async () => {
  const { page, called, faults } = await signedIn('root', '/images/starter', (filled) => {
    filled.provider.reseals = true;
    const failure = { code: 'master-changed', message: 'the datastore has another name', retry: 'never' as const };
    Object.assign(filled.addRevision('starter', 'retired'), { failure });
  });
  const second = page.getByRole('article', { name: 'Revision 2' });
  await second.getByRole('button', { name: 'Seal anew' }).click();
  const dialog = page.getByRole('dialog');
  const go = dialog.getByRole('button', { name: 'Seal anew' });
  expect(await go.isDisabled()).toBe(true);
  await dialog.getByRole('textbox').fill(' ds0 is called gold now ');
  await go.click();
  await page.getByText('The golden disks are sealed anew').waitFor();
  expect(called('resealRevision')).toMatchObject([[{ image: 'starter', revision: 2, reason: 'ds0 is called gold now' }]]);
  // Of one that nothing speaks against it is not offered.
  const first = page.getByRole('article', { name: 'Revision 1' });
  await first.getByRole('button', { name: 'Verify' }).waitFor();
  expect(await first.getByRole('button', { name: 'Seal anew' }).count()).toBe(0);
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

test('what is repeated is said in words before it is reserved, live, with what of it cannot be had, beside bars that have hours', async () => {
  const { page, called, faults } = await signedIn('ann', '/reserve/starter', () => {});
  await page.getByText('Again and again', { exact: true }).click();
  await page.getByLabel(/^Begin/).fill('2027-01-04T13:00');
  await page.getByLabel(/^Until/).fill('2027-01-31');
  const free = page.getByRole('region', { name: 'What is free' });
  await free.getByText('Every Monday, 13:00, until 31 January 2027: 4 times').waitFor();
  await free.getByText(/^1 of them cannot be had: .*18 Jan.*13:00$/).waitFor();
  await page.getByLabel(/^Until/).fill('2027-01-12');
  await free.getByText('Every Monday, 13:00, until 12 January 2027: 2 times').waitFor();
  await free.getByText('Each of them can be had.').waitFor();
  await page.getByLabel(/^Until/).fill('2027-01-01');
  await free.getByText('The last day lies before the first.').waitFor();
  expect(await free.locator('.day-hours').innerText()).toMatch(/^0\s*6\s*12\s*18\s*24$/);
  const tall = await free.locator('.day-hours > span').evaluateAll((hours) => hours.map((hour) => hour.getBoundingClientRect().height));
  expect(new Set(tall).size).toBe(1);
  expect(called('reserveSeries')).toEqual([]);
  expect(faults).toEqual([]);
});

test('in German, why a time cannot be had and what the reconciler found are German, and what only a driver says stands as the words of the server', async () => {
  const { page, faults } = await signedIn('root', '/reserve/starter', () => {}, 'de-DE');
  await page.getByText(/^Zu wenig Platz \(.*\)\. Rechner: frei 0, gebraucht 1\.$/).waitFor();
  await page.getByRole('link', { name: 'Betrieb' }).first().click();
  await page.getByRole('tab', { name: 'Befunde' }).click();
  await button(page, 'Jetzt nachsehen').click();
  await page.getByText('Übriggeblieben').waitFor();
  await page.getByText('wird weggeräumt · /machines/x').waitFor();
  await page.getByText('würde behoben').waitFor();
  await page.getByText('Der Server sagt: a folder of ours that no machine uses').waitFor();
  expect(faults).toEqual([]);
});

test('in German, a machine that is booked says what it waits for, one that is made where it is made, and a provider why it is not up', async () => {
  const { page, faults } = await signedIn(
    'root',
    '/machines',
    (world) => {
      const why = { code: 'waiting-maintenance', facts: { at: '2026-01-02T05:00:00.000Z' } } as const;
      world.addReservation('root', { state: 'booked', stage: 'booked', stageText: 'its English', notice: why });
      const placementNotices = [{ code: 'place-room', facts: { place: 'kvm-2' } } as const];
      const made = { code: 'making-linked', facts: {} } as const;
      world.addReservation('root', {
        stage: 'cloning',
        stageText: 'its English',
        notice: made,
        placement: 'its English',
        placementNotices,
      });
      Object.assign(world.provider, { state: 'down', problem: 'no route', problemCode: 'unavailable' });
    },
    'de-DE',
  );
  await page.getByText(/^Wartet, bis die Wartung .* zu Ende ist: dann wird sein Rechner begonnen\.$/).waitFor();
  await page.getByText('Ein Linked Clone: er steht auf dem Golden Image.').waitFor();
  await page.getByText('kvm-2 hat Platz.').waitFor();
  expect(await page.getByText('its English').count()).toBe(0);
  await page.getByRole('link', { name: 'Betrieb' }).first().click();
  await page.getByText('Er antwortet nicht, oder nicht, wie er soll.').waitFor();
  await page.getByText('Der Server sagt: no route').waitFor();
  expect(faults).toEqual([]);
});

test('an operator takes away a machine that is nobody’s and moves one that is off; on a phone the tabs stay in one row', async () => {
  let [left, moved] = ['', ''];
  const { page, called, faults } = await signedIn('root', '/operate', (world) => {
    left = world.addNobodys().id;
    world.provider.relocates = true;
    world.provider.datastores = [
      { name: 'ssd-1', capacityMiB: 4096, freeMiB: 1024, roomMiB: 2048, promisedMiB: 512 },
      { name: 'ssd-2', capacityMiB: 4096, freeMiB: 4096, roomMiB: 4096, promisedMiB: 0 },
      { name: 'old-1', awaySince: '2026-11-23T10:00:00.000Z', promisedMiB: 0 },
    ];
    moved = readyMachine(world, 'ann', { state: 'stopped', host: 'esx-1', datastores: ['ssd-1'] }).id;
  });
  await page.setViewportSize({ width: 390, height: 844 });
  const list = page.getByRole('tablist');
  await list.waitFor();
  const tops = await list.getByRole('tab').evaluateAll((tabs) => tabs.map((tab) => Math.round(tab.getBoundingClientRect().top)));
  expect([tops.length, new Set(tops).size]).toEqual([7, 1]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  // The last is reached by keyboard, and scrolled to.
  await list.getByRole('tab').first().press('ArrowLeft');
  await list.getByRole('tab', { name: 'Audit', selected: true }).waitFor();
  expect(await list.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
  // And by a link that leads to it.
  await page.reload();
  await list.getByRole('tab', { name: 'Audit', selected: true }).waitFor();
  await eventually('the row to be scrolled', async () => (await list.evaluate((element) => element.scrollLeft)) > 0);
  await page.setViewportSize({ width: 1280, height: 800 });
  await list.getByRole('tab', { name: 'Providers' }).click();
  await page.getByText('Datastore ssd-1 (1 GiB free)').waitFor();
  await page.getByText('512 MiB of 2 GiB').waitFor();
  await page.getByText(/^Datastore old-1 cannot be used since/).waitFor();
  await list.getByRole('tab', { name: 'Machines' }).click();
  const row = page.getByRole('row').filter({ hasText: 'esx-1' });
  await row.getByText('ssd-1').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  expect(await row.getByRole('cell').nth(2).textContent()).toBe('ann');
  await row.getByRole('button', { name: /^Move:/ }).click();
  const dialog = page.getByRole('dialog');
  const where = dialog.getByRole('combobox');
  await where.click();
  // Where it lies, and one that is away, are no choice; another name may be written all the same.
  expect(await page.getByRole('option').allTextContents()).toEqual(['ssd-2']);
  await page.getByRole('option').click();
  await dialog.getByRole('button', { name: 'Move' }).click();
  await page.getByText('The move has begun: Jobs says how far it is').waitFor();
  await page.getByRole('switch', { name: "Only nobody's" }).check();
  await row.waitFor({ state: 'detached' });
  await button(page, `Take away: ${left.slice(0, 8)}`).click();
  await dialog.getByRole('button', { name: 'Take away' }).click();
  await page.getByText('being taken away').waitFor();
  expect(await page.getByRole('button', { name: /^Take away/ }).count()).toBe(0);
  expect([called('relocateReservation'), called('endMachine')]).toEqual([[[{ id: moved, datastore: 'ssd-2' }]], [[left]]]);
  expect(faults).toEqual([]);
});

test('text is pasted into a terminal and copied out of it, and the screen says that its own clipboard stays there', async () => {
  const { page, faults } = await signedIn('ann', '/machines', (world) => {
    readyMachine(world, 'ann');
    const stream = new PassThrough();
    stream.write('\u001B[38;2;10;200;30mgreen\u001B[0m ');
    world.openShell = async () => ({ stream, resize: () => {}, close: () => void stream.destroy() });
  });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate("navigator.clipboard.writeText('Zürich @€')");
  await page.getByRole('link', { name: 'Terminal' }).click();
  const shown = page.getByRole('region', { name: /^Terminal on the machine/ });
  // A colour of its own is a style of its own, which the page's policy lets through one way only.
  const green = shown.locator('.xterm-rows').getByText('green');
  await green.waitFor();
  expect(
    await green.evaluate(
      (at) => (globalThis as unknown as { getComputedStyle(of: unknown): { color: string } }).getComputedStyle(at).color,
    ),
  ).toBe('rgb(10, 200, 30)');
  expect(await axeInBothThemes(page, 'a terminal')).toEqual([]);
  await shown.getByRole('textbox').press('Shift+Insert');
  await shown.getByText('Zürich @€').first().waitFor();
  await page.evaluate("navigator.clipboard.writeText('')");
  await shown.locator('.xterm-screen').dblclick({ position: { x: 12, y: 8 } });
  await page.keyboard.press('Control+Insert');
  await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe('green');
  // Tab is the machine's; with this the keyboard is the page's again.
  await page.keyboard.press('Control+Alt+Shift');
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('main');
  expect(faults).toEqual([]);
  await page.getByRole('navigation', { name: 'To this machine' }).getByRole('link', { name: 'Screen' }).click();
  await page.getByText(/^What is copied in a desktop with spice-vdagent/).waitFor();
});
