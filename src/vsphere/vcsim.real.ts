import { describe, test } from 'vitest';
import { startVcsim, vcsimMissing } from '../../test/support/vcsim.ts';
import { type CaseName, runClientSuite } from '../../test/support/vsphere-client-suite.ts';

// Debian's 0.24.2, of 2021
const lacks: Partial<Record<CaseName, string>> = {
  'find by uuid': 'vcsim 0.24 has no FindAllByUuid',
  'inherited capacity': 'vcsim 0.24 does not take the size of the parent',
  'remove setting': 'vcsim 0.24 keeps settings with an empty value',
  'stale changeVersion': 'vcsim does not check changeVersion',
  console: 'vcsim has no AcquireTicket',
};
const vcenterLacks: Partial<Record<CaseName, string>> = {
  linked: 'vcsim ignores diskMoveType and makes full disks',
  duplicate: 'vcsim 0.24 lets clones share a name',
  'guest address': 'vcsim guests get no address by themselves',
  promote: 'vcsim 0.24 has no PromoteDisks_Task',
  'guest operations': 'vcsim needs containers for them',
};

const missing = vcsimMissing();
if (missing === undefined) {
  runClientSuite('vcsim as vCenter', () => startVcsim(), { kind: 'vcenter', losesUpdates: true, skip: { ...lacks, ...vcenterLacks } });
  runClientSuite('vcsim as ESXi', () => startVcsim(['-esx']), {
    kind: 'esxi',
    losesUpdates: true,
    skip: { ...lacks, 'no clone on ESXi': 'vcsim clones on ESXi' },
  });
} else {
  describe('the vSphere client against vcsim', () => {
    test.skip(`not run: ${missing}`, () => {});
  });
}
