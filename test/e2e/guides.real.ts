/**
 * The guides' commands, run as they stand: `carrel serve --no-qemu` in a process of its own, the simulator as the vCenter, the names of the
 * guides in it. What a page tells people to type is run here or stands in NOT_RUN with the reason.
 */
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { makeProgram } from '../../src/cli/program.ts';
import { vmFolder } from '../../src/vsim/model/build.ts';
import { fileHash, openLink } from '../../src/vsim/model/vmdk.ts';
import { PRIVILEGES } from '../../src/vsim/server/privileges.ts';
import { inlineCommandsOf, privilegesInGuide, wordsOf } from '../support/guide.ts';
import { diskFile, follow, furnishVcl, golden, guide, guideWorld, VCL_MASTER, type World } from '../support/guide-world.ts';

/** A vCenter with the guides' names, whose account has what the guide's roles give it and nothing else that the simulator knows. */
async function world(furnish: (w: World) => Promise<void> | void): Promise<World> {
  const password = 'A-Long-Passw0rd';
  const w = await guideWorld(password, { username: 'carrel@vsphere.local', password });
  const { vsim } = w;
  const m = vsim.model;
  vmFolder(m, m.datacenter.vmFolder, 'carrel');
  await furnish(w);
  const given = new Set(Object.values(privilegesInGuide(guide('vsphere.md')).table).flat());
  for (const privilege of [...Object.values(PRIVILEGES), 'Folder.Create', 'VirtualMachine.Inventory.Delete']) {
    if (!given.has(privilege)) m.denied.add(`${vsim.username} ${privilege}`);
  }
  return w;
}

test('docs/guide/vsphere.md, from a server to a clone of one’s own and its end, with the privileges of its table and no others', async () => {
  const w = await world(({ vsim, cwd }) => {
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

test('docs/guide/from-vcl.md, beside a VCL that goes on as it was', async () => {
  const w = await world(async ({ vsim, cwd }) => {
    await furnishVcl(vsim, true);
    diskFile(cwd, 'vmwarelinux-debian12-v3.vmdk', 'vmdk', '-o', 'subformat=twoGbMaxExtentSparse');
  });
  await w.server.start({}, undefined, ['--no-qemu']);
  const { model } = w.vsim;
  const vcl = () => {
    const vm = [...model.vms.values()].find(({ name }) => name === 'vclvm-01_12-v3');
    return { power: vm?.power, disks: vm?.record?.devices, master: fileHash(openLink(model.storage, VCL_MASTER)) };
  };
  const before = structuredClone(vcl());
  expect(before.power).toBe('poweredOn');
  const said = new Map<string, string>();
  await follow(w, 'from-vcl.md', (ran) => void said.set(ran.command.split(' ').slice(0, 3).join(' '), ran.said));
  expect(said.get('carrel provider vms')).toMatch(/vcl\/vclvm-01_12-v3 +machine, \w+ *$/m);
  expect(said.get('carrel ssh ID')).toContain('Linux');
  expect(said.get('carrel reconcile --dry-run')).not.toContain('vcl');
  expect(vcl()).toEqual(before);
  expect(model.bugs).toEqual([]);
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
