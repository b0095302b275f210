/** `carrel serve`: the control plane behind its HTTP server, until it is told to stop. */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { Server as HttpsServer } from 'node:https';
import { isIP } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApi } from '../api/server.ts';
import { makeRegistry } from '../api/metrics.ts';
import { makeCtx } from '../lib/context.ts';
import { CarrelError, errorCode } from '../lib/errors.ts';
import { makeFolder } from '../lib/folder.ts';
import { makeLogger } from '../lib/log.ts';
import * as accounts from '../store/accounts.ts';
import type { Store } from '../store/db.ts';
import { listJobs } from '../store/queue.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { requireTools } from './doctor.ts';
import { faultFrom } from './faults.ts';
import { type Installation, openInstallation, writeWhole } from './installation.ts';
import { addMetrics, firstLink } from '../services/index.ts';
import { uploadInspector } from './upload-inspector.ts';
import { DEFAULT_MAX_IMAGE_BYTES } from '../qemu/import-check.ts';
import { followTls, readTls, type TlsFiles, type TlsPair } from './tls.ts';
import { VERSION } from './version.ts';

export const DEFAULT_LISTEN = '127.0.0.1:7077';

export interface ServeOptions {
  dataDir: string;
  /** `HOST:PORT`; port 0 = any that is free. */
  listen: string;
  databaseUrl?: string | undefined;
  logLevel?: string | undefined;
  /** Proxies in front of it, by commas: addresses, networks, or `loopback`. */
  trustProxy?: string | undefined;
  limits?: { machines?: number; memoryMiB?: number; vcpus?: number } | undefined;
  /** Largest disk of an image that is brought, in bytes; `DEFAULT_MAX_IMAGE_BYTES` if left out. */
  maxImageBytes?: number | undefined;
  /** Plain HTTP if left out. */
  tls?: TlsFiles | undefined;
  /** How often the files are looked at, in milliseconds; half a minute if left out. */
  tlsLookMs?: number | undefined;
  /** Whether this machine's QEMU is a provider; true unless given. */
  qemu?: boolean | undefined;
  /** Where others reach it; where it listens if left out. */
  advertise?: string | undefined;
}

export interface Serving {
  url: string;
  /** Of the account `admin`; also in client.json of the data directory, which only its owner can read. */
  token: string;
  /** Where the first operator signs in, once; undefined when one has a password. A new one at each start. */
  firstSignIn: string | undefined;
  plane: ControlPlane;
  /** Aborts when the server may not go on by itself (its lock was lost). */
  lost: AbortSignal;
  stop(): Promise<void>;
}

const MAX_UPLOAD_BYTES = 256 * 2 ** 30;
const KEEP_FREE_BYTES = 2 ** 30;
/** Runs at one time; more than the slots of one vCenter of four hosts, so that one rush leaves places for other work. */
const CONCURRENCY = 128;

/** `127.0.0.1:7077` or `[::1]:7077`. `bad-request` if it is neither. */
export function parseListen(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535)
    throw new CarrelError('bad-request', `${JSON.stringify(text)} is no address to listen at`, { hint: `such as ${DEFAULT_LISTEN}` });
  return { host: (match[1] ?? match[2]) as string, port };
}

/** Addresses and networks of proxies, checked. Never "all": then anybody could say where they come from. `bad-request`. */
export function parseProxies(text: string): string {
  const parts = text.split(',').map((part) => part.trim());
  const good = (part: string): boolean => {
    const [address = '', bits, ...rest] = part.split('/');
    const family = isIP(address);
    if (family === 0) return part === 'loopback';
    return rest.length === 0 && (bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)));
  };
  const bad = parts.find((part) => !good(part));
  if (bad === undefined) return parts.join(',');
  throw new CarrelError('bad-request', `${JSON.stringify(bad)} is no address or network of a proxy`, {
    hint: 'such as --trust-proxy 127.0.0.1,10.1.0.0/16, or loopback',
  });
}

/** An address that others reach this server at. `bad-request`. */
export function parseAdvertise(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '' && url.username === '')
    return url.origin;
  throw new CarrelError('bad-request', `${JSON.stringify(text)} is no address of a server`, {
    hint: 'such as https://carrel1.example.edu:7077',
  });
}

/** Brings the server up and returns when it answers. */
export async function startServer(options: ServeOptions): Promise<Serving> {
  const address = parseListen(options.listen);
  const trustProxy = options.trustProxy === undefined ? undefined : parseProxies(options.trustProxy);
  const log = makeLogger({ level: options.logLevel ?? 'info' });
  const tls = options.tls === undefined ? undefined : readTls(options.tls, new Date());
  const advertised = options.advertise === undefined ? undefined : parseAdvertise(options.advertise);
  const qemu = options.qemu ?? true;
  if (qemu) requireTools();
  // Every file and folder is made with the mode it needs; a person's own mask would close golden disks to QEMU's account.
  process.umask(0o022);
  const installation = openInstallation(options.dataDir, options.databaseUrl === undefined);
  const plane = await startControlPlane(makeCtx({ log }), {
    installation,
    databaseUrl: options.databaseUrl,
    log,
    version: VERSION,
    limits: options.limits ?? {},
    qemu,
    maxImageBytes: options.maxImageBytes,
    concurrency: CONCURRENCY,
    fault: faultFrom(process.env),
    // For tests alone, as the faults are.
    builtStarter: process.env.CARREL_BUILT_STARTER,
  });
  try {
    const uploads = await uploadFolder(installation, plane.store);
    const registry = makeRegistry();
    addMetrics(registry, plane.parts);
    const app = await buildApi({
      services: plane.services,
      version: VERSION,
      log,
      registry,
      trustProxy,
      tls,
      portal: portalFolder(),
      staging: {
        dir: uploads,
        maxBytes: MAX_UPLOAD_BYTES,
        // A file of a whole disk, and what its format adds.
        maxUnpackedBytes: (options.maxImageBytes ?? DEFAULT_MAX_IMAGE_BYTES) * 1.01,
        keepFreeBytes: KEEP_FREE_BYTES,
        inspector: uploadInspector(options.maxImageBytes ?? DEFAULT_MAX_IMAGE_BYTES),
      },
    });
    const url = await app.listen({ host: address.host, port: address.port }).catch((error: unknown) => {
      throw listenError(error, options.listen);
    });
    const token = await ownToken(installation, plane.store);
    const tellClients = (pair: TlsPair | undefined) => {
      plane.presence.reachedAt(advertised ?? url, pair?.fingerprint256);
      const way = { url, token, ...(pair === undefined ? {} : { fingerprint256: pair.fingerprint256 }) };
      writeWhole(join(installation.dir, 'client.json'), `${JSON.stringify(way)}\n`, 0o600);
    };
    tellClients(tls);
    const unfollow =
      options.tls === undefined ? () => {} : followTls(options.tls, app.server as HttpsServer, log, tellClients, options.tlsLookMs);
    const code = await firstLink(plane.parts.deps);
    const firstSignIn = code === undefined ? undefined : signInAddress(url, code);
    const stop = async () => {
      unfollow();
      await app.close();
      await plane.stop();
    };
    return { url, token, firstSignIn, plane, lost: plane.lost, stop };
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

/** The built portal: beside the program, or in dist/ when it runs from its sources. None when it was not built. */
function portalFolder(): string | undefined {
  const here = dirname(fileURLToPath(import.meta.url));
  return [join(here, 'portal'), join(here, '../../dist/portal')].find((dir) => existsSync(join(dir, 'index.html')));
}

/** In the fragment, which browsers send to nobody: not to the server's log, not to a proxy's. */
function signInAddress(url: string, code: string): string {
  return `${url}/sign-in#code=${code}`;
}

function listenError(error: unknown, listen: string): unknown {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new CarrelError('port-taken', `something already listens at ${listen}`, {
        hint: 'choose another with --listen 127.0.0.1:PORT (0 = any free one)',
        cause: error,
      });
    case 'EACCES':
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new CarrelError('bad-request', `it is not possible to listen at ${listen}`, {
        hint: `choose another with --listen, such as ${DEFAULT_LISTEN}`,
        cause: error,
      });
    default:
      return error;
  }
}

/** Where uploads arrive; what an earlier life left there and no job waits for is removed. */
async function uploadFolder(installation: Installation, store: Store): Promise<string> {
  const dir = join(installation.dir, 'uploads');
  makeFolder(dir, 0o700);
  const live = await listJobs(store.db, { saga: 'prepare', states: ['ready', 'running', 'stuck'], limit: 100_000 });
  const wanted = new Set(live.map((job) => (job.input as { source?: { path?: unknown } }).source?.path));
  for (const name of readdirSync(dir)) if (!wanted.has(join(dir, name))) rmSync(join(dir, name), { recursive: true, force: true });
  return dir;
}

/** The token in client.json if it is still good, else a new one for the account `admin`. */
async function ownToken(installation: Installation, store: Store): Promise<string> {
  const now = new Date();
  const known = readToken(join(installation.dir, 'client.json'));
  if (known !== undefined && (await accounts.verifyToken(store.db, known, now))) return known;
  const admin =
    (await accounts.findByName(store.db, 'admin')) ??
    (await accounts.create(store.db, { id: randomUUID(), name: 'admin', role: 'admin', now }));
  const token = accounts.makeToken();
  await accounts.addToken(store.db, { id: randomUUID(), accountId: admin.id, token, label: 'command line of this machine', now });
  return token;
}

function readToken(file: string): string | undefined {
  try {
    const { token } = JSON.parse(readFileSync(file, 'utf8')) as { token?: unknown };
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}

/** Serves until SIGINT, SIGTERM or the loss of the lock; a second signal ends at once. Returns the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const stopAsked = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopAsked.signal.aborted) process.exit(130);
    stopAsked.abort(signal);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const server = await startServer(options);
  process.stderr.write(`carrel ${VERSION} serves at ${server.url} (data in ${options.dataDir})\n`);
  if (server.firstSignIn !== undefined)
    process.stderr.write(`nobody has a password here yet; sign in as admin, once within 24 h: ${server.firstSignIn}\n`);
  const ended = await Promise.race([once(stopAsked.signal), once(server.lost)]);
  process.stderr.write('stopping; machines go on running\n');
  await server.stop();
  if (ended === server.lost) throw server.lost.reason;
  return 0;
}

function once(signal: AbortSignal): Promise<AbortSignal> {
  if (signal.aborted) return Promise.resolve(signal);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal), { once: true }));
}
