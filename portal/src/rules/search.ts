/** Those that have every word in their name or description, whatever the case and accents; those that begin with the first word first. */
export function matching<T extends { name: string; description: string }>(items: readonly T[], words: string): T[] {
  const wanted = plain(words)
    .split(/\s+/)
    .filter((w) => w !== '');
  const [first] = wanted;
  const begins = (item: T) => first !== undefined && plain(item.name).startsWith(first);
  return items
    .filter((item) => wanted.every((word) => plain(`${item.name} ${item.description}`).includes(word)))
    .sort((a, b) => Number(begins(b)) - Number(begins(a)) || a.name.localeCompare(b.name));
}

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
