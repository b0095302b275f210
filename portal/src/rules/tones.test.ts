import { DEFAULT_THEME } from '@mantine/core';
import { expect, test } from 'vitest';
import { theme } from '../app/theme.ts';
import { TONE_COLORS } from './tones.ts';

/** WCAG 2.2, relative luminance of `#rrggbb`. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const shades = theme.primaryShade as { light: number; dark: number };
const palettes: Record<string, readonly string[] | undefined> = { ...DEFAULT_THEME.colors, ...theme.colors };

// Outlined states have no colour behind them.
const filled = Object.entries(TONE_COLORS).filter(([tone]) => tone !== 'over');

test.each(filled.flatMap(([tone, color]) => (['light', 'dark'] as const).map((scheme) => [tone, scheme, color] as const)))(
  '%s, %s: white on it can be read',
  (_tone, scheme, color) => {
    const [name = '', shade = shades[scheme]] = color.split('.');
    const hex = palettes[name]?.[Number(shade)] ?? '';
    expect(hex).toMatch(/^#[0-9a-f]{6}$/);
    expect(1.05 / (luminance(hex) + 0.05)).toBeGreaterThanOrEqual(4.5);
  },
);
