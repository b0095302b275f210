/** Which tests may be left out: a skipped test counts as missing, so each says why in its name, and here is the whole list. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const SKIPS = /\b(?:test|it|describe|suite)\.(?:skip|skipIf|runIf|todo|only|fails|concurrent\.skip)\b|(?<![.\w])skip\(/;

/** Every line that leaves a test out, with what makes its reason part of the name. The list may only get shorter. */
const LEFT_OUT: readonly { file: string; line: RegExp }[] = [
  // Reasons by check, held against what the driver says it can: "exactly what cannot be asked of this driver is left out".
  { file: 'src/driver/conformance/index.ts', line: /test\.skip\(`\$\{title\} \(not asked here: \$\{reason\}\)`/ },
  // What vcsim lacks, by case.
  { file: 'test/support/vsphere-client-suite.ts', line: /test\.skip\(`\$\{c\.title\} \(\$\{reason\}\)`/ },
  { file: 'src/vsphere/vcsim.real.ts', line: /not run: \$\{missing\}/ },
  { file: 'src/vsphere/types/govmomi.real.ts', line: /govmomi's types\$\{missing\}/ },
  { file: 'src/drivers/vsphere/vcsim.real.ts', line: /\(not run: \$\{missing\}\)/ },
  { file: 'test/support/vcsim-server.ts', line: /\(not run: \$\{missing\}\)/ },
  { file: 'test/support/full-storage.ts', line: /`a full storage\$\{notRoot\}`/ },
  { file: 'test/e2e/first-hour.real.ts', line: /`file systems\$\{notHere\}`/ },
  { file: 'src/store/cluster.real.ts', line: /\(not run: this is not root\)/ },
];

test('no test is left out but those listed, each with its reason in its name', () => {
  const tests = ['src', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((path) => `${folder}/${path}`)
      .filter((path) => path.endsWith('.ts') && !path.startsWith('test/ratchets/')),
  );
  const found = tests.flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .filter((line) => SKIPS.test(line) && !line.includes('skip(): void'))
      .map((line) => ({ file, line: line.trim() })),
  );
  const unlisted = found.filter(({ file, line }) => !LEFT_OUT.some((l) => l.file === file && l.line.test(line)));
  expect(unlisted).toEqual([]);
  expect(found.length, 'a line of the list is not needed any more').toBe(LEFT_OUT.length);
});
