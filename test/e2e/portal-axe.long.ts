/** Every page of the portal looked at by axe in every way: light and dark, wide and on a phone, in both languages. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PortalWorld } from '../support/portal-world.ts';

const world = new PortalWorld();
beforeAll(() => world.start());
afterAll(() => world.dispose());

const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  (['wide', 'phone'] as const).flatMap((size) => (['en-GB', 'de-CH'] as const).map((locale) => [colorScheme, size, locale] as const)),
);

test.each(LOOKS)('axe finds nothing on any page, %s, %s, in %s', async (colorScheme, size, locale) => {
  const look = { colorScheme, locale, viewport: SIZES[size] };
  expect(await world.axeOnSignIn(look)).toEqual([]);
  expect(await world.axeOn(await world.pages(), `${colorScheme}.${size}.${locale.slice(0, 2)}`, look)).toEqual([]);
});
