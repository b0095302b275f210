/** Debian's Chromium, driven by Playwright, for the portal's tests. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export type { Browser, BrowserContext, Page } from 'playwright-core';

/** Nothing is looked up or fetched but the pages that are tested. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A wait tells a hang from a slow machine, nothing else; who writes a test wants to hear of a wrong name sooner. */
export const PATIENCE_MS = Number(process.env.CARREL_TEST_PATIENCE_MS ?? 300_000);

/** The same browser without a desktop's parts takes two thirds of the processor time (22 s for 33 s of portal-parts.real.ts); not every Debian has it. */
const PROGRAM = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path)) ?? 'chromium';

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: PROGRAM, args: ARGUMENTS, timeout: PATIENCE_MS });
}

export interface PersonOptions {
  locale?: string;
  colorScheme?: 'light' | 'dark';
  viewport?: { width: number; height: number };
  httpCredentials?: { username: string; password: string };
  /** For servers whose certificate is their own. */
  ignoreHTTPSErrors?: boolean;
}

/** A browser of its own for a person, with a page that collects what went wrong in it. */
export async function openPage(
  browser: Browser,
  options: PersonOptions = {},
): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  // Nothing moves, as for whoever asks their system for that: what is clicked while it still opens may open for nobody, on a slow machine.
  const still = { reducedMotion: 'reduce' } as const;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...still, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  // What the content security policy stops, and what React complains about; not the answers that a page expects to be refused.
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text());
  });
  return { context, page, faults };
}
