/** Machines whose disks are sent from here: ResourcePool.ImportVApp, and the lease under which the disks go to a host by HTTPS (NFC). */
import { Readable } from 'node:stream';
import { type Ctx, makeCtx, sleep } from '../../lib/context.ts';
import type { VSphereClient } from '../client.ts';
import { localizedFaultError, vsphereError } from '../errors.ts';
import type { Ref } from '../types/value.ts';
import type { HttpNfcLeaseDeviceUrl, HttpNfcLeaseInfo, VirtualMachineConfigSpec } from '../types/vim.gen.ts';
import { transferUrl, withOtherHost } from './transfer.ts';

/** A stream-optimized VMDK: its bytes, and how many they are, since hosts want to know before. */
export interface ImportedDisk {
  bytes: number;
  stream(): AsyncIterable<Uint8Array>;
}

export interface ImportRequest {
  pool: Ref;
  folder: Ref;
  /** Where the server chooses none: in a cluster without DRS. */
  host?: Ref | undefined;
  /** With a new disk for each of `disks`, in the same order, each of just the capacity that its VMDK says. */
  config: VirtualMachineConfigSpec;
  disks: readonly ImportedDisk[];
  /** Hears of the share of all bytes that was sent, from 0 to 1. */
  onProgress?: ((fraction: number) => void) | undefined;
}

/** First pause between two looks at a lease that is being prepared, and the longest; milliseconds. */
const LOOK_MS = { first: 100, most: 2_000 };
/** A lease of five minutes is renewed long before it ends; milliseconds. */
const RENEW_MS = 15_000;
/** For one disk, in milliseconds; the caller's context bounds the whole. */
const DISK_MS = 24 * 3_600_000;
/** For saying that nothing will come of it, in milliseconds. */
const ABORT_MS = 20_000;

/**
 * Makes a machine of disks that are sent from here. Whatever fails, the server is told to take away what it made; a caller that cannot tell it looks
 * for the machine by its UUID. The transfer may go to another host than the endpoint: one whose certificate the endpoint vouches for.
 * Errors: those of calls; `vsphere-fault` for what the server found wrong with the machine; `vsphere-http` where a host refused a disk.
 */
export async function importMachine(ctx: Pick<Ctx, 'signal'>, client: VSphereClient, request: ImportRequest): Promise<Ref> {
  const spec = { _type: 'VirtualMachineImportSpec' as const, configSpec: request.config };
  const lease = await client.call(ctx, 'ImportVApp', request.pool, { spec, folder: request.folder, host: request.host });
  try {
    const info = await ready(ctx, client, lease);
    await sendAll(ctx, client, lease, info, request);
    await client.call(ctx, 'HttpNfcLeaseComplete', lease, {});
    return info.entity;
  } catch (error) {
    await client.call(makeCtx({ timeoutMs: ABORT_MS }), 'HttpNfcLeaseAbort', lease, {}).catch(() => {});
    throw error;
  }
}

async function ready(ctx: Pick<Ctx, 'signal'>, client: VSphereClient, lease: Ref): Promise<HttpNfcLeaseInfo> {
  for (let pause = LOOK_MS.first; ; pause = Math.min(LOOK_MS.most, pause * 2)) {
    const { props } = await client.read(ctx, 'HttpNfcLease', lease, ['state', 'error', 'info']);
    if (props.state === 'error' && props.error !== undefined) throw localizedFaultError('ImportVApp', props.error);
    if (props.state === 'ready' && props.info !== undefined) return props.info;
    if (props.state !== 'initializing') throw vsphereError('vsphere-closed', `the import is ${props.state} before anything was sent`);
    await sleep(ctx, pause);
  }
}

async function sendAll(
  ctx: Pick<Ctx, 'signal'>,
  client: VSphereClient,
  lease: Ref,
  info: HttpNfcLeaseInfo,
  request: ImportRequest,
): Promise<void> {
  const targets = (info.deviceUrl ?? []).filter((device) => device.disk === true);
  if (targets.length !== request.disks.length) {
    throw vsphereError('vsphere-closed', `the server takes ${targets.length} disks, and there are ${request.disks.length}`);
  }
  const total = request.disks.reduce((sum, disk) => sum + disk.bytes, 0);
  let sent = 0;
  const renew = (): void => {
    // A renewal that fails is followed by the next; a lease that ended shows in the transfer.
    client.call(ctx, 'HttpNfcLeaseProgress', lease, { percent: Math.floor((sent / Math.max(1, total)) * 100) }).catch(() => {});
  };
  const timer = setInterval(renew, RENEW_MS);
  try {
    for (const [i, disk] of request.disks.entries()) {
      await sendDisk(ctx, client, targets[i] as HttpNfcLeaseDeviceUrl, disk, (bytes) => {
        sent += bytes;
        request.onProgress?.(sent / Math.max(1, total));
      });
    }
  } finally {
    clearInterval(timer);
  }
}

async function* counted(stream: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    yield chunk;
    onBytes(chunk.length);
  }
}

/** Disks go by POST, as stream-optimized VMDKs; PUT is for what is no disk. */
async function sendDisk(
  ctx: Pick<Ctx, 'signal'>,
  client: VSphereClient,
  target: HttpNfcLeaseDeviceUrl,
  disk: ImportedDisk,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const url = transferUrl(client, target.url);
  const body = Readable.from(counted(disk.stream(), onBytes), { objectMode: false });
  const reply = await withOtherHost(client, url, target.sslThumbprint || undefined, async (pool) =>
    pool.request(ctx, {
      method: 'POST',
      path: url.pathname + url.search,
      headers: { 'content-type': 'application/x-vnd.vmware-streamVmdk', 'content-length': String(disk.bytes), 'cache-control': 'no-cache' },
      body,
      timeoutMs: DISK_MS,
      what: 'the transfer of a disk',
    }),
  );
  if (reply.status >= 200 && reply.status < 300) return;
  throw vsphereError('vsphere-http', `${url.host} did not take the disk: HTTP status ${reply.status}, ${reply.text.slice(0, 200)}`, {
    hint: 'Look at the host; try again.',
    details: { status: reply.status },
  });
}
