/**
 * The guides' lines of govc with a real one, by an administrator, from a vCenter on which there is nothing of Carrel's: what follows is done with the
 * account, the roles and the permissions that these lines made.
 */
import { expect, test } from 'vitest';
import { commandsOf, wordsOf } from '../support/guide.ts';
import { diskFile, follow, furnishVcl, golden, guide, guideWorld, runGovc, type, VCL_MASTER, type World } from '../support/guide-world.ts';
import { findGovc } from '../support/govc.ts';
import { fileHash, openLink } from '../../src/vsim/model/vmdk.ts';

const govc = findGovc();
const CARREL = 'carrel@vsphere.local';
const LINES = commandsOf(guide('vsphere.md')).filter((line) => line.startsWith('govc '));
/** The password is the guide's own. */
const PASSWORD = wordsOf(LINES.find((line) => line.includes('sso.user.create')) ?? '')[3] ?? '';

/** A vCenter with a golden machine and a network, and nothing else. */
async function vcenter(): Promise<World & { govc: string }> {
  const w = await guideWorld(PASSWORD);
  golden(w.vsim, 'templates', 'debian-12');
  return { ...w, govc };
}

const run = (w: World & { govc: string }, ...args: string[]) => runGovc(w.vsim, w.govc, args);

test('docs/guide/vsphere.md from an empty vCenter by govc to a clone of one’s own and its end', async () => {
  const w = await vcenter();
  diskFile(w.cwd, 'debian-12-generic.qcow2', 'qcow2');
  const said = new Map<string, string>();
  await follow(w, 'vsphere.md', (ran) => void said.set(ran.command.split(' ').slice(0, 3).join(' '), ran.said));
  expect(said.get('carrel provider check')).not.toMatch(/lacks|Inventory\.Delete/);
  expect(said.get('carrel ssh ID')).toContain('Linux');
  const { model, sim } = w.vsim;
  expect(model.bugs).toEqual([]);
  expect(model.vms.size, 'the template, and the golden machines of two imports and a capture').toBe(4);
  expect([...sim.sessions.accounts.keys()]).toEqual([w.vsim.username, CARREL]);
  expect(new Set(model.events.filter(({ user }) => user !== w.vsim.username).map(({ user }) => user))).toEqual(new Set([CARREL]));
  // every role was needed where it was given
  const roles = new Set([...model.grants.demanded].map((each) => each.split(' ')[0]));
  expect(roles).toEqual(new Set(['carrel-datastores', 'carrel-machines', 'carrel-networks', 'carrel-pool', 'carrel-sources']));
  // and what is taken out of a role is refused from then on, and named
  await run(w, 'role.update', '-r', 'carrel-machines', 'VirtualMachine.Config.AddNewDisk');
  const check = await type(w, 'carrel provider check lab');
  expect(check.said).toContain('VirtualMachine.Config.AddNewDisk');
  expect(check.code).not.toBe(0);
  await run(w, 'permissions.remove', '-principal', CARREL, '/DC0/network/lab-0');
  expect((await type(w, 'carrel provider check lab')).said).toContain('Network.Assign');
});

test('docs/guide/from-vcl.md by govc, after the account of docs/guide/vsphere.md, beside a VCL that goes on as it was', async () => {
  const w = await vcenter();
  await furnishVcl(w.vsim, false);
  diskFile(w.cwd, 'vmwarelinux-debian12-v3.vmdk', 'vmdk', '-o', 'subformat=twoGbMaxExtentSparse');
  for (const line of LINES) await run(w, ...wordsOf(line).slice(1));
  await w.server.start({}, undefined, ['--no-qemu']);
  const { model } = w.vsim;
  const master = () => fileHash(openLink(model.storage, VCL_MASTER));
  const before = master();
  await follow(w, 'from-vcl.md', () => {});
  expect(master()).toEqual(before);
  expect([...model.vms.values()].map(({ name }) => name)).not.toContain('debian12');
  expect(model.bugs).toEqual([]);
});
