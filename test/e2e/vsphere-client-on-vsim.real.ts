import type { VSphereServer } from '../support/vcsim.ts';
import { runClientSuite } from '../support/vsphere-client-suite.ts';
import { startVsim, type VsimOptions } from '../../src/vsim/vsim.ts';

async function start(options: VsimOptions): Promise<VSphereServer> {
  const { url, username, password, fingerprint256, close } = await startVsim(options);
  return { url, username, password, fingerprint256, stop: close };
}

const guest = { username: 'root', password: 'vsim' };
runClientSuite('our simulator as vCenter', () => start({ kind: 'vcenter', vms: 2 }), { kind: 'vcenter', guest });
runClientSuite('our simulator as ESXi', () => start({ kind: 'esxi', vms: 2 }), { kind: 'esxi', guest });
