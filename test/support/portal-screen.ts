/** What the portal's screen of a machine shows, read from its pixels and held against the guest's own console. */
import type { Client } from '../../src/client/client.ts';
import type { Page } from './browser.ts';
import { withGuest } from './guest-shell.ts';
import { until } from './server.ts';

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
    // Read at once: each reading copies the whole canvas.
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: 80 * 25 }, (_, i) => {
      const [left, top] = [Math.round((i % 80) * w), Math.round(Math.floor(i / 80) * h)];
      // The last rows of a cell may hold the cursor, which blinks.
      for (let y = top; y < top + h - 3; y++)
        for (let x = left; x < left + w; x++) if ((data[(y * canvas.width + x) * 4] ?? 0) > 100) return true;
      return false;
    });
  });
}

/** Waits until the pixels in the browser are the text that the guest's own console holds and it is what is wanted, and returns that text. */
export async function screenShows(page: Page, client: Client, id: string, wanted: string | ((text: string) => boolean)): Promise<string> {
  const isWanted = typeof wanted === 'string' ? (text: string) => text.includes(wanted) : wanted;
  return withGuest(client, id, (shell) =>
    until(
      typeof wanted === 'string' ? `"${wanted}" on the screen` : 'what is wanted on the screen',
      async () => {
        const text = await shell('cat /dev/vcs1');
        const lit = await litCells(page);
        if (!isWanted(text) || lit.length === 0) return undefined;
        // Underscores and commas lie where the cursor does.
        const differs = Array.from(text.slice(0, 2000)).some((char, i) => !/[_,]/.test(char) && lit[i] !== (char !== ' ' && char !== '\0'));
        return differs ? undefined : text;
      },
      undefined,
      // Each look is a process in a guest whose processors may be imitated, and a copy of the canvas.
      500,
    ),
  );
}
