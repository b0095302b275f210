/** What every entrant of bench/vsphere-clones.ts clones: a machine and its snapshot. */
import { makeCtx } from '../../src/lib/context.ts';
import { VSphereClient } from '../../src/vsphere/client.ts';
import type { Ref } from '../../src/vsphere/types/value.ts';

/** Where the server listens; what a client program needs to know of it. */
export interface Server {
  url: string;
  username: string;
  password: string;
  fingerprint256: string;
  /** Inventory path of the source, whose snapshot is made by {@link prepare}. */
  source: string;
}

export const SNAPSHOT = 'golden';
export const ctx = makeCtx();

export function openClient(server: Server): VSphereClient {
  return new VSphereClient({
    url: server.url,
    credentials: { kind: 'password', username: server.username, password: server.password },
    trust: { fingerprint256: server.fingerprint256 },
  });
}

export interface Source {
  vm: Ref;
  folder: Ref;
  pool: Ref;
  snapshot: Ref;
}

/** Finds the source and makes its snapshot if it has none of the benchmark's name. */
export async function prepare(client: VSphereClient, server: Server): Promise<Source> {
  const index = await client.manager(ctx, 'searchIndex');
  const find = async (inventoryPath: string): Promise<Ref> => {
    const found = await client.call(ctx, 'FindByInventoryPath', index, { inventoryPath });
    if (found === undefined) throw new Error(`there is no ${inventoryPath}`);
    return found;
  };
  const vm = await find(server.source);
  const folder = await find('/DC0/vm');
  const hosts = await client.read(ctx, 'Folder', await find('/DC0/host'), ['childEntity']);
  const compute = hosts.props.childEntity?.[0];
  if (compute === undefined) throw new Error('the server has no cluster');
  const { resourcePool } = (await client.read(ctx, 'ComputeResource', compute, ['resourcePool'])).props;
  const seen = (await client.read(ctx, 'VirtualMachine', vm, ['snapshot'])).props.snapshot;
  const known = seen?.rootSnapshotList.find((s) => s.name === SNAPSHOT)?.snapshot;
  const made = known ?? (await client.run(ctx, 'CreateSnapshot_Task', vm, { name: SNAPSHOT, memory: false, quiesce: false })).result;
  return { vm, folder, pool: resourcePool as Ref, snapshot: made as Ref };
}

/** The same with a client of its own. */
export async function prepareAlone(server: Server): Promise<Source> {
  const client = openClient(server);
  try {
    return await prepare(client, server);
  } finally {
    await client.close();
  }
}
