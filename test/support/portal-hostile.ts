/** The portal over answers in which every name and sentence is an attack. */
import { expect } from 'vitest';
import type { PortalWorld } from './portal-world.ts';

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

/** Looks at every page and its tabs with such names in them, on a phone, as Hal; returns on how many they were to be seen. */
export async function hostilePagesAreText(world: PortalWorld): Promise<number> {
  const { server } = world;
  const pages = await world.pages();
  const { page, context, faults } = await world.signIn('hal', { viewport: { width: 390, height: 844 } });
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
  for (const path of pages) {
    await page.goto(server.client.baseUrl + path);
    await page.getByRole('main').waitFor();
    await look(path);
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click();
      await look(`${path} ${await tab.textContent()}`);
    }
  }
  expect(faults).toEqual([]);
  await context.close();
  return shown;
}
