/**
 * The guides' commands, run as they stand: `carrel serve --no-qemu` in a process of its own, the simulator as the vCenter, the names of the
 * guides in it. What a page tells people to type is run here or stands in NOT_RUN with the reason.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, onTestFinished, test } from 'vitest';
import { makeProgram } from '../../src/cli/program.ts';
import { vmFolder } from '../../src/vsim/model/build.ts';
import { CLOUD_IMAGE } from '../../src/vsim/model/options.ts';
import { makeMaster } from '../../src/vsim/model/populate.ts';
import { PRIVILEGES } from '../../src/vsim/server/privileges.ts';
import { startVsim, type Vsim } from '../../src/vsim/vsim.ts';
import { commandsOf, inlineCommandsOf, privilegesInGuide, wordsOf } from '../support/guide.ts';
import { LAUNCHER, ROOT, TestServer, until } from '../support/server.ts';

const GUEST_SSH_PORT = 2231;
const guide = (name: string): string => readFileSync(join(ROOT, 'docs/guide', name), 'utf8');

/** Programs in the guides that no test runs. */
const NOT_RUN: Readonly<Record<string, string>> = {
  govc: 'Debian has no package of it; the privileges in its commands are held against what Carrel asks for in account.test.ts',
  openssl: 'it asks the vCenter of the example; the fingerprint is taken from the simulator',
};

interface World {
  vsim: Vsim;
  server: TestServer;
  /** Where commands are typed. */
  cwd: string;
}

/** A vCenter with the guides' names, whose account has what the guide's roles give it and nothing else that the simulator knows. */
async function world(): Promise<World> {
  const cwd = mkdtempSync(join(tmpdir(), 'guide-'));
  const vsim = await startVsim({
    ...CLOUD_IMAGE,
    masters: 0,
    bootMs: 1,
    username: 'carrel@vsphere.local',
    password: 'A-Long-Password',
    guestSshPort: GUEST_SSH_PORT,
  });
  const server = new TestServer();
  onTestFinished(async () => {
    await server.dispose();
    await vsim.close();
    rmSync(cwd, { recursive: true });
  });
  const m = vsim.model;
  const [store] = m.datastores;
  if (store === undefined) throw new Error('the simulator has no datastore');
  const templates = vmFolder(m, m.datacenter.vmFolder, 'templates');
  makeMaster(m, 'debian-12', store, templates);
  vmFolder(m, m.datacenter.vmFolder, 'carrel');
  const given = new Set(Object.values(privilegesInGuide(guide('vsphere.md')).table).flat());
  for (const privilege of [...Object.values(PRIVILEGES), 'Folder.Create', 'VirtualMachine.Inventory.Delete']) {
    if (!given.has(privilege)) m.denied.add(`${vsim.username} ${privilege}`);
  }
  writeFileSync(join(cwd, 'vcenter.password'), `${vsim.password}\n`, { mode: 0o600 });
  const raw = Buffer.alloc(4 * 2 ** 20);
  // Boot code and its signature, so that it is a disk that a BIOS starts from.
  raw.fill(0x90, 0, 64);
  raw.writeUInt16LE(0xaa55, 510);
  writeFileSync(join(cwd, 'disk.raw'), raw);
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', 'disk.raw', 'debian-12-generic.qcow2'], { cwd });
  return { vsim, server, cwd };
}

/** The newest reservation, which the guides call ID. */
async function newest(server: TestServer): Promise<string> {
  const { items } = await server.client.listReservations();
  return items.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0]?.id ?? 'there-is-no-reservation';
}

/** What stands in a guide for something of the reader's own, and what it is here. */
async function inPlaceOf(w: World, word: string, words: readonly string[]): Promise<string[]> {
  if (word === 'https://vcenter.example.org') return [w.vsim.url];
  if (word === 'SHA256') return [w.vsim.fingerprint256];
  if (word === 'ID') return [await newest(w.server)];
  // Simulated guests answer SSH on a port of this machine.
  if (word === 'import' && words[1] === 'image') return [word, '--ssh-port', String(GUEST_SSH_PORT)];
  return [word];
}

interface Ran {
  command: string;
  code: number;
  said: string;
}

async function type(w: World, command: string): Promise<Ran> {
  const words = wordsOf(command);
  if (words[1] === 'serve') {
    await w.server.start({}, undefined, words.slice(2));
    return { command, code: 0, said: '' };
  }
  const args = (await Promise.all(words.slice(1).map((word) => inPlaceOf(w, word, words)))).flat();
  return await new Promise((resolve) => {
    const env = { ...process.env, CARREL_DATA: w.server.dataDir };
    const child = execFile(LAUNCHER, args, { cwd: w.cwd, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 255);
      resolve({ command, code, said: stdout + stderr });
    });
    child.stdin?.end();
  });
}

/** Every command of the page in its order; `after` is told of each. Fails at the first that does not end with 0. */
async function follow(w: World, page: string, after: (ran: Ran) => Promise<void> | void): Promise<void> {
  for (const command of commandsOf(guide(page))) {
    const program = command.split(' ')[0] ?? '';
    if (program !== 'carrel') {
      expect(Object.keys(NOT_RUN), `${page} has a command that is neither run nor said not to be: ${command}`).toContain(program);
      continue;
    }
    const ran = await type(w, command);
    expect(ran, `${page}: ${command}\n${ran.said}`).toMatchObject({ code: 0 });
    // Off is what the guest is some moments after it was asked.
    if (/^carrel power .* shutdown/.test(command)) {
      const id = await newest(w.server);
      await until('the machine to be off', async () => {
        const { machine } = await w.server.client.showReservation({ params: { id } });
        return machine.state === 'stopped' ? true : undefined;
      });
    }
    await after(ran);
  }
}

test('docs/guide/vsphere.md, from a server to a clone of one’s own and its end, with the privileges of its table and no others', async () => {
  const w = await world();
  const said = new Map<string, string>();
  await follow(w, 'vsphere.md', (ran) => void said.set(ran.command.split(' ').slice(0, 3).join(' '), ran.said));
  expect(said.get('carrel provider check')).not.toMatch(/lacks|Inventory\.Delete/);
  expect(said.get('carrel provider vms')).toContain('templates/debian-12');
  expect(said.get('carrel ssh ID')).toContain('Linux');
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

test.each(['vsphere.md', 'images.md', 'operating.md', 'portal.md'])('what %s mentions of commands in its text is there', (page) => {
  const own = new Set(['serve', 'demo', 'doctor']);
  for (const inline of inlineCommandsOf(guide(page))) {
    const words = wordsOf(inline);
    if (own.has(words[1] ?? '')) continue;
    const { command, rest } = commandFor(words);
    expect(command, inline).toBeDefined();
    const known = command?.options.flatMap((option) => [option.long, option.short]) ?? [];
    for (const word of rest.filter((each) => each.startsWith('--'))) expect(known, inline).toContain(word);
  }
});
