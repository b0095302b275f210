/** axe-core in a page: what of WCAG 2.2 AA can be found by a program. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ALL = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
/** axe's rules about colours: all that another theme of the same page can break. */
const COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

/** Every violation in one line: the rule, what it wants, and where. */
export async function axeViolations(page: Page, only = ALL): Promise<string[]> {
  // By the debugger, which the page's content security policy does not concern; once in a page.
  if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(SOURCE);
  return page.evaluate(async (runOnly) => {
    const { axe, document } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: Violation[] }> };
      document: { getAnimations(): { finished: Promise<unknown>; effect: { getComputedTiming(): { endTime: number } } }[] };
    };
    interface Violation {
      id: string;
      help: string;
      nodes: { target: string[]; failureSummary: string }[];
    }
    // Half-way between two themes a colour is neither's. What turns as long as something is waited for has no end.
    const ending = document.getAnimations().filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime));
    await Promise.allSettled(ending.map(({ finished }) => finished));
    // What was found right is not written down.
    const { violations } = await axe.run({ runOnly, resultTypes: ['violations'] });
    return violations.flatMap(({ id, help, nodes }) => nodes.map((n) => `${id}: ${help}: ${n.target.join(' ')}: ${n.failureSummary}`));
  }, only);
}

/** The same in both themes, which the page takes from the system: it is switched under the open page. In the second only the colours are new. */
export async function axeInBothThemes(page: Page, where: string): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' });
    for (const violation of await axeViolations(page, colorScheme === 'dark' ? ALL : COLOURS))
      found.push(`${where}, ${colorScheme}: ${violation}`);
  }
  return found;
}
