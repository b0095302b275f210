import { type RestAnswer, type RestCall, unknown } from './rest-call.ts';

/** Those that every vCenter has from the start. */
const POLICIES = [
  {
    policy: 'aa6d5a82-1c88-45da-85d3-3d74b91a5bad',
    name: 'vSAN Default Storage Policy',
    description: 'Storage policy used as default for vSAN datastores',
  },
  {
    policy: 'f4e5bade-15a2-4805-bf8e-52318c4ce443',
    name: 'VVol No Requirements Policy',
    description: 'Allow the datastore to determine the best placement strategy for storage objects',
  },
  {
    policy: 'c268da1b-b343-49f7-a468-b1deeb7078e0',
    name: 'Host-local PMem Default Storage Policy',
    description: 'Storage policy used as default for Host-local PMem datastores',
  },
  {
    policy: '4d5f673c-536f-11e6-beb8-9e71128cae77',
    name: 'VM Encryption Policy',
    description: "Sample storage policy for VMware's VM and virtual disk encryption",
  },
];

/** `vcenter/storage/policies`: those that are asked for by id, or all. */
export function storagePolicies(call: RestCall): RestAnswer {
  if (call.verb !== 'GET' || call.id !== '') throw unknown(`${call.verb} of storage policies`);
  call.sim.model.require('StorageProfile.View', call.sim.model.root);
  const wanted = call.query.getAll(call.plain ? 'policies' : 'filter.policies');
  return { value: wanted.length === 0 ? POLICIES : POLICIES.filter(({ policy }) => wanted.includes(policy)) };
}
