/** Writes openapi.json from the contract; with --check, exits 1 if the file there is not what would be written. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openapiDocument } from '../src/api/openapi.ts';

const file = fileURLToPath(new URL('../openapi.json', import.meta.url));
const text = `${JSON.stringify(openapiDocument(), null, 2)}\n`;

function current(): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

if (process.argv.includes('--check')) {
  if (current() !== text) {
    console.error('openapi.json is not what the contract says. Run: node_modules/.bin/tsx scripts/gen-openapi.ts');
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
}
