/** The portal over services in memory, for tests of its parts: a real browser, the real API, no machine. */
import { fileURLToPath } from 'node:url';
import type { Reservation } from '../../src/contract/reservations.ts';
import { type Browser, openBrowser, openPage, type Page } from './browser.ts';
import { FakeWorld, type Person, SESSIONS } from './fake-services.ts';
import { startTestServer, type TestServer } from './test-server.ts';

/** One server, browser and page for each language serve all tests; what a test did to the world or has at its page is gone with the next. */
let shared: Promise<{ server: TestServer; browser: Browser }> | undefined;
const pages = new Map<string, ReturnType<typeof openPage>>();

export async function closePortalParts(): Promise<void> {
  const { server, browser } = (await shared) ?? {};
  await browser?.close();
  await server?.close();
  shared = undefined;
  pages.clear();
}

async function start() {
  const server = await startTestServer({ portal: fileURLToPath(new URL('../../dist/portal', import.meta.url)) });
  return { server, browser: await openBrowser() };
}

/** Somebody who is signed in at a world that `fill` made. */
export async function signedIn(name: Person, path: string, fill: (world: FakeWorld) => void, locale = 'en-GB') {
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

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

export function readyMachine(world: FakeWorld, owner: Person, change: Partial<Reservation['machine']> = {}): Reservation {
  const { id } = world.addReservation(owner);
  world.makeReady(id);
  const { machine } = world.reservations.get(id) as Reservation;
  return world.move(id, { machine: { ...machine, ...change } });
}
