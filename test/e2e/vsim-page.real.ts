/** The simulator's page in a real browser: it follows what happens, leaves folded what was folded, and its policy stops nothing that it needs. */
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { linkTask } from '../../src/vsim/testing.ts';
import { startVsim } from '../../src/vsim/vsim.ts';
import { axeViolations } from '../support/axe.ts';
import { type Browser, openBrowser, openPage } from '../support/browser.ts';

let browser: Browser | undefined;
afterAll(() => browser?.close());

test('the page follows what happens', async () => {
  const vsim = await startVsim({ masters: 1, datastores: 1 });
  onTestFinished(() => vsim.close());
  browser = await openBrowser();
  const { username, password } = vsim;
  const { context, page, faults } = await openPage(browser, { httpCredentials: { username, password }, ignoreHTTPSErrors: true });
  onTestFinished(() => context.close());
  await page.goto(new URL('/', vsim.url).href);
  await page.getByText('[ds0] master-0/master-0.vmdk').waitFor();
  const golden = page.locator('details', { has: page.locator('> summary', { hasText: 'golden/' }) }).last();
  await golden.locator('> summary').click();
  expect(await golden.getAttribute('open')).toBeNull();
  linkTask(vsim.sim, 'seat');
  await page.getByRole('row', { name: /CloneVM_Task master-0 success/ }).waitFor();
  await page.getByText('[ds0] seat/seat-000001.vmdk').waitFor();
  expect(await golden.getAttribute('open')).toBeNull();
  expect(await axeViolations(page)).toEqual([]);
  expect(faults).toEqual([]);
});
