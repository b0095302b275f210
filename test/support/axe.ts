/** axe-core in a page: what of WCAG 2.2 AA can be found by a program. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Every violation in one line: the rule, what it wants, and where. */
export async function axeViolations(page: Page): Promise<string[]> {
  // By the debugger, which the page's content security policy does not concern.
  await page.evaluate(SOURCE);
  return page.evaluate(async (tags) => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
    interface Violation {
      id: string;
      help: string;
      nodes: { target: string[]; failureSummary: string }[];
    }
    // What was found right is not written down.
    const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
    return violations.flatMap(({ id, help, nodes }) => nodes.map((n) => `${id}: ${help}: ${n.target.join(' ')}: ${n.failureSummary}`));
  }, RULES);
}

/** The same in both themes, which the page takes from the system: it is switched under the open page. */
export async function axeInBothThemes(page: Page, where: string): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' });
    for (const violation of await axeViolations(page)) found.push(`${where}, ${colorScheme}: ${violation}`);
  }
  return found;
}
