import type { Tone } from './reservation.ts';

/** Colour and shade of what stands behind a state's word, which is white: lighter shades fail the contrast of WCAG 2.2 AA in the dark. */
export const TONE_COLORS: Record<Tone, string> = { waiting: 'blue.9', good: 'reading', off: 'gray.7', bad: 'red.9', over: 'gray' };
