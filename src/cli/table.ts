/** Columns of text, as wide as they need to be. */
export function table(head: readonly string[], rows: readonly (readonly (string | number | undefined)[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => String(cell ?? '')));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one a line. */
export function facts(pairs: readonly (readonly [string, string | number | undefined])[]): string {
  const known = pairs.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

export function bytes(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = n;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

/** `in 1h 20m`, `5m ago`. */
export function when(iso: string | undefined, now = Date.now()): string {
  if (iso === undefined) return '';
  const minutes = Math.round((Date.parse(iso) - now) / 60_000);
  const n = Math.abs(minutes);
  const text = n < 60 ? `${n}m` : n < 2880 ? `${Math.floor(n / 60)}h ${n % 60}m` : `${Math.floor(n / 1440)}d`;
  return minutes >= 0 ? `in ${text}` : `${text} ago`;
}
