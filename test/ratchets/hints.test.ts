import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { makeProgram } from '../../src/cli/program.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Added by src/main, with options of their own. */
const SERVERS_OWN: Readonly<Record<string, readonly string[]>> = {
  'server join': ['--key-file', '--data'],
  serve: ['--advertise', '--no-qemu', '--max-image', '--data', '--listen', '--max-memory', '--max-machines'],
  demo: ['--once', '--vsphere'],
  help: [],
  doctor: [],
  backup: ['--with-images'],
  restore: ['--data'],
  vsim: [],
};
const program = makeProgram({ version: '0', defaultDataDir: () => '/x' });

/** What is wrong with a command that somebody is told to type; undefined if it can be typed. */
function wrongWith(text: string): string | undefined {
  const words = text.split(/\s+/).slice(1);
  const own = SERVERS_OWN[words.slice(0, 2).join(' ')] ?? SERVERS_OWN[words[0] ?? ''];
  let at: Command = program;
  const path: string[] = [];
  for (const word of words) {
    const next = at.commands.find((c) => c.name() === word || c.aliases().includes(word));
    if (next === undefined) break;
    at = next;
    path.push(word);
  }
  if (own === undefined && (at === program || at.commands.length > 0)) return `there is no command "carrel ${words.slice(0, 2).join(' ')}"`;
  const known = own ?? [...at.options, ...program.options].flatMap((o) => [o.long ?? '', o.short ?? '']);
  const unknown = words.filter((w) => /^--?[a-z]/.test(w)).find((w) => !known.includes(w.replace(/=.*/, '')));
  return unknown === undefined ? undefined : `"carrel ${path.join(' ')}" has no option ${unknown}`;
}

/** `carrel …` as people are told to type it: between backticks, in what the program says. */
const said = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.(?:test|real|long)\.ts$|-testing\.ts$/.test(file))
  .flatMap((file) =>
    [...readFileSync(join(ROOT, 'src', file), 'utf8').matchAll(/\\?`(carrel [a-z][^`\n]*?)\\?`/g)].map((m) => ({
      file,
      // What is filled in is a word like any other.
      text: (m[1] ?? '').replaceAll(/\$\{[^}]*\}/g, 'X').replaceAll('\\', ''),
    })),
  )
  // Names of connections to the store.
  .filter(({ text }) => !text.includes(' pid='));

test('every command that a message or a comment names can be typed', () => {
  expect(said.length).toBeGreaterThan(40);
  expect(said.flatMap(({ file, text }) => (wrongWith(text) === undefined ? [] : `${file}: ${text}: ${wrongWith(text)}`))).toEqual([]);
});

test('the check has teeth', () => {
  expect(wrongWith('carrel frobnicate ID')).toContain('no command');
  expect(wrongWith('carrel image frobnicate')).toContain('no command');
  expect(wrongWith('carrel ls --frobnicate')).toContain('no option');
  expect(wrongWith('carrel ls --all')).toBeUndefined();
});
