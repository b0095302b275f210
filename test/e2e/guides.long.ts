/** The guide for those who come from VCL, run as it stands; its commands are those of vsphere.md, which guides.real.ts runs. */
import { expect, test } from 'vitest';
import { fileHash, openLink } from '../../src/vsim/model/vmdk.ts';
import { diskFile, follow, furnishVcl, VCL_MASTER, withGuidePrivileges } from '../support/guide-world.ts';

test('docs/guide/from-vcl.md, beside a VCL that goes on as it was', async () => {
  const w = await withGuidePrivileges(async ({ vsim, cwd }) => {
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
