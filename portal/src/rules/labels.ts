/** Labels of images and reservations, as they are shown, found and written; the server decides in the end. */
import type { Image } from '../../../src/contract/images.ts';

export type Labels = NonNullable<Image['labels']>;

/** As the server has them (src/contract/labels.ts), which a test holds. */
export const MOST_LABELS = 16;
export const LABEL_KEY = '^[a-z0-9](?:[a-z0-9._/-]{0,61}[a-z0-9])?$';
export const LABEL_VALUE = '^[^\\p{C}\\p{Zl}\\p{Zp},]{0,63}$';

/** One label as the command line writes it: `KEY=VALUE`, or the key alone where it has no value. */
export const labelText = (key: string, value: string): string => (value === '' ? key : `${key}=${value}`);

export const labelTexts = (labels: Labels = {}): string[] => Object.entries(labels).map(([key, value]) => labelText(key, value));

/** Every label that any of them has, each once and in order. */
export function allLabels(items: readonly { labels?: Labels | undefined }[]): string[] {
  return [...new Set(items.flatMap(({ labels }) => labelTexts(labels)))].sort((a, b) => a.localeCompare(b));
}

/** What makes `labels` those that were written, null for one that goes; undefined where one of them can be none, or they are too many. */
export function labelChange(labels: Labels = {}, written: readonly string[]): Record<string, string | null> | undefined {
  // One that was not touched is what it was, blanks around its value and all.
  const known = new Map(Object.entries(labels).map(([key, value]) => [labelText(key, value), [key, value] as const]));
  const wanted = Object.fromEntries(written.map((text) => known.get(text) ?? keyAndValue(text)));
  const entries = Object.entries(wanted);
  const right = entries.every(([key, value]) => new RegExp(LABEL_KEY).test(key) && new RegExp(LABEL_VALUE, 'u').test(value));
  if (!right || entries.length > MOST_LABELS) return undefined;
  const gone = Object.keys(labels).filter((key) => !Object.hasOwn(wanted, key));
  return Object.fromEntries([...entries.filter(([key, value]) => labels[key] !== value), ...gone.map((key) => [key, null])]);
}

function keyAndValue(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
