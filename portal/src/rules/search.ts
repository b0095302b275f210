import { type Labels, labelTexts } from './labels.ts';

export interface Searched {
  name: string;
  description: string;
  labels?: Labels | undefined;
}

/**
 * Those that have every word in their name, description or labels (`KEY=VALUE`), whatever the case and accents, and that label where one is
 * given; those that begin with the first word first.
 */
export function matching<T extends Searched>(items: readonly T[], words: string, label: string | null = null): T[] {
  const wanted = plain(words)
    .split(/\s+/)
    .filter((w) => w !== '');
  const [first] = wanted;
  const begins = (item: T) => first !== undefined && plain(item.name).startsWith(first);
  const text = (item: T) => plain([item.name, item.description, ...labelTexts(item.labels)].join('\n'));
  return items
    .filter((item) => label === null || labelTexts(item.labels).includes(label))
    .filter((item) => wanted.every((word) => text(item).includes(word)))
    .sort((a, b) => Number(begins(b)) - Number(begins(a)) || a.name.localeCompare(b.name));
}

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
