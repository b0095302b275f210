/**
 * `carrel demo --vsphere vcenter|esxi`: the main job over vSphere, on the simulator. A server without QEMU gets the simulator as a provider,
 * makes an image of a machine there, lends it, logs in, captures it, lends the capture, and ends it all. With `once` it prints one JSON
 * object that says what it proved, by the simulator's own word and not by Carrel's.
 */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, makeClient } from '../client/client.ts';
import type { Revision } from '../contract/images.ts';
import type { Reservation } from '../contract/reservations.ts';
import { CarrelError } from '../lib/errors.ts';
import { makeSshKey } from '../lib/ssh-key.ts';
import { CLOUD_IMAGE } from '../vsim/model/options.ts';
import { fileHash, openLink } from '../vsim/model/vmdk.ts';
import { startVsim, type Vsim } from '../vsim/vsim.ts';
import { say, seconds, until } from './demo-parts.ts';
import { startServer } from './serve.ts';
import { sshRun } from './ssh-login.ts';

export type VSphereKind = 'vcenter' | 'esxi';

/** Where simulated guests answer SSH on this machine's loopback, each at an address of its own. */
const GUEST_SSH_PORT = 2222;
const PROVIDER = 'simulated';
const IMAGE = 'golden';
const CAPTURED = 'captured';
const USER = 'student';

/** Runs the demo; resolves with the exit code. Nothing of it stays: the simulated storage is this process's memory. */
export async function demoVSphere(options: { kind: VSphereKind; listen: string; once: boolean }): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'carrel-vs-'));
  // PostgreSQL's account must be able to pass through.
  chmodSync(dataDir, 0o711);
  const stopped = new AbortController();
  const onSignal = () => (stopped.signal.aborted ? process.exit(130) : stopped.abort());
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const vsim = await startVsim({ ...CLOUD_IMAGE, kind: options.kind, masters: 1, guestSshPort: GUEST_SSH_PORT });
  try {
    say(`a simulated ${options.kind} answers at ${vsim.url}`);
    const server = await startServer({ dataDir, listen: options.listen, logLevel: process.env.CARREL_LOG ?? 'error', qemu: false });
    try {
      const client = makeClient({ baseUrl: server.url, token: server.token });
      const result = await walk(client, vsim, options.kind);
      process.stdout.write(`${JSON.stringify(result)}\n`);
      if (!options.once) await stay(client, server.firstSignIn ?? server.url, dataDir, stopped.signal);
      return isRight(result) ? 0 : 1;
    } finally {
      await server.stop();
    }
  } finally {
    await vsim.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

export interface VSphereProof {
  provider: string;
  cloneStrategy: string;
  /** SOAP calls for one machine from the reservation to its readiness. */
  requestsPerMachine: number;
  masterSha256Before: string;
  masterSha256After: string;
  machineGone: boolean;
  filesLeaked: number;
  capturedReservedAgain: boolean;
}

function isRight(p: VSphereProof): boolean {
  return p.masterSha256Before === p.masterSha256After && p.machineGone && p.filesLeaked === 0 && p.capturedReservedAgain;
}

async function walk(client: Client, vsim: Vsim, kind: VSphereKind): Promise<VSphereProof> {
  const provider = await client.addProvider({
    body: {
      name: PROVIDER,
      kind,
      url: vsim.url,
      username: vsim.username,
      password: vsim.password,
      trust: { fingerprint256: vsim.fingerprint256 },
    },
  });
  say(`provider ${provider.name}: ${provider.facts['server'] ?? kind}, linked clones by ${provider.facts['linkedClones'] ?? '?'}`);
  const { revision } = await client.importVm({
    params: { name: IMAGE },
    body: { provider: PROVIDER, vm: vsim.sim.master().path, how: 'copy', user: USER, sshPort: GUEST_SSH_PORT, publish: true },
  });
  const golden = await made(client, IMAGE, revision.number);
  const paths = (golden.masters[0]?.files ?? []).map((file) => file.path);
  const masterSha256Before = goldenSha256(vsim, paths);
  const foldersBefore = folders(vsim);
  const before = vsim.stats.requests;
  const first = await lend(client, IMAGE);
  const requestsPerMachine = vsim.stats.requests - before;
  const { host, datastores = [] } = first.reservation.machine;
  say(`it is on the host ${host ?? '?'}, datastore ${datastores.join(', ')}`);
  say(`logged in to ${first.host} as ${USER}: ${await logIn(client, first.reservation)}`);

  await client.powerReservation({ params: { id: first.reservation.id }, body: { op: 'shutdown' } });
  await until(
    client,
    async () => {
      const { state } = await client.showMachine({ params: { id: first.reservation.machine.id } });
      return state === 'stopped' ? true : undefined;
    },
    'the machine to be off',
  );
  const capture = await client.captureReservation({
    params: { id: first.reservation.id },
    body: { image: CAPTURED, publish: true },
  });
  await made(client, CAPTURED, capture.revision.number);
  say('captured it; reserving the capture');
  const second = await lend(client, CAPTURED);
  const capturedReservedAgain = (await logIn(client, second.reservation)) !== '' && second.hostKey !== first.hostKey;

  const ids = [first, second].map(({ reservation }) => reservation);
  for (const { id } of ids) await client.endReservation({ params: { id } });
  for (const { id } of ids) {
    await until(
      client,
      async () => {
        const { state } = await client.showReservation({ params: { id } });
        return state === 'ended' || state === 'failed' ? state : undefined;
      },
      'the machines to be gone',
    );
  }
  const machineIds = ids.map((r) => r.machine.id);
  const left = folders(vsim).filter((folder) => !foldersBefore.includes(folder));
  const capturedMaster =
    (await client.showRevision({ params: { name: CAPTURED, number: capture.revision.number } })).masters[0]?.files ?? [];
  return {
    provider: kind,
    cloneStrategy: provider.facts['linkedClones'] ?? 'unknown',
    requestsPerMachine,
    masterSha256Before,
    masterSha256After: goldenSha256(vsim, paths),
    machineGone: machineIds.every((id) => vsim.model.byInstanceUuid(id) === undefined),
    // The capture's own folder is a golden image now, not a rest.
    filesLeaked: left.filter((folder) => !capturedMaster.some((file) => file.path.startsWith(`${folder}/`))).length,
    capturedReservedAgain,
  };
}

async function made(client: Client, image: string, number: number): Promise<Revision> {
  const revision = await until(
    client,
    async () => {
      const now = await client.showRevision({ params: { name: image, number } });
      return now.state === 'preparing' ? undefined : now;
    },
    `the image ${image}`,
  );
  if (revision.state === 'published') return revision;
  throw new CarrelError('internal', revision.failure?.message ?? `the image ${image} is ${revision.state}`);
}

async function lend(client: Client, image: string): Promise<{ reservation: Reservation; host: string; hostKey: string }> {
  const began = performance.now();
  const { id } = await client.reserve({ body: { id: randomUUID(), image, mode: 'linked', for: '1h' } });
  const reservation = await until(
    client,
    async () => {
      const now = await client.showReservation({ params: { id } });
      return now.state === 'preparing' ? undefined : now;
    },
    'the machine to be ready',
  );
  if (reservation.state !== 'ready') throw new CarrelError('internal', reservation.failure?.message ?? `it is ${reservation.state}`);
  say(`  ${seconds(performance.now() - began).padStart(7)}  a machine of ${image} is ready`);
  const { host, hostKeys } = await client.connectReservation({ params: { id }, body: {} });
  return { reservation, host, hostKey: hostKeys[0] ?? '' };
}

async function logIn(client: Client, reservation: Reservation): Promise<string> {
  const key = makeSshKey('carrel demo');
  const connection = await client.connectReservation({ params: { id: reservation.id }, body: { publicKey: key.publicKey } });
  return (await sshRun({ ...connection, privateKey: key.privateKey }, 'uname -sr; whoami')).trim().replaceAll('\n', ', ');
}

/** SHA-256 over what the simulator itself has at these paths. */
function goldenSha256(vsim: Vsim, paths: readonly string[]): string {
  if (paths.length === 0) throw new CarrelError('internal', 'the golden image has no disks');
  return paths.map((path) => fileHash(openLink(vsim.model.storage, path))).join(' ');
}

/** `[datastore] folder` of everything that lies in the simulated datastores. */
function folders(vsim: Vsim): string[] {
  return vsim.model.storage.all().flatMap((store) => [...store.subfolders('')].map((name) => `[${store.name}] ${name}`));
}

async function stay(client: Client, url: string, dataDir: string, stopped: AbortSignal): Promise<void> {
  const { id } = (await lend(client, IMAGE)).reservation;
  say(`
The server listens at ${url} until Ctrl-C. In another terminal:

  bin/carrel --data ${dataDir} ssh ${id.slice(0, 8)} -- whoami
  bin/carrel --data ${dataDir} provider ls
  bin/carrel --data ${dataDir} image lineage ${IMAGE}`);
  await new Promise<void>((resolve) => {
    if (stopped.aborted) resolve();
    stopped.addEventListener('abort', () => resolve(), { once: true });
  });
}
