/** What the portal does by itself: a machine's screen, what a person sets for themselves, work that goes on under an open page. */
import { Duplex, PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { CarrelError } from '../../src/lib/errors.ts';
import { axeInBothThemes, axeViolations } from './axe.ts';
import { PATIENCE_MS, type Page } from './browser.ts';
import { button, readyMachine, signedIn } from './portal-parts.ts';
import { byKeyboardAlone } from './portal-keyboard.ts';
import { RfbMachine } from './rfb-machine.ts';

/** Whether a picture is shown, and how much of the window it has. */
const SHOWN = `(() => {
  const canvas = document.querySelector('.screen canvas');
  const data = canvas?.width > 0 ? canvas.getContext('2d').getImageData(0, 0, 1, 1).data : [0];
  const { width, height } = document.querySelector('.screen').firstElementChild.getBoundingClientRect();
  return { painted: data[0] === 200, whole: width === innerWidth && height === innerHeight, full: document.fullscreenElement?.className };
})()`;

async function atScreen() {
  const machine = await RfbMachine.listen();
  onTestFinished(() => machine.close());
  let id = '';
  const at = await signedIn(
    'ann',
    '/machines',
    (world) => {
      id = readyMachine(world, 'ann').id;
      world.consoleSocket = machine.socketPath;
    },
    'en-US',
  );
  await at.page.getByRole('link', { name: 'Connect' }).click();
  const shows = () => expect.poll(() => at.page.evaluate(SHOWN), { timeout: PATIENCE_MS });
  await shows().toMatchObject({ painted: true });
  return { ...at, id, machine, shows };
}

/** What is sent to a machine and how its screen is shown. */
export function screenKeysTest(): void {
  test('a screen has all of the display, is sent keys that the browser keeps for itself, and remembers which keyboard its machine has', async () => {
    const { page, machine, shows, faults } = await atScreen();
    const sent = async (keys: string[]) => {
      await expect.poll(() => machine.keys, { timeout: PATIENCE_MS }).toEqual(keys);
      machine.keys.length = 0;
    };
    const send = async (name: string) => {
      await button(page, 'Send keys').click();
      await page.getByRole('menuitem', { name, exact: true }).click();
    };
    await send('Ctrl+Alt+Del');
    await sent(['+ffe3', '+ffe9', '+ffff', '-ffff', '-ffe9', '-ffe3']);
    await send('Ctrl+Alt+F2');
    await sent(['+ffe3', '+ffe9', '+ffbf', '-ffbf', '-ffe9', '-ffe3']);
    const layout = page.getByRole('combobox', { name: 'Keyboard of the machine' });
    expect(await layout.inputValue()).toBe('English (US)');
    await layout.click();
    await page.getByRole('option', { name: 'Deutsch', exact: true }).click();
    await page.reload();
    await shows().toMatchObject({ painted: true });
    expect(await layout.inputValue()).toBe('Deutsch');
    await button(page, 'Type text').click();
    await page.getByRole('textbox', { name: 'Type text' }).fill('@');
    await button(page, 'Type').click();
    await sent(['+fe03', '+71', '-71', '-fe03']);
    await button(page, 'Full screen').click();
    await shows().toEqual({ painted: true, whole: true, full: 'screen' });
    await page.keyboard.press('x');
    await sent(['+78', '-78']);
    await page.evaluate('document.exitFullscreen()');
    await shows().toMatchObject({ whole: false });
    expect(faults).toEqual([]);
  });
}

export function screenTests(): void {
  test('a screen whose connection was cut says so and comes back by itself', async () => {
    const { page, machine, world, shows, faults } = await atScreen();
    const found = await axeInBothThemes(page, 'a screen');
    let comeBack = (): void => {};
    world.failures.set('openConsole', new Promise<void>((resolve) => (comeBack = resolve)));
    machine.cut();
    await page.getByText('The connection broke. Connecting again …').waitFor();
    expect(await button(page, 'Send keys').isDisabled()).toBe(true);
    expect([...found, ...(await axeInBothThemes(page, 'a screen that is cut off'))]).toEqual([]);
    comeBack();
    await shows().toMatchObject({ painted: true });
    expect(machine.viewers).toBe(2);
    await page.getByText('The connection broke.').waitFor({ state: 'detached' });
    // Its keyboard is the machine's again.
    await page.keyboard.press('y');
    await expect.poll(() => machine.keys, { timeout: PATIENCE_MS }).toEqual(['+79', '-79']);
    expect(faults).toEqual([]);
  });

  test('reserve, look at the screen and end, by keyboard alone', async () => {
    const machine = await RfbMachine.listen();
    onTestFinished(() => machine.close());
    const { page, world, faults } = await signedIn('ann', '/machines', (filled) => {
      filled.plenty = true;
      filled.consoleSocket = machine.socketPath;
    });
    await byKeyboardAlone(page, async () => {
      await expect.poll(() => world.reservations.size, { timeout: PATIENCE_MS }).toBe(1);
      for (const id of world.reservations.keys()) world.makeReady(id);
    });
    expect(faults).toEqual([]);
  });
}

export function serialTests(): void {
  test('a serial console shows what was said before, takes what is typed, is joined again by itself, and goes to one at a time', async () => {
    let [id, typed] = ['', ''];
    let machine = new PassThrough();
    const { page, world, called, faults } = await signedIn('ann', '/machines', (filled) => {
      id = readyMachine(filled, 'ann').id;
      filled.serial = 'starter login:\n';
      filled.openSerial = async () => {
        machine = new PassThrough();
        const stream = Duplex.from({ readable: machine, writable: new PassThrough().on('data', (said) => (typed += said)) });
        stream.on('error', () => {});
        return stream;
      };
    });
    // A phone is narrower than a serial port: its terminal is scrolled, and the page is not.
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('link', { name: 'Terminal' }).click();
    // No shell is to be had: the other way stands there.
    await page.getByRole('alert').waitFor();
    await page.getByRole('link', { name: 'Serial console' }).click();
    const shown = page.getByRole('region', { name: /^Serial console of the machine/ });
    await shown.locator('.xterm-rows').getByText('starter login:').waitFor();
    const widths = await page.evaluate("[document.documentElement.scrollWidth, document.querySelector('.xterm-screen').clientWidth > 600]");
    expect(widths).toEqual([390, true]);
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(await axeViolations(page)).toEqual([]);
    await shown.getByRole('textbox').pressSequentially('root');
    await page.keyboard.press('Tab');
    await expect.poll(() => typed, { timeout: PATIENCE_MS }).toBe('root\t');
    machine.write('Password: ');
    await shown.locator('.xterm-rows').getByText('Password:').waitFor();
    let comeBack = (): void => {};
    world.failures.set('openSerialConsole', new Promise<void>((resolve) => (comeBack = resolve)));
    machine.destroy(new Error('its hypervisor went away'));
    await page.getByText('The connection broke. Connecting again …').waitFor();
    comeBack();
    await page.getByText('The connection broke.').waitFor({ state: 'detached' });
    // What it said stays: the next connection goes on with it.
    await shown.locator('.xterm-rows').getByText('Password:').waitFor();

    const other = await world.serials.join({ id, force: true }, 'bob', async () => new PassThrough());
    await page.getByRole('alert', { name: 'Somebody else took this serial console over' }).waitFor();
    await page.reload();
    await page.getByRole('alert', { name: /^bob is at this serial console since / }).waitFor();
    await button(page, 'Take it over').click();
    await expect.poll(() => other.taken.aborted, { timeout: PATIENCE_MS }).toBe(true);
    await page.getByRole('alert').waitFor({ state: 'detached' });
    const focused = () =>
      expect.poll(() => page.evaluate('document.activeElement.className || document.activeElement.id'), { timeout: PATIENCE_MS });
    await focused().toContain('xterm');
    expect(called('openSerialConsole').map(([request]) => (request as { force: boolean }).force)).toEqual([false, false, false, true]);
    await page.keyboard.press('Control+Alt+Shift');
    await focused().toContain('AppShell-main');
    expect(faults).toEqual([]);
  });
}

async function choose(page: Page, account: string, name: string): Promise<void> {
  await button(page, account).click();
  await page.getByRole('menuitemradio', { name, exact: true }).click();
  await page.keyboard.press('Escape');
}

/** A language that cannot be loaded leaves the page as it is, and says so; of two that are chosen one after the other the last is shown. */
async function choosesLanguage(page: Page): Promise<void> {
  const words = /\/assets\/de-[^/]*\.js$/;
  await page.route(words, (route) => route.abort());
  await choose(page, 'ann', 'Deutsch');
  await page.getByText('Deutsch could not be loaded').waitFor();
  await button(page, 'ann').click();
  await page.getByRole('menuitemradio', { name: 'English', exact: true, checked: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.unroute(words);
  let go = (): void => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  await page.route(words, (route) => held.then(() => route.continue()));
  const loaded = page.waitForEvent('requestfinished', (request) => words.test(request.url()));
  await choose(page, 'ann', 'Deutsch');
  await choose(page, 'ann', 'English');
  go();
  await loaded;
  await page.unroute(words);
}

export function ownTests(): void {
  test('language and colours stay as a person chose them; one of their browsers is signed out from another, and this one by itself', async () => {
    const others = ['1', '2'].map((n) => ({ id: `00000000-0000-4000-8000-0000000000a${n}`, userAgent: `Telephone ${n}` }));
    const fill = (world: { otherBrowsers: typeof others }) => void (world.otherBrowsers = [...others]);
    const { page, called, faults } = await signedIn('ann', '/own', fill, 'en-US');
    const theme = () => page.evaluate('document.documentElement.dataset.mantineColorScheme');
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await theme()).toBe('light');
    await choosesLanguage(page);
    await choose(page, 'ann', 'Dark');
    await choose(page, 'ann', 'Deutsch');
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Anmeldung und Passwort' }).waitFor();
    expect([await theme(), await page.evaluate('document.documentElement.lang')]).toEqual(['dark', 'de']);
    // On the dark of the page the mark is lighter than on white.
    expect(await page.evaluate("getComputedStyle(document.querySelector('.mark path')).fill")).toBe('rgb(55, 159, 148)');
    await page.getByRole('group', { name: /^Firefox auf Linux · / }).waitFor();
    await button(page, 'ann').click();
    for (const name of ['Dunkel', 'Deutsch']) await page.getByRole('menuitemradio', { name, exact: true, checked: true }).waitFor();
    await page.keyboard.press('Escape');
    await choose(page, 'ann', 'English');
    await choose(page, 'ann', 'As the system');
    expect(await theme()).toBe('light');

    const there = page.getByRole('region', { name: 'Where you are signed in' });
    const second = there.getByRole('group', { name: /^Telephone 2/ });
    await second.getByRole('button', { name: 'Sign out there' }).click();
    await second.waitFor({ state: 'detached' });
    await there.getByText('Telephone 1').waitFor();
    // Of this one it is not offered here.
    expect(await there.getByRole('button').count()).toBe(1);
    expect(called('endSession')).toEqual([[{ account: 'ann', id: others[1]?.id }]]);

    await button(page, 'ann').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(called('signOut')).toHaveLength(1);
    expect(await page.context().cookies()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('how far a capture is goes on under the open page; a copy of golden disks that is refused says why, and one that fails later too', async () => {
    const { page, world, faults } = await signedIn('root', '/images/starter', (filled) => {
      filled.provider.replicas = true;
      filled.failures.set('listRevisions', new CarrelError('busy', 'not just now'));
      Object.assign(filled.addRevision('starter', 'preparing'), { progress: { text: 'copying', fraction: 0.25 } });
    });
    // A list that could not be read is no empty one.
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
    const second = page.getByRole('article', { name: 'Revision 2' });
    await second.getByText('25%').waitFor();
    const [, capture] = world.revisions;
    Object.assign(capture as object, { progress: { text: 'copying', fraction: 0.75 } });
    await second.getByText('75%').waitFor();
    expect(await second.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('75');
    Object.assign(capture as object, { state: 'draft', progress: undefined });
    await second.getByText('draft', { exact: true }).waitFor();
    expect(await second.getByRole('progressbar').count()).toBe(0);

    const first = page.getByRole('article', { name: 'Revision 1' });
    const dialog = page.getByRole('dialog');
    const replicate = async () => {
      await first.getByRole('button', { name: 'Replicate' }).click();
      await dialog.getByRole('combobox', { name: 'Datastore' }).fill('ssd-9');
      await dialog.getByRole('button', { name: 'Replicate' }).click();
    };
    world.failures.set('replicateImage', new CarrelError('not-found', 'there is no datastore ssd-9'));
    await replicate();
    await page.getByRole('alert').getByText('there is no datastore ssd-9').waitFor();
    // What was typed is still there.
    expect(await dialog.getByRole('combobox', { name: 'Datastore' }).inputValue()).toBe('ssd-9');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await replicate();
    await page.getByText('The golden disks are being copied').waitFor();
    const [job] = [...world.jobs.values()].toReversed();
    Object.assign(job as object, {
      state: 'undone',
      error: { code: 'no-capacity', message: 'ssd-9 has 1 GiB free', retry: 'never' },
    });
    const why = first.getByRole('alert', { name: /^The golden disks could not be copied/ });
    await why.getByText('ssd-9 has 1 GiB free').waitFor();
    expect(faults).toEqual([]);
  });
}

export function operatorTest(): void {
  test('an operator closes a provider and opens it again, and makes an operator of a person and a person of them', async () => {
    const { page, called, faults } = await signedIn('root', '/operate', () => {});
    const local = page.getByRole('article', { name: 'local' });
    await local.getByRole('button', { name: 'Disable' }).click();
    await local.getByText('disabled', { exact: true }).waitFor();
    // Nothing is begun there, so there is nothing to empty it of beforehand.
    expect(await local.getByRole('button', { name: 'Empty' }).count()).toBe(0);
    await local.getByRole('button', { name: 'Enable' }).click();
    await local.getByText('up', { exact: true }).waitFor();
    expect(called('enableProvider')).toEqual([
      ['local', false],
      ['local', true],
    ]);
    await page.getByRole('tab', { name: 'Accounts' }).click();
    // Which tab is open stands in the address: it is gone back from, and led to.
    await page.getByRole('tab', { name: 'Jobs' }).click();
    const selected = (name: string) => page.getByRole('tab', { name, selected: true }).waitFor();
    await selected('Jobs');
    await page.goBack();
    await selected('Accounts');
    await page.reload();
    await selected('Accounts');
    const ann = page.getByRole('article', { name: 'ann' });
    for (const [name, now] of [
      ['Make an operator', 'operator'],
      ['Make a user', 'user'],
    ] as const) {
      await button(page, 'More: ann').click();
      await page.getByRole('menuitem', { name }).click();
      await ann.getByText(new RegExp(`^${now} · `)).waitFor();
    }
    expect(called('changeAccount')).toMatchObject([[{ account: 'ann', role: 'admin' }], [{ account: 'ann', role: 'user' }]]);
    // Nobody takes their own rights.
    expect(await button(page, 'More: root').count()).toBe(0);
    expect(faults).toEqual([]);
  });
}

/** A page of a person with a menu and a dialog, and one of an operator; each of them: {@link axeTests}. */
export function axeSample(): void {
  test('axe finds nothing in either theme on My machines, a menu and a dialog of it, and what an operator sees', async () => {
    const { page, faults } = await signedIn('root', '/machines', (world) => void readyMachine(world, 'root'));
    await button(page, 'Power').click();
    await page.getByRole('menu').waitFor();
    const found = await axeInBothThemes(page, 'a menu of My machines');
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await button(page, 'End').click();
    await page.getByRole('dialog').waitFor();
    found.push(...(await axeInBothThemes(page, 'End')));
    await page.goto(new URL('/operate', page.url()).href);
    await page.getByRole('tabpanel').waitFor();
    await page.getByRole('status', { name: /^Loading/ }).waitFor({ state: 'detached' });
    found.push(...(await axeInBothThemes(page, 'Operate')));
    expect(found).toEqual([]);
    expect(faults).toEqual([]);
  });
}

export function axeTests(): void {
  test('axe finds nothing in either theme: every page and tab of an operator with what was found at a provider, every dialog and menu of a machine', async () => {
    let id = '';
    const { page, faults } = await signedIn('root', '/machines', (world) => {
      id = readyMachine(world, 'root').id;
      const failure = { code: 'guest-timeout', message: 'late', retry: 'never' as const };
      world.addReservation('root', { state: 'failed', failure });
      world.addReservation('root', { state: 'booked', stage: 'booked' });
      world.addJob('provision', 'ann', 'stuck');
      world.addNobodys();
      world.otherBrowsers = [{ id: '00000000-0000-4000-8000-0000000000a1', userAgent: 'Telephone' }];
    });
    const found: string[] = [];
    const look = async (where: string) => {
      await page.getByRole('status', { name: /^Loading/ }).waitFor({ state: 'detached' });
      found.push(...(await axeInBothThemes(page, where)));
    };
    await page.getByRole('switch', { name: 'Those that ended' }).check();
    await button(page, 'Reserve again').waitFor();
    await look('My machines');
    const card = page.getByRole('article').filter({ has: page.getByRole('link', { name: 'Connect' }) });
    for (const menu of ['Extend', 'Power']) {
      await card.getByRole('button', { name: menu, exact: true }).click();
      await page.getByRole('menu').waitFor();
      await look(menu);
      await page.keyboard.press('Escape');
      await page.getByRole('menu').waitFor({ state: 'detached' });
    }
    await card.getByRole('button', { name: 'Power', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Set up anew …' }).click();
    await page.getByRole('dialog').waitFor();
    await look('Set up anew');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await button(page, 'root').click();
    await page.getByRole('menu').waitFor();
    await look('the menu of an account');
    await page.keyboard.press('Escape');
    for (const dialog of ['Credentials', 'Checkpoints', 'Capture', 'End']) {
      await card.getByRole('button', { name: dialog, exact: true }).click();
      await page.getByRole('dialog').waitFor();
      await look(dialog);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    for (const path of [
      '/own',
      '/reserve',
      '/reserve/starter',
      '/images',
      '/images/starter',
      `/machines/${id}/serial`,
      '/nothing',
      '/operate',
    ]) {
      await page.goto(new URL(path, page.url()).href);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await look(path);
      for (const tab of (await page.getByRole('tab').all()).slice(1)) {
        await tab.click();
        await page.getByRole('tabpanel').waitFor();
        await look(`${path} ${await tab.textContent()}`);
      }
    }
    await page.getByRole('tab', { name: 'Findings' }).click();
    await button(page, 'Look now').click();
    await page.getByText('would be mended').waitFor();
    await look('what was found at a provider');
    await page.goto(new URL('/machines', page.url()).href);
    await page.getByRole('switch', { name: 'Those that ended' }).check();
    await button(page, 'Reserve again').click();
    await page.getByRole('button', { name: /^Take / }).waitFor();
    await look('Reserve again, at a time that cannot be had');
    expect(found).toEqual([]);
    expect(faults).toEqual([]);
  });
}
