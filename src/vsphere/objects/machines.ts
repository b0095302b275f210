/** What is more than one call on a machine. Everything else is `client.run(ctx, 'PowerOnVM_Task', vm, {})` and its like. */
import type { Ctx } from '../../lib/context.ts';
import type { VSphereClient } from '../client.ts';
import { vsphereError } from '../errors.ts';
import type { Ref } from '../types/value.ts';
import type {
  VirtualMachineCloneSpec,
  VirtualMachineConfigSpec,
  VirtualMachineSnapshotInfo,
  VirtualMachineSnapshotTree,
} from '../types/vim.gen.ts';

/** Machines with that instance UUID, asked of the server itself: the read to trust after a lost reply. */
export async function findMachinesByInstanceUuid(ctx: Pick<Ctx, 'signal'>, client: VSphereClient, uuid: string): Promise<Ref[]> {
  const index = await client.manager(ctx, 'searchIndex');
  return (await client.call(ctx, 'FindAllByUuid', index, { uuid, vmSearch: true, instanceUuid: true })) ?? [];
}

export interface LinkedCloneOptions {
  /** The one snapshot of the master. */
  snapshot: Ref;
  pool: Ref;
  /** The master's datastore: parent and child stay together. */
  datastore: Ref;
  config: VirtualMachineConfigSpec;
}

/**
 * The specification of a linked clone. `location.disk` stays unset, because a disk locator has a diskMoveType of its own that defaults to a
 * full copy; `host` stays unset, so that DRS may choose; it stays off, so that its chain can be judged before.
 */
export function linkedCloneSpec(options: LinkedCloneOptions): VirtualMachineCloneSpec {
  return {
    location: { pool: options.pool, datastore: options.datastore, diskMoveType: 'createNewChildDiskBacking' },
    template: false,
    powerOn: false,
    snapshot: options.snapshot,
    config: options.config,
  };
}

/** The specification of a clone with disks of its own, chains flattened. */
export function fullCloneSpec(
  options: Omit<LinkedCloneOptions, 'snapshot' | 'config'> & { config?: VirtualMachineConfigSpec },
): VirtualMachineCloneSpec {
  return {
    location: { pool: options.pool, datastore: options.datastore, diskMoveType: 'moveAllDiskBackingsAndDisallowSharing' },
    template: false,
    powerOn: false,
    config: options.config,
  };
}

/** All snapshots of a machine, parents before children. */
export function flattenSnapshots(info: VirtualMachineSnapshotInfo | undefined): (VirtualMachineSnapshotTree & { depth: number })[] {
  const walk = (nodes: readonly VirtualMachineSnapshotTree[], depth: number): (VirtualMachineSnapshotTree & { depth: number })[] =>
    nodes.flatMap((n) => [{ ...n, depth }, ...walk(n.childSnapshotList ?? [], depth + 1)]);
  return walk(info?.rootSnapshotList ?? [], 1);
}

/** Whether that is exactly one snapshot, which is also the current one: what a master must have. */
export function onlySnapshot(info: VirtualMachineSnapshotInfo | undefined): VirtualMachineSnapshotTree | undefined {
  const all = flattenSnapshots(info);
  const [only] = all;
  return all.length === 1 && only && info?.currentSnapshot?.value === only.snapshot.value ? only : undefined;
}

/** Where a machine's screen can be reached, for a short time and once. */
export interface ConsoleTicket {
  url: string;
  ticket: string;
  /** SHA-256 of the host's certificate where the server tells it, else its SHA-1; in hex with colons. */
  thumbprint: string | undefined;
}

/** A ticket for the machine's console by WebSocket. Host and certificate are the ticket's, since DRS moves machines. */
export async function acquireConsole(ctx: Pick<Ctx, 'signal'>, client: VSphereClient, vm: Ref): Promise<ConsoleTicket> {
  const t = await client.call(ctx, 'AcquireTicket', vm, { ticketType: 'webmks' });
  const named = t.host ?? new URL(client.session.options.url).hostname;
  const host = named.includes(':') && !named.startsWith('[') ? `[${named}]` : named;
  const sha256 = t.certThumbprintList?.find((c) => /sha.?256/i.test(c.hashAlgorithm ?? ''))?.thumbprint;
  if (t.ticket === '') throw vsphereError('vsphere-not-found', 'the server gave an empty console ticket');
  return {
    url: t.url ?? `wss://${host}:${t.port ?? 443}/ticket/${encodeURIComponent(t.ticket)}`,
    ticket: t.ticket,
    thumbprint: sha256 ?? t.sslThumbprint,
  };
}
