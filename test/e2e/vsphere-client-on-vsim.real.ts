import type { VSphereServer } from '../support/vcsim.ts';
import { runClientSuite } from '../support/vsphere-client-suite.ts';
import { startVsim, type VsimOptions } from '../../src/vsim/vsim.ts';

async function start(options: VsimOptions): Promise<VSphereServer> {
  const { url, username, password, fingerprint256, close } = await startVsim({ folderDeleteForces: true, ...options });
  return { url, username, password, fingerprint256, stop: close };
}

// The suite clears up by whole folders, as an administrator with force does; that a folder with a parent in it is refused is tested apart.
const guest = { username: 'root', password: 'vsim' };
runClientSuite('our simulator as vCenter', () => start({ kind: 'vcenter', vms: 2 }), { kind: 'vcenter', guest });
runClientSuite('our simulator as ESXi', () => start({ kind: 'esxi', vms: 2 }), { kind: 'esxi', guest });
