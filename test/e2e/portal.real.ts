/** The portal as people use it: Debian's Chromium, the whole server, machines of real QEMU. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, makeClient } from '../../src/client/client.ts';
import { makeSshKey } from '../../src/lib/ssh-key.ts';
import { sshRun } from '../../src/main/ssh-login.ts';
import { axeViolations } from '../support/axe.ts';
import { type Browser, openBrowser, openPage, type Page, type PersonOptions } from '../support/browser.ts';
import { consoleKeymap } from '../support/console-keymap.ts';
import { haveAppliance } from '../support/qemu-harness.ts';
import { TestServer, until } from '../support/server.ts';

const server = new TestServer();
let browser: Browser;
const PASSWORD = 'four plain words here';

beforeAll(async () => {
  await haveAppliance(server.dataDir);
  await server.start();
  await server.buildStarter();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server.dispose();
});

/** Somebody new, signed in by the link that an operator gave them. */
async function newPerson(name: string, role: 'user' | 'admin', options: PersonOptions = {}) {
  await server.client.createAccount({ body: { name, role } });
  return { ...(await signIn(name, options)), client: await clientOf(name) };
}

async function clientOf(name: string): Promise<Client> {
  const { token } = await server.client.createToken({ params: { account: name }, body: { label: 'test' } });
  return makeClient({ baseUrl: server.client.baseUrl, token });
}

async function signIn(name: string, options: PersonOptions) {
  const { code } = await server.client.makeLink({ params: { account: name }, body: { kind: 'invitation' } });
  const opened = await openPage(browser, options);
  const { page } = opened;
  await page.goto(`${server.client.baseUrl}/sign-in#code=${code}`);
  const german = options.locale?.startsWith('de') ?? false;
  await page.getByLabel(german ? /^Passwort/ : /^Password/).fill(PASSWORD);
  await page.getByLabel(german ? 'Noch einmal dasselbe' : 'The same again').fill(PASSWORD);
  await page.getByRole('button', { name: german ? 'Passwort setzen und anmelden' : 'Set password and sign in' }).click();
  await page.getByRole('heading', { level: 1, name: german ? 'Meine Rechner' : 'My machines' }).waitFor();
  expect(page.url()).not.toContain(code);
  return opened;
}

/** The first: a page may lead to another twice, by its navigation and in its own words. */
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).first();
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

async function reserveStarter(page: Page): Promise<void> {
  await link(page, 'Reserve').click();
  await page.getByRole('link', { name: /starter/ }).click();
  await page.getByText('It can be had at that time.').waitFor();
  await button(page, 'Reserve').click();
  await page.getByRole('article').getByText('ready', { exact: true }).waitFor();
}

/** A command in the guest of a person's reservation, over SSH from here. */
async function inGuest(client: Client, id: string, command: string): Promise<string> {
  const key = makeSshKey('carrel test');
  const connection = await client.connectReservation({ params: { id }, body: { publicKey: key.publicKey } });
  return sshRun({ ...connection, privateKey: key.privateKey }, command);
}

/** For each cell of an 80 by 25 text screen, whether the browser shows anything light in it. */
function litCells(page: Page): Promise<boolean[]> {
  return page.evaluate(() => {
    interface Canvas {
      width: number;
      height: number;
      getContext(kind: '2d'): { getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray } };
    }
    const { document } = globalThis as unknown as { document: { querySelector(selector: string): Canvas | null } };
    const canvas = document.querySelector('.screen canvas');
    if (canvas === null || canvas.width < 640) return [];
    const [w, h] = [canvas.width / 80, canvas.height / 25];
    return Array.from({ length: 80 * 25 }, (_, i) => {
      const { data } = canvas.getContext('2d').getImageData((i % 80) * w, Math.floor(i / 80) * h, w, h);
      // The last rows of a cell may hold the cursor, which blinks.
      return data.some((value, at) => at % 4 === 0 && value > 100 && Math.floor(at / 4 / w) < h - 3);
    });
  });
}

/** Waits until the pixels in the browser are the text that the guest's own console holds, and returns that text. */
async function screenShows(page: Page, client: Client, id: string, wanted: string): Promise<string> {
  return until(`"${wanted}" on the screen`, async () => {
    const text = await inGuest(client, id, 'cat /dev/vcs1');
    const lit = await litCells(page);
    if (!text.includes(wanted) || lit.length === 0) return undefined;
    // Underscores and commas lie where the cursor does.
    const differs = Array.from(text.slice(0, 2000)).some((char, i) => !/[_,]/.test(char) && lit[i] !== (char !== ' ' && char !== '\0'));
    return differs ? undefined : text;
  });
}

/** Hal's machine, which tests only look at. */
async function lendToHal(): Promise<string> {
  await server.client.createAccount({ body: { name: 'hal', role: 'admin' } });
  const { id } = await (await clientOf('hal')).reserve({ body: { image: 'starter', mode: 'linked' } });
  expect((await server.settled(id)).state).toBe('ready');
  return id;
}
let lent: Promise<string> | undefined;
const halsMachine = () => (lent ??= lendToHal());

/** Every page that the portal's own router knows, and one that it does not. */
function pagesOf(id: string): string[] {
  const router = readFileSync(new URL('../../portal/src/app/router.tsx', import.meta.url), 'utf8');
  const known = [...router.matchAll(/\bat\(\s*'([^']+)'/g)].map(([, path]) => path as string);
  const filled = known.map((path) => path.replace('$id', id).replace('$image', 'starter'));
  expect(filled.length).toBeGreaterThan(8);
  expect(filled.filter((path) => path.includes('$'))).toEqual([]);
  return [...filled, '/nothing'];
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
  const { page, context, faults, client } = await newPerson('ann', 'user');
  await page.getByText('You have no machines.').waitFor();
  await reserveStarter(page);
  const id = (await client.listReservations()).items[0]?.id as string;

  await page
    .getByRole('link', { name: /^Screen of/ })
    .getByRole('img')
    .waitFor();
  await link(page, 'Connect').click();
  const login = await screenShows(page, client, id, 'login:');
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

  await link(page, 'My machines').click();
  await inGuest(client, id, 'echo still there > /root/kept; sync');
  await button(page, 'End').click();
  await button(page, 'End it').click();
  await button(page, 'Undo').click();
  // It was just being shut down, and is switched on when it is off.
  await until('it runs again', async () => (await client.showReservation({ params: { id } })).stageText === 'ready' || undefined);
  await link(page, 'Connect').waitFor();
  expect(await inGuest(client, id, 'cat /root/kept')).toBe('still there\n');
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
  const { page, context, faults, client } = await newPerson('ada', 'admin');
  await link(page, 'Images').click();
  await link(page, 'starter').click();
  await button(page, 'Check out').click();
  await page.getByRole('article').getByText('ready', { exact: true }).waitFor();
  const mine = async () => (await client.listReservations()).items;
  const [checkedOut] = await mine();
  await inGuest(client, checkedOut?.id as string, 'echo changed > /root/change; sync');
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
  await page.goto(`${server.client.baseUrl}/reserve/starter`);
  await button(page, 'Reserve').click();
  const changed = await until('the machine of the change', async () => (await mine()).find((r) => r.revision === 2 && r.state === 'ready'));
  expect(await inGuest(client, changed.id, 'cat /root/change')).toBe('changed\n');
  expect(faults).toEqual([]);
  for (const r of await mine()) await client.endReservation({ params: { id: r.id } });
  await context.close();
});

test('axe finds nothing on any page, light and dark, wide and on a phone, in both languages', async () => {
  const pages = pagesOf(await halsMachine());
  const found: string[] = [];
  for (const [name, options] of [
    ['eve', { colorScheme: 'light' }],
    ['eva', { colorScheme: 'dark', locale: 'de-CH', viewport: { width: 390, height: 844 } }],
  ] as const) {
    const { page, context, faults } = await newPerson(name, 'admin', options);
    for (const path of pages) {
      await page.goto(server.client.baseUrl + path);
      await page.getByRole('main').waitFor();
      await page.getByRole('status', { name: /^(?:Loading|Wird geladen)/ }).waitFor({ state: 'detached' });
      for (const violation of await axeViolations(page)) found.push(`${options.colorScheme} ${path}: ${violation}`);
    }
    expect(faults).toEqual([]);
    await context.close();
  }
  const { page, context } = await openPage(browser);
  await page.goto(server.client.baseUrl);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  for (const violation of await axeViolations(page)) found.push(`sign-in: ${violation}`);
  await context.close();
  expect(found).toEqual([]);
});

test('the server is killed and started again under an open page: the page says so, and goes on by itself', async () => {
  const { page, context, client } = await newPerson('kim', 'user');
  await page.getByText('You have no machines.').waitFor();
  await server.end('SIGKILL');
  await page.getByText('The server does not answer.').waitFor();
  await server.start({}, new URL(client.baseUrl).host);
  await page.getByText('The server does not answer.').waitFor({ state: 'detached' });
  const { id } = await client.reserve({ body: { image: 'starter', for: '1h' } });
  await page.getByRole('article').waitFor();
  await client.endReservation({ params: { id } });
  await page.getByText('You have no machines.').waitFor();
  await context.close();
});

test('reserve, look at the screen and end, by keyboard alone', async () => {
  const { page, context, faults } = await newPerson('kay', 'user');
  /** Tab until the thing has the focus. A page that cannot be gone through in so many steps is one that nobody goes through. */
  const tabTo = async (name: RegExp) => {
    const seen: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      const now = await page.evaluate(() => {
        const { document } = globalThis as unknown as { document: { activeElement: { ariaLabel: string | null; textContent: string } } };
        return document.activeElement.ariaLabel ?? document.activeElement.textContent;
      });
      if (name.test(now)) return;
      seen.push(now);
    }
    throw new Error(`Tab never came to ${name.source}, but to ${seen.join(' | ')}`);
  };
  await tabTo(/^Reserve$/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Reserve' }).waitFor();
  await tabTo(/^starter/);
  await page.keyboard.press('Enter');
  await page.getByText('It can be had at that time.').waitFor();
  await tabTo(/^Reserve$/);
  await page.keyboard.press('Enter');
  await page.getByRole('article').getByText('ready', { exact: true }).waitFor();
  await tabTo(/^Connect$/);
  await page.keyboard.press('Enter');
  await page.locator('.screen canvas').waitFor();
  // The keyboard is the machine's now; this gives it back.
  await page.keyboard.press('Control+Alt+Shift');
  await tabTo(/^My machines$/);
  await page.keyboard.press('Enter');
  await tabTo(/^End$/);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo(/^End it$/);
  await page.keyboard.press('Enter');
  await button(page, 'Undo').waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

/** What somebody could have made of a name or a sentence, wherever the API lets them, and where it does not: the portal trusts neither. */
const HOSTILE = `"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>\u202e${'w'.repeat(300)} {{7*7}} `;
/** Members of the API's answers that hold what people, guests and hypervisors said. */
const SAID = /^(image|name|provider|owner|description|reason|message|hint|label|userAgent|hostname|stageText|createdBy|actor|text|notes?)$/;

function hostile(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return SAID.test(key) ? HOSTILE + value : value;
  if (Array.isArray(value)) return value.map((each) => hostile(each, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, hostile(v, k)]));
}

test('hostile names and sentences are text on every page, and break none out of its frame', async () => {
  const { page, context, faults } = await signIn('hal', { viewport: { width: 390, height: 844 } });
  const id = await halsMachine();
  await page.route(/\/api\/v1\/(?!events|session)/, async (route) => {
    const response = await route.fetch();
    const json = response.headers()['content-type']?.includes('json') === true;
    await route.fulfill(json ? { response, json: hostile(await response.json()) } : { response });
  });
  page.on('dialog', (dialog) => faults.push(`a dialog: ${dialog.message()}`));
  let shown = 0;
  const look = async (where: string) => {
    await page.getByRole('status', { name: /^Loading/ }).waitFor({ state: 'detached' });
    const seen = await page.evaluate(() => {
      interface Root {
        scrollWidth: number;
        clientWidth: number;
      }
      const { document } = globalThis as unknown as {
        document: {
          title: string;
          documentElement: Root;
          querySelectorAll(selector: string): { length: number };
          body: { innerText: string };
        };
      };
      const { scrollWidth, clientWidth } = document.documentElement;
      return {
        title: document.title,
        wider: Math.max(0, scrollWidth - clientWidth),
        made: document.querySelectorAll('img[src="x"]').length,
        text: document.body.innerText.includes('<img src=x'),
      };
    });
    expect([where, seen.title === 'owned', seen.made, seen.wider]).toEqual([where, false, 0, 0]);
    shown += Number(seen.text);
  };
  for (const path of pagesOf(id)) {
    await page.goto(server.client.baseUrl + path);
    await page.getByRole('main').waitFor();
    await look(path);
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click();
      await look(`${path} ${await tab.textContent()}`);
    }
  }
  // It was there to be seen.
  expect(shown).toBeGreaterThan(8);
  expect(faults).toEqual([]);
  await context.close();
});

test('the first load of My machines is under 250 kB of compressed script, and nothing comes from elsewhere', async () => {
  const { page, context } = await newPerson('ben', 'user');
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
  const other = await openPage(browser);
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

test('a checkpoint is kept, and the machine goes back to it', async () => {
  const { page, context, faults, client } = await newPerson('rob', 'user');
  await reserveStarter(page);
  const id = (await client.listReservations()).items[0]?.id as string;
  await inGuest(client, id, 'echo before > /root/note; sync');
  await button(page, 'Checkpoints').click();
  await page.getByLabel('Name of a new one').fill('before the upgrade');
  await button(page, 'Keep').click();
  const kept = page.getByRole('article', { name: 'before the upgrade' });
  await kept.getByRole('button', { name: 'Go back' }).waitFor();
  await inGuest(client, id, 'echo after > /root/note; sync');
  await kept.getByRole('button', { name: 'Go back' }).click();
  await page
    .getByRole('dialog', { name: /^Go back to/ })
    .getByRole('button', { name: 'Go back' })
    .click();
  const note = () => inGuest(client, id, 'cat /root/note').catch(() => undefined);
  await until('the machine as it was', async () => ((await note()) === 'before\n' ? true : undefined));
  await kept.getByRole('button', { name: 'Delete' }).click();
  await kept.waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
  await client.endReservation({ params: { id } });
  await context.close();
});

test('a series in words: every week until a day, and the whole given back', async () => {
  const { page, context, faults, client } = await newPerson('sue', 'user', { locale: 'de-DE' });
  await page.goto(`${client.baseUrl}/reserve/starter`);
  await page.getByText('Immer wieder').click();
  const start = new Date(Date.now() + 7 * 86_400_000);
  const local = (at: Date) => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString();
  await page.getByLabel(/^Beginn/).fill(`${local(start).slice(0, 10)}T13:00`);
  await page.getByLabel(/^Bis/).fill(local(new Date(start.getTime() + 21 * 86_400_000)).slice(0, 10));
  await button(page, 'Reservieren').click();
  await page.getByText(/^4-mal: zuerst/).waitFor();
  expect((await client.listReservations()).items.map((r) => new Date(r.startsAt).getDay())).toEqual(Array(4).fill(start.getDay()));
  await button(page, 'Serie zurückgeben').first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Zurückgeben' }).click();
  await page.getByText('Sie haben keine Rechner.').waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

test('a wrong present password is said, and nothing that was typed is lost; the right one changes it', async () => {
  const { page, context, faults } = await newPerson('pia', 'user');
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
