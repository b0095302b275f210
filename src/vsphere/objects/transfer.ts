/** Files to and from datastores and guests by HTTPS. */
import type { Readable } from 'node:stream';
import type { Ctx } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';
import type { VSphereClient } from '../client.ts';
import { vsphereError } from '../errors.ts';
import { HttpPool } from '../http/pool.ts';
import type { Trust } from '../http/trust.ts';
import { parseDatastorePath } from '../property/paths.ts';

export interface TransferOptions {
  /** Inventory path of the data center, such as `Folder/DC0`, with or without its first slash; ESXi's is `ha-datacenter`. */
  datacenter: string;
  /** Milliseconds for the whole transfer; 10 min unless given. */
  timeoutMs?: number;
  /** Speak to an ESXi host directly, with a ticket for this one request, rather than through vCenter. */
  direct?: boolean;
}

const TRANSFER_MS = 600_000;

/** The address of a datastore's file, `/folder/<path>?dcPath=&dsName=`. */
export function datastoreFileUrl(base: string, path: string, datacenter: string): URL {
  const parsed = parseDatastorePath(path);
  const url = new URL(base);
  url.pathname = `/folder/${parsed.path.split('/').map(encodeURIComponent).join('/')}`;
  url.search = new URLSearchParams({ dcPath: datacenter, dsName: parsed.datastore }).toString();
  return url;
}

/** Gives the file's bytes to `sink` as they come. */
export async function download<T>(
  ctx: Pick<Ctx, 'signal'>,
  client: VSphereClient,
  path: string,
  options: TransferOptions,
  sink: (bytes: Readable, size: number | undefined) => Promise<T>,
): Promise<T> {
  return await withTarget(ctx, client, path, options, 'httpGet', async (target) => {
    return await target.pool.stream(
      ctx,
      { method: 'GET', path: target.path, headers: target.headers, timeoutMs: options.timeoutMs ?? TRANSFER_MS, what: `the file ${path}` },
      async (reply) => {
        checkStatus(reply.statusCode, path);
        const size = Number(reply.headers['content-length']);
        return await sink(reply.body, Number.isFinite(size) ? size : undefined);
      },
    );
  });
}

/** A part of a file that was read: how many bytes came, and how long the whole file is. */
export interface PartRead {
  bytes: number;
  size: number;
}

/**
 * Gives `length` bytes of a file from `from` on to `sink` as they come; fewer where the file ends before. Such reads (RFC 9110, 14.2) are taken by
 * vCenter and ESXi: programs that convert disks read flat extents with them. Errors: `vsphere-not-found`; `vsphere-http` with `details.status`,
 * also where the server answers with the whole file, or with another part than was asked for; `vsphere-closed` if it ends before its length.
 */
export async function downloadPart(
  ctx: Pick<Ctx, 'signal'>,
  client: VSphereClient,
  path: string,
  part: { from: number; length: number },
  options: TransferOptions,
  sink: (bytes: Uint8Array) => void,
): Promise<PartRead> {
  const last = part.from + part.length - 1;
  return await withTarget(ctx, client, path, options, 'httpGet', async (target) => {
    const headers = { ...target.headers, range: `bytes=${part.from}-${last}` };
    const what = `a part of the file ${path}`;
    const timeoutMs = options.timeoutMs ?? TRANSFER_MS;
    return await target.pool.stream(ctx, { method: 'GET', path: target.path, headers, timeoutMs, what }, async (reply) => {
      const { expected, size } = partOf(reply.statusCode, reply.headers, path, part);
      if (reply.statusCode === 416) {
        await reply.body.dump();
        return { bytes: 0, size };
      }
      let bytes = 0;
      for await (const chunk of reply.body as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        if (bytes > expected) break;
        sink(chunk);
      }
      if (bytes !== expected) throw vsphereError('vsphere-closed', `${bytes} bytes came of ${expected} of ${path}`);
      return { bytes, size };
    });
  });
}

/** How many bytes the reply brings, and the size of the whole file, told by its head. */
function partOf(
  status: number,
  headers: Record<string, string | string[] | undefined>,
  path: string,
  { from, length }: { from: number; length: number },
): { expected: number; size: number } {
  if (status !== 206 && status !== 416) checkStatus(status, path);
  const range = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(String(headers['content-range']));
  const size = Number(range?.[3] ?? headers['content-length']);
  if (status === 416 && range !== null && from >= size) return { expected: 0, size };
  if (status === 206 && range?.[1] !== undefined && Number(range[1]) === from && Number(range[2]) === Math.min(from + length, size) - 1)
    return { expected: Number(range[2]) + 1 - from, size };
  // all of a file that is no longer than what was asked for; of an empty one no part can be given
  if (status === 200 && from === 0 && size <= length) return { expected: size, size };
  throw vsphereError('vsphere-http', `the server does not give parts of the file ${path}`, { details: { status } });
}

/** Writes a file. A stream needs its size, since ESXi refuses chunked uploads. */
export async function upload(
  ctx: Pick<Ctx, 'signal'>,
  client: VSphereClient,
  path: string,
  body: { bytes: Uint8Array | string } | { stream: Readable; size: number },
  options: TransferOptions,
): Promise<void> {
  const content = 'bytes' in body ? body.bytes : body.stream;
  const size = 'bytes' in body ? Buffer.byteLength(body.bytes) : body.size;
  await withTarget(ctx, client, path, options, 'httpPut', async (target) => {
    const reply = await target.pool.request(ctx, {
      method: 'PUT',
      path: target.path,
      headers: { ...target.headers, 'content-type': 'application/octet-stream', 'content-length': String(size) },
      body: content,
      timeoutMs: options.timeoutMs ?? TRANSFER_MS,
      what: `the file ${path}`,
    });
    checkStatus(reply.status, path);
  });
}

function checkStatus(status: number, path: string): void {
  if (status >= 200 && status < 300) return;
  if (status === 404) throw vsphereError('vsphere-not-found', `no file ${path}`);
  throw vsphereError('vsphere-http', `the transfer of ${path} ended with HTTP status ${status}`, {
    hint:
      status === 401 || status === 403
        ? 'The account needs Datastore.FileManagement (write) or Datastore.Browse (read) there.'
        : 'Try again; look at the host if it stays.',
    details: { status },
  });
}

interface Target {
  pool: HttpPool;
  path: string;
  headers: Record<string, string>;
}

async function withTarget<T>(
  ctx: Pick<Ctx, 'signal'>,
  client: VSphereClient,
  path: string,
  options: TransferOptions,
  method: 'httpGet' | 'httpPut',
  use: (target: Target) => Promise<T>,
): Promise<T> {
  await client.connect(ctx);
  const url = datastoreFileUrl(client.session.options.url, path, options.datacenter);
  if (!options.direct)
    return await use({ pool: client.session.pool, path: url.pathname + url.search, headers: { cookie: client.session.cookie } });
  const manager = await client.manager(ctx, 'sessionManager');
  const spec = { _type: 'SessionManagerHttpServiceRequestSpec' as const, method, url: url.href };
  const ticket = await client.call(ctx, 'AcquireGenericServiceTicket', manager, { spec });
  if (ticket.hostName !== undefined) url.hostname = ticket.hostName;
  const sha256 = ticket.certThumbprintList?.find((c) => /sha.?256/i.test(c.hashAlgorithm ?? ''))?.thumbprint;
  return await withOtherHost(client, url, sha256 ?? ticket.sslThumbprint, async (pool) =>
    use({ pool, path: url.pathname + url.search, headers: { cookie: `vmware_cgi_ticket=${ticket.id}` } }),
  );
}

/** A pool to another host than the endpoint. Its certificate is the one that the endpoint vouches for, else the endpoint's own trust must do. */
export async function withOtherHost<T>(
  client: VSphereClient,
  url: URL,
  thumbprint: string | undefined,
  use: (pool: HttpPool) => Promise<T>,
): Promise<T> {
  const own = client.session.options;
  if (url.host === new URL(own.url).host) return await use(client.session.pool);
  const trust: Trust = thumbprint === undefined ? own.trust : { thumbprint };
  const pool = new HttpPool(url, { trust, connections: 1, connectTimeoutMs: own.connectTimeoutMs, maxReplyBytes: own.maxReplyBytes });
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}

export interface GuestTransferOptions {
  timeoutMs?: number;
  /** Thumbprint of the ESXi host's certificate (HostSystem `summary.config.sslThumbprint`), if the address may be a host's. */
  hostThumbprint?: string | undefined;
}

/** An address as servers give them for transfers: `*` stands for the server that was asked. */
export function transferUrl(client: VSphereClient, url: string): URL {
  return new URL(url.replace('//*', `//${new URL(client.session.options.url).host}`));
}

/** Sends a file's content to where InitiateFileTransferToGuest said. */
export async function putToGuest(
  ctx: Pick<Ctx, 'signal'>,
  client: VSphereClient,
  url: string,
  bytes: Uint8Array | string,
  options: GuestTransferOptions = {},
): Promise<void> {
  const target = transferUrl(client, url);
  await withOtherHost(client, target, options.hostThumbprint, async (pool) => {
    const reply = await pool.request(ctx, {
      method: 'PUT',
      path: target.pathname + target.search,
      headers: { 'content-length': String(Buffer.byteLength(bytes)) },
      body: bytes,
      timeoutMs: options.timeoutMs ?? TRANSFER_MS,
      what: 'the file transfer to the guest',
    });
    checkStatus(reply.status, target.pathname);
  });
}

/** Reads a file's content from where InitiateFileTransferFromGuest said; at most `maxBytes`. */
export async function getFromGuest(
  ctx: Pick<Ctx, 'signal'>,
  client: VSphereClient,
  url: string,
  maxBytes: number,
  options: GuestTransferOptions = {},
): Promise<Uint8Array> {
  const target = transferUrl(client, url);
  const request = {
    method: 'GET',
    path: target.pathname + target.search,
    timeoutMs: options.timeoutMs ?? TRANSFER_MS,
    what: 'the file transfer from the guest',
  } as const;
  return await withOtherHost(client, target, options.hostThumbprint, async (pool) =>
    pool.stream(ctx, request, async (reply) => {
      checkStatus(reply.statusCode, target.pathname);
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of reply.body as AsyncIterable<Uint8Array>) {
        size += chunk.length;
        if (size > maxBytes) throw new CarrelError('vsphere-too-large', `the guest's file is larger than ${maxBytes} bytes`);
        chunks.push(chunk);
      }
      return new Uint8Array(Buffer.concat(chunks, size));
    }),
  );
}
