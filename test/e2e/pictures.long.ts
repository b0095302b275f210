/** The pictures of docs/guide/portal.md: every page, light and dark, wide and on a phone. Run: make pictures */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBrowser, openPage, type Page } from '../support/browser.ts';
import { eventually } from '../support/test-server.ts';
import { ROOT, TestServer } from '../support/server.ts';

const FOLDER = join(ROOT, 'docs/guide/pictures');
const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

/** The screen shows something, and not only a canvas that nothing was drawn on yet. */
async function painted(page: Page): Promise<void> {
  await page.locator('.screen canvas').waitFor();
  // Asked from outside: the page's own policy runs no text as a script.
  const drawn = `(() => {
    const canvas = document.querySelector('.screen canvas');
    if (canvas === null || canvas.width === 0) return false;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value, i) => i % 4 !== 3 && value > 0);
  })()`;
  await eventually('a picture of the screen', () => page.evaluate<boolean>(drawn));
}

test('every page is pictured', async () => {
  mkdirSync(FOLDER, { recursive: true });
  const server = new TestServer();
  await server.start();
  const browser = await openBrowser();
  try {
    await server.buildStarter('starter');
    await server.buildStarter('networks-lab');
    const { client } = server;
    const ready = await server.reserve('linked');
    await client.reserve({ body: { image: 'networks-lab', at: 'tomorrow 09:00', for: '3h' } });
    const pages = {
      machines: '/machines',
      reserve: '/reserve',
      'reserve-image': '/reserve/starter',
      images: '/images',
      image: '/images/starter',
      operate: '/operate',
      jobs: '/operate?tab=jobs',
      rules: '/operate?tab=rules',
      accounts: '/operate?tab=accounts',
      audit: '/operate?tab=audit',
      own: '/own',
      serial: `/machines/${ready.id}/serial`,
      screen: `/machines/${ready.id}/screen`,
      terminal: `/machines/${ready.id}/terminal`,
    };
    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, context } = await openPage(browser, { viewport, colorScheme });
        await page.goto(client.baseUrl);
        await page.getByRole('heading', { name: 'Sign in' }).waitFor();
        await page.screenshot({ path: join(FOLDER, `sign-in-${size}-${colorScheme}.png`) });
        const { code } = await client.makeLink({ params: { account: 'admin' }, body: { kind: 'invitation' } });
        const signedIn = await context.request.post(`${client.baseUrl}/api/v1/session`, { data: { code } });
        expect(signedIn.status()).toBe(200);
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(client.baseUrl + path);
          await page.getByRole('heading', { level: 1 }).waitFor();
          await page.getByRole('status', { name: /^Loading/ }).waitFor({ state: 'detached' });
          if (name === 'machines') await page.getByRole('img', { name: /^Screen of/ }).waitFor();
          if (name === 'reserve-image') await page.getByText('What is free').waitFor();
          if (name === 'screen') await painted(page);
          if (name === 'terminal') await page.getByText('#').first().waitFor();
          if (name === 'serial') await page.getByText('login:').first().waitFor();
          await page.screenshot({ path: join(FOLDER, `${name}-${size}-${colorScheme}.png`) });
        }
        await context.close();
      }
    }
    expect(Object.keys(pages).length).toBe(14);
  } finally {
    await browser.close();
    await server.dispose();
  }
});
