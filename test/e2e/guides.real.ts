/**
 * The guides' commands, run as they stand: `carrel serve --no-qemu` in a process of its own, the simulator as the vCenter, the names of the
 * guides in it. What a page tells people to type is run here or stands in NOT_RUN with the reason. from-vcl.md: guides.long.ts.
 */
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { makeProgram } from '../../src/cli/program.ts';
import { inlineCommandsOf, wordsOf } from '../support/guide.ts';
import { diskFile, follow, golden, guide, withGuidePrivileges } from '../support/guide-world.ts';

test('docs/guide/vsphere.md, from a server to a clone of one’s own and its end, with the privileges of its table and no others', async () => {
  const w = await withGuidePrivileges(({ vsim, cwd }) => {
    golden(vsim, 'templates', 'debian-12');
    diskFile(cwd, 'debian-12-generic.qcow2', 'qcow2');
  });
  const said = new Map<string, string>();
  await follow(w, 'vsphere.md', (ran) => void said.set(ran.command.split(' ').slice(0, 3).join(' '), ran.said));
  expect(said.get('carrel provider check')).not.toMatch(/lacks|Inventory\.Delete/);
  expect(said.get('carrel provider vms')).toContain('templates/debian-12');
  expect(said.get('carrel ssh ID')).toContain('Linux');
  expect(said.get('carrel unlink ID')).toContain('has disks of its own');
  expect(w.vsim.model.bugs).toEqual([]);
  const machines = w.vsim.model.vms.size;
  expect(machines, 'the template, and the golden machines of two imports and a capture').toBe(4);
});

/** The command of the command line that these words begin with. */
function commandFor(words: readonly string[]): { command: Command | undefined; rest: readonly string[] } {
  const program = makeProgram({ version: '0', defaultDataDir: () => '/x' });
  let at: Command = program;
  let i = 1;
  for (; i < words.length; i++) {
    const next = at.commands.find((c) => c.name() === words[i]);
    if (next === undefined) break;
    at = next;
  }
  return { command: at === program ? undefined : at, rest: words.slice(i) };
}

test.each(['vsphere.md', 'from-vcl.md', 'images.md', 'operating.md', 'portal.md'])(
  'what %s mentions of commands in its text is there',
  (page) => {
    const own = new Set(['serve', 'demo', 'doctor']);
    for (const inline of inlineCommandsOf(guide(page))) {
      const words = wordsOf(inline);
      if (own.has(words[1] ?? '')) continue;
      const { command, rest } = commandFor(words);
      expect(command, inline).toBeDefined();
      const known = command?.options.flatMap((option) => [option.long, option.short]) ?? [];
      for (const word of rest.filter((each) => each.startsWith('--'))) expect(known, inline).toContain(word);
    }
  },
);
