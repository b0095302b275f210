/** Labels: words that people put on their reservations and images to find them again. They mean nothing to Carrel itself. */

/** So many at most on one reservation or image. */
export const MOST_LABELS = 16;
/** A key: lower-case letters, digits and `._/-` between them, at most 63 characters. */
export const LABEL_KEY = '^[a-z0-9](?:[a-z0-9._/-]{0,61}[a-z0-9])?$';
/** A value: at most 63 characters that can be seen, or blanks; no comma, which parts labels in a question for some. */
export const LABEL_VALUE = '^[^\\p{C}\\p{Zl}\\p{Zp},]{0,63}$';

export type Labels = Readonly<Record<string, string>>;

/** What a list is narrowed to: a label with that value, or with any. */
export interface LabelWanted {
  key: string;
  value?: string | undefined;
}

/** With the values of `change` in place of those it has, and without those that are null there. By their keys. */
export function changedLabels(labels: Labels, change: Readonly<Record<string, string | null>>): Labels {
  const all = Object.entries({ ...labels, ...change }).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** `KEY=VALUE,KEY` as what is wanted; undefined for what is written otherwise. */
export function wantedLabels(text: string): LabelWanted[] | undefined {
  const wanted = text.split(',').map((part) => {
    const at = part.indexOf('=');
    return at < 0 ? { key: part } : { key: part.slice(0, at), value: part.slice(at + 1) };
  });
  const right = wanted.every(({ key, value = '' }) => new RegExp(LABEL_KEY).test(key) && new RegExp(LABEL_VALUE, 'u').test(value));
  return right && wanted.length <= MOST_LABELS ? wanted : undefined;
}
