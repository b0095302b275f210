/** The portal as people use it: a whole server with the starter image, Debian's Chromium, and people who sign in. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type Client, makeClient } from '../../src/client/client.ts';
import { axeInBothThemes, axeViolations } from './axe.ts';
import { type Browser, openBrowser, openPage, type PersonOptions } from './browser.ts';
import { haveAppliance } from './qemu-harness.ts';
import { TestServer } from './server.ts';

export const PASSWORD = 'four plain words here';

/** Ways of looking at a page that axe judges apart: a theme, a language, a width. */
export interface Look extends PersonOptions {
  locale: 'en-GB' | 'de-CH';
  colorScheme: 'light' | 'dark';
  viewport: { width: number; height: number };
}

export class PortalWorld {
  readonly server = new TestServer();
  browser!: Browser;
  #lent: Promise<string> | undefined;

  async start(): Promise<void> {
    await haveAppliance(this.server.dataDir);
    await this.server.start();
    await this.server.buildStarter();
    this.browser = await openBrowser();
  }

  async dispose(): Promise<void> {
    await this.browser?.close();
    await this.server.dispose();
  }

  async clientOf(name: string): Promise<Client> {
    const { client } = this.server;
    const { token } = await client.createToken({ params: { account: name }, body: { label: 'test' } });
    return makeClient({ baseUrl: client.baseUrl, token });
  }

  /** Somebody new, signed in by the link that an operator gave them, at a page (`at`) or with a password of theirs at My machines. */
  async newPerson(name: string, role: 'user' | 'admin', options: PersonOptions & { withPassword?: boolean; at?: string } = {}) {
    const { client } = this.server;
    await client.createAccount({ body: { name, role } });
    const { withPassword = false, at = '/machines', ...how } = options;
    const opened = await (withPassword ? this.#signInAtPage(name, how) : this.signIn(name, how));
    if (!withPassword) await opened.page.goto(new URL(at, client.baseUrl).href);
    return { ...opened, client: await this.clientOf(name) };
  }

  /** At the page that the link leads to, where a password is set. */
  async #signInAtPage(name: string, options: PersonOptions) {
    const { client } = this.server;
    const { code } = await client.makeLink({ params: { account: name }, body: { kind: 'invitation' } });
    const opened = await openPage(this.browser, options);
    const { page } = opened;
    await page.goto(`${client.baseUrl}/sign-in#code=${code}`);
    await page.getByLabel(/^Password/).fill(PASSWORD);
    await page.getByLabel('The same again').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set password and sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'My machines' }).waitFor();
    expect(page.url()).not.toContain(code);
    return opened;
  }

  /** By the cookie that the sign-in page would have got: a page less to load where signing in is not what is looked at. No page is open yet. */
  async signIn(name: string, options: PersonOptions) {
    const { client } = this.server;
    const { code } = await client.makeLink({ params: { account: name }, body: { kind: 'invitation' } });
    const opened = await openPage(this.browser, options);
    const answer = await opened.context.request.post(`${client.baseUrl}/api/v1/session`, { data: { code } });
    expect(answer.status()).toBe(200);
    return opened;
  }

  /** The reservation of Hal's machine, which tests only look at. */
  halsMachine(): Promise<string> {
    return (this.#lent ??= this.#lendToHal());
  }

  async #lendToHal(): Promise<string> {
    await this.server.client.createAccount({ body: { name: 'hal', role: 'admin' } });
    const { id } = await (await this.clientOf('hal')).reserve({ body: { image: 'starter', mode: 'instant' } });
    expect((await this.server.settled(id)).state).toBe('ready');
    return id;
  }

  /** Every page that the portal's own router knows, with Hal's machine where one is wanted, and one that it does not know. */
  async pages(): Promise<string[]> {
    const id = await this.halsMachine();
    const router = readFileSync(new URL('../../portal/src/app/router.tsx', import.meta.url), 'utf8');
    const known = [...router.matchAll(/\bat\(\s*'([^']+)'/g)].map(([, path]) => path as string);
    const filled = known.map((path) => path.replace('$id', id).replace('$image', 'starter'));
    expect(filled.length).toBeGreaterThan(8);
    expect(filled.filter((path) => path.includes('$'))).toEqual([]);
    return [...filled, '/nothing'];
  }

  /** What axe finds on these pages, signed in as somebody new who looks at them in this way. */
  async axeOn(pages: readonly string[], name: string, look: Look): Promise<string[]> {
    const { page, context, faults } = await this.newPerson(name, 'admin', { ...look, at: 'about:blank' });
    const found: string[] = [];
    for (const path of pages) {
      await page.goto(this.server.client.baseUrl + path);
      await page.getByRole('main').waitFor();
      await page.getByRole('status', { name: /^(?:Loading|Wird geladen)/ }).waitFor({ state: 'detached' });
      for (const violation of await axeViolations(page))
        found.push(`${look.colorScheme} ${look.locale} ${look.viewport.width} ${path}: ${violation}`);
    }
    expect(faults).toEqual([]);
    await context.close();
    return found;
  }

  /** The same of the page that is there before anybody signed in. */
  async axeOnSignIn(options: PersonOptions = {}): Promise<string[]> {
    const { page, context } = await openPage(this.browser, options);
    await page.goto(this.server.client.baseUrl);
    await page.getByRole('heading', { name: options.locale === 'de-CH' ? 'Anmelden' : 'Sign in' }).waitFor();
    const found = await axeInBothThemes(page, 'sign-in');
    await context.close();
    return found;
  }
}
