/**
 * A connection to a machine's SSH port for a person's own SSH client. The server is asked for a reservation, never for a host or a port:
 * the address is the driver's, and since a guest may have a part in saying it, the server looks who answers there before it lends a hand.
 */
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import { runningMachine } from '../engine/intents/reservation.ts';
import type { EngineDeps } from '../engine/deps.ts';
import { CarrelError } from '../lib/errors.ts';
import * as reservations from '../store/reservations.ts';
import { follow, lastEventId } from './follow.ts';

export interface GuestTunnel {
  /** Paused; belongs to whoever asked. */
  socket: Socket;
  /** Aborts when the machine is the person's no longer, or is not on; the reason is an Error for people. */
  over: AbortSignal;
}

export interface TunnelTarget {
  host: string;
  port: number;
  /** As in known_hosts: `ssh-ed25519 AAAA…`. */
  hostKeys: readonly string[];
}

const CONNECT_MS = 10_000;
/** For a key exchange, in milliseconds; a guest under emulation needs some seconds for its part when much else runs. */
const EXCHANGE_MS = 60_000;
/** Milliseconds for which an answer is taken to be the same machine's: copies in a loop need not each be preceded by a key exchange. */
const KNOWN_MS = 60_000;
/** What was looked at lately; a few entries for each machine that is being used. */
const known = new Map<string, number>();

/** Errors: `guest-failed` (no host key to check, no answer), `host-key` (somebody else answers), `unavailable`, `cancelled`. */
export async function openTunnel(target: TunnelTarget, signal: AbortSignal): Promise<Socket> {
  if (target.hostKeys.length === 0) {
    throw new CarrelError('guest-failed', 'the machine has shown no host key, so nobody could tell who answers', {
      hint: 'Use the screen instead.',
    });
  }
  const now = performance.now();
  for (const [key, until] of known) if (until <= now) known.delete(key);
  const key = JSON.stringify(target);
  if (!known.has(key)) {
    await checkWhoAnswers(target, signal);
    known.set(key, performance.now() + KNOWN_MS);
  }
  return open(target, signal);
}

/** A key exchange without a login. */
function checkWhoAnswers({ host, port, hostKeys }: TunnelTarget, signal: AbortSignal): Promise<void> {
  const expected = hostKeys.map((line) => line.split(' ')[1]);
  return new Promise((resolve, reject) => {
    const ssh = new ssh2.Client();
    const onAbort = () => {
      ssh.destroy();
      reject(new CarrelError('cancelled', 'the tunnel was closed before it was there'));
    };
    const silent = (cause?: unknown) =>
      reject(
        new CarrelError('guest-failed', 'the SSH server of the machine does not answer', {
          hint: 'Look at the screen.',
          retry: 'later',
          cause,
        }),
      );
    signal.addEventListener('abort', onAbort, { once: true });
    ssh.on('error', silent);
    ssh.on('close', () => {
      signal.removeEventListener('abort', onAbort);
      silent();
    });
    ssh.connect({
      host,
      port,
      username: 'carrel',
      readyTimeout: EXCHANGE_MS,
      hostVerifier: (key: Buffer) => {
        if (expected.includes(key.toString('base64'))) resolve();
        else
          reject(
            new CarrelError('host-key', 'what answers is not this machine: it shows another host key', {
              hint: 'If the keys were made anew inside the machine, use the screen or the address of `carrel connect`.',
            }),
          );
        return false;
      },
    });
    if (signal.aborted) onAbort();
  });
}

function open({ host, port }: TunnelTarget, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    const fail = (cause?: unknown) => {
      socket.destroy();
      reject(new CarrelError('unavailable', "the machine's SSH port does not answer", { retry: 'later', cause }));
    };
    socket.setTimeout(CONNECT_MS, fail);
    socket.on('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      // A machine that is switched off on a hypervisor elsewhere says nothing.
      socket.setKeepAlive(true, CONNECT_MS);
      socket.pause();
      resolve(socket);
    });
  });
}

interface Watched {
  id: string;
  accountId: string;
  after: string;
  /** It may be there before its machine is ready. */
  preparing?: boolean;
}

/** Follows the person's events from `after` on until the connection closes; see {@link GuestTunnel}. */
export function untilMachineOver(deps: EngineDeps, of: Watched, connection: Duplex): AbortSignal {
  const over = new AbortController();
  const released = new AbortController();
  connection.once('close', () => released.abort());
  void watch(deps, of, over, released.signal);
  return over.signal;
}

async function watch(
  deps: EngineDeps,
  { id, accountId, after, preparing = false }: Watched,
  over: AbortController,
  released: AbortSignal,
): Promise<void> {
  let from = after;
  while (!released.aborted && !over.signal.aborted) {
    try {
      for await (const event of follow(deps.store, { accountId, after: from, signal: AbortSignal.any([released, over.signal]) })) {
        from = event.id;
        const why = await whyOver(deps, id, preparing);
        if (why !== undefined) over.abort(why);
      }
      // Dropped for reading too slowly: what it missed is in the rows.
      from = await lastEventId(deps.store);
    } catch {
      // The store is away; nobody's machine ends meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 1_000).unref());
    }
  }
}

/** Undefined while the machine is on and the person's. */
async function whyOver(deps: EngineDeps, id: string, preparing: boolean): Promise<Error | undefined> {
  const row = await reservations.find(deps.store.db, id);
  if (row === undefined) return new Error('the reservation has ended');
  if (preparing && row.state === 'preparing') return undefined;
  try {
    await runningMachine(deps, row);
    return undefined;
  } catch (error) {
    if (error instanceof CarrelError && error.code === 'wrong-state') return error;
    throw error;
  }
}
