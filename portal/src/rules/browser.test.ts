import { expect, it } from 'vitest';
import { de } from '../i18n/de.ts';
import { en } from '../i18n/en.ts';
import { browserName } from './browser.ts';

const MOZILLA = 'Mozilla/5.0';
const KHTML = '(KHTML, like Gecko)';
const SAID = [
  [`${MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox on Linux'],
  [`${MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ${KHTML} Chrome/142.0.0.0 Safari/537.36`, 'Chrome on Windows'],
  [`${MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ${KHTML} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`, 'Edge on Windows'],
  [`${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 ${KHTML} Version/18.1 Safari/605.1.15`, 'Safari on macOS'],
  [
    `${MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 ${KHTML} Version/18.1 Mobile/15E148 Safari/604.1`,
    'Safari on iPhone',
  ],
  [`${MOZILLA} (Linux; Android 10; K) AppleWebKit/537.36 ${KHTML} Chrome/142.0.0.0 Mobile Safari/537.36`, 'Chrome on Android'],
  [`${MOZILLA} (X11; Linux x86_64) AppleWebKit/537.36 ${KHTML} HeadlessChrome/142.0.0.0 Safari/537.36`, 'Chrome on Linux'],
] as const;

it.each(SAID)('%s', (said, words) => {
  expect(browserName(said, en.own.browserOn)).toBe(words);
});

it('in German; and of one that is not known what it says itself', () => {
  expect(browserName(SAID[0][0], de.own.browserOn)).toBe('Firefox auf Linux');
  for (const other of ['Telephone 1', `${MOZILLA} Linux`, '']) expect(browserName(other, de.own.browserOn)).toBe(other);
});
