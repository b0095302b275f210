/** Which browser on which system, in words, from what it says of itself. */

type Sign = readonly [RegExp, string];

/** In this order: most say that they are others too. */
const BROWSERS: readonly Sign[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\bChromium\//, 'Chromium'],
  [/\b(?:(?:Headless)?Chrome|CriOS)\//, 'Chrome'],
  [/\bVersion\/[\d.]+ (?:Mobile\/\w+ )?Safari\//, 'Safari'],
];
const SYSTEMS: readonly Sign[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\b(?:Linux|X11)\b/, 'Linux'],
];

const named = (signs: readonly Sign[], said: string): string | undefined => signs.find(([sign]) => sign.test(said))?.[1];

/** `Firefox on Linux`, with `on` in the language of the page; as it calls itself where it is none of those that most people have. */
export function browserName(userAgent: string, on: (browser: string, system: string) => string): string {
  const [browser, system] = [named(BROWSERS, userAgent), named(SYSTEMS, userAgent)];
  return browser === undefined || system === undefined ? userAgent : on(browser, system);
}
