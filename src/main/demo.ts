/**
 * `carrel demo`: the main job for real. Builds the starter image if there is none, serves, lends one linked clone, logs in to it,
 * and shows how to go on. With `once` it then ends what it began, proves that nothing is left and that the golden image is what
 * it was, and prints one JSON object as its last line.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, makeClient } from '../client/client.ts';
import type { Reservation } from '../contract/reservations.ts';
import { formatDuration } from '../core/reservation.ts';
import { CarrelError } from '../lib/errors.ts';
import { say, seconds, until } from './demo-parts.ts';
import { type Serving, startServer } from './serve.ts';
import { makeSshKey } from '../lib/ssh-key.ts';
import { sshRun } from './ssh-login.ts';

export interface DemoOptions {
  dataDir: string;
  listen: string;
  once: boolean;
}

const IMAGE = 'starter';

/** Runs the demo; resolves with the exit code. */
export async function demo(options: DemoOptions): Promise<number> {
  const stopped = new AbortController();
  const onSignal = () => (stopped.signal.aborted ? process.exit(130) : stopped.abort());
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  say(`carrel: starting in ${options.dataDir}`);
  const server = await startServer({ dataDir: options.dataDir, listen: options.listen, logLevel: process.env.CARREL_LOG ?? 'warn' });
  try {
    // At once: whoever wants to can watch the rest there.
    say(inBrowser(server));
    const client = makeClient({ baseUrl: server.url, token: server.token });
    await ensureImage(client);
    return options.once ? await proveOnce(server, client, options.dataDir) : await lend(client, server, stopped.signal);
  } finally {
    await server.stop();
  }
}

function inBrowser({ url, firstSignIn }: Serving): string {
  return `In a browser: ${firstSignIn === undefined ? `${url}/` : `${firstSignIn}  (signs in as admin, once)`}`;
}

async function ensureImage(client: Client): Promise<void> {
  const known = (await client.listImages()).items.find((image) => image.name === IMAGE);
  if (known?.published !== undefined) {
    say(`image ${IMAGE}: there (revision ${known.published})`);
    return;
  }
  say(`image ${IMAGE}: building it from Debian packages (about 10 s)`);
  const began = performance.now();
  const started = await client.buildImage({ params: { name: IMAGE }, body: { recipe: 'starter' } });
  const revision = await until(
    client,
    async () => {
      const now = await client.showRevision({ params: { name: IMAGE, number: started.revision.number } });
      return now.state === 'preparing' ? undefined : now;
    },
    'the image to be built',
  );
  if (revision.state !== 'published')
    throw new CarrelError('internal', revision.failure?.message ?? `the image is ${revision.state}`, hintOf(revision.failure));
  say(`image ${IMAGE}: built in ${seconds(performance.now() - began)}`);
}

function hintOf(failure: { hint?: string } | undefined): { hint?: string } {
  return failure?.hint === undefined ? {} : { hint: failure.hint };
}

interface Lent {
  reservation: Reservation;
  cloneMs: number;
  reserveToSshMs: number;
  loginOutput: string;
  ssh: string;
}

async function reserveAndLogIn(client: Client): Promise<Lent> {
  const key = makeSshKey('carrel demo');
  const began = performance.now();
  let stage = '';
  const made = await client.reserve({ body: { id: randomUUID(), image: IMAGE, mode: 'linked', for: '2h' } });
  const reservation = await until(
    client,
    async () => {
      const now = await client.showReservation({ params: { id: made.id } });
      if (now.stage !== stage) {
        stage = now.stage;
        say(`  ${seconds(performance.now() - began).padStart(7)}  ${stage}${now.stageText ? `: ${now.stageText}` : ''}`);
      }
      return now.state === 'preparing' ? undefined : now;
    },
    'the machine to be ready',
  );
  if (reservation.state !== 'ready')
    throw new CarrelError(
      'internal',
      reservation.failure?.message ?? `the reservation is ${reservation.state}`,
      hintOf(reservation.failure),
    );
  const connection = await client.connectReservation({ params: { id: made.id }, body: { publicKey: key.publicKey } });
  const loginOutput = await sshRun({ ...connection, privateKey: key.privateKey }, 'uname -sr; hostname; id -un');
  const reserveToSshMs = Math.round(performance.now() - began);
  say(`  ${seconds(reserveToSshMs).padStart(7)}  logged in as ${connection.user}: ${loginOutput.trim().replaceAll('\n', ', ')}`);
  return {
    reservation,
    cloneMs: await stepMs(client, made.id, 'clone'),
    reserveToSshMs,
    loginOutput: loginOutput.trim(),
    ssh: connection.sshCommand ?? '',
  };
}

/** How long a step of the provisioning took, from the journal. */
async function stepMs(client: Client, reservationId: string, step: string): Promise<number> {
  const job = (await client.listJobs({ query: { limit: 100 } })).items.find((j) => j.key === `provision:${reservationId}`);
  const detail = job && (await client.showJob({ params: { id: job.id } }));
  const found = detail?.steps.find((s) => s.name === step);
  return found?.finishedAt === undefined ? Number.NaN : Date.parse(found.finishedAt) - Date.parse(found.startedAt);
}

async function lend(client: Client, server: Serving, stopped: AbortSignal): Promise<number> {
  const lent = await reserveAndLogIn(client);
  const id = lent.reservation.id.slice(0, 8);
  const left = lent.reservation.endsAt === undefined ? 0 : Date.parse(lent.reservation.endsAt) - Date.now();
  say(`
This machine is yours for ${formatDuration(left)}. In another terminal:

  bin/carrel ssh ${id}              log in
  bin/carrel connect ${id}          user and password
  bin/carrel capture ${id} --as my-image --publish
  bin/carrel reserve ${IMAGE} --mode instant
  bin/carrel end ${id}              give it back

${inBrowser(server)}
The server listens at ${server.url} and stops with Ctrl-C; machines go on running until they are ended.`);
  await new Promise<void>((resolve) => {
    if (stopped.aborted) resolve();
    stopped.addEventListener('abort', () => resolve(), { once: true });
    server.lost.addEventListener('abort', () => resolve(), { once: true });
  });
  return 0;
}

/** Folders and files of machines, and processes that run them: what must be the same before and after. */
function traces(dataDir: string): string[] {
  const machines = join(dataDir, 'machines');
  const staging = join(dataDir, 'staging');
  const list = (dir: string) => (existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : []);
  return [...list(machines), ...list(staging), ...list(join(dataDir, 'uploads')), ...qemuProcesses(dataDir)].sort();
}

function qemuProcesses(dataDir: string): string[] {
  const machines = join(dataDir, 'machines');
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => readQuietly(`/proc/${pid}/cmdline`).includes(machines) && readQuietly(`/proc/${pid}/comm`).startsWith('qemu'))
    .map((pid) => `process ${pid}`);
}

async function proveOnce(server: Serving, client: Client, dataDir: string): Promise<number> {
  const before = traces(dataDir);
  const masterSha256Before = await masterHash(client);
  const lent = await reserveAndLogIn(client);
  say('ending it');
  await client.endReservation({ params: { id: lent.reservation.id } });
  const ended = await until(
    client,
    async () => {
      const now = await client.showReservation({ params: { id: lent.reservation.id } });
      return now.state === 'ended' || now.state === 'failed' ? now : undefined;
    },
    'the machine to be gone',
  );
  const machine = await client.showMachine({ params: { id: lent.reservation.machine.id } });
  const masterSha256After = await masterHash(client);
  const leaked = traces(dataDir).filter((trace) => !before.includes(trace));
  const machineGone =
    ended.state === 'ended' && machine.state === 'gone' && machine.proof !== undefined && !leaked.some((l) => l.includes(machine.id));
  const [provider] = (await client.listProviders()).items;
  const result = {
    accel: provider?.facts.accel ?? provider?.facts.accelerator ?? 'unknown',
    cloneMode: lent.reservation.mode,
    cloneMs: lent.cloneMs,
    reserveToSshMs: lent.reserveToSshMs,
    loginOutput: lent.loginOutput,
    masterSha256Before,
    masterSha256After,
    machineGone,
    filesLeaked: leaked.length,
  };
  const right =
    machineGone && leaked.length === 0 && masterSha256Before === masterSha256After && lent.loginOutput.includes(lent.reservation.hostname);
  if (!right) say(`not right: ${JSON.stringify({ leaked, state: ended.state, machine: machine.state })}`);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return right ? 0 : 1;
}

/** SHA-256 of the published revision's system disk, hashed now. */
async function masterHash(client: Client): Promise<string> {
  const image = await client.showImage({ params: { name: IMAGE } });
  const checks = await client.verifyImage({
    params: { name: IMAGE },
    body: image.published === undefined ? {} : { revision: image.published },
  });
  const hash = checks.checks[0]?.files[0]?.actualSha256;
  if (hash === undefined || !checks.ok)
    throw new CarrelError('master-changed', 'the golden image is not what was sealed', { details: { checks } });
  return hash;
}

function readQuietly(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
