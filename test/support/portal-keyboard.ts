/** The way from Reserve to End by keyboard alone. */
import type { Page } from './browser.ts';
import { button } from './portal-parts.ts';

/** From My machines, where there is none yet, to the end of one that is reserved on the way; `reserved` is called when it was. */
export async function byKeyboardAlone(page: Page, reserved: () => void | Promise<void> = () => {}): Promise<void> {
  /** Tab until the thing has the focus. A page that cannot be gone through in so many steps is one that nobody goes through. */
  const tabTo = async (name: RegExp) => {
    const seen: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      const now = await page.evaluate(() => {
        interface Focused {
          ariaLabel: string | null;
          textContent: string;
          labels?: ArrayLike<{ textContent: string }>;
        }
        const { activeElement: at } = (globalThis as unknown as { document: { activeElement: Focused } }).document;
        return at.ariaLabel ?? at.labels?.[0]?.textContent ?? at.textContent;
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
  await tabTo(/^More choices$/);
  await page.keyboard.press('Enter');
  await tabTo(/^Machine$/);
  for (const key of ['Enter', 'End', 'Enter']) await page.keyboard.press(key);
  await page.getByText('It can be had at that time.').waitFor();
  await tabTo(/^Reserve$/);
  await page.keyboard.press('Enter');
  await reserved();
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
}
