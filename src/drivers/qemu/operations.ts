/** Carrel's own account in guests that cloud-init sets up: how it gets in where the image has no agent. */
import { createHmac } from 'node:crypto';
import { Client } from 'ssh2';
import type { GuestAddress } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import { type Ctx, race, sleep } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';
import { type SshKey, sshKeyOf } from '../../lib/ssh-key.ts';
import { formatKey } from './ssh-host-key.ts';

/** The account that cloud-init makes in each machine, with a key that no other machine has. */
export const OPERATIONS = 'carrel-ops';

/** Longest wait for a guest's SSH server to take a connection and its key, in milliseconds; another try is then made. */
const CONNECT_MS = 30_000;
/** Pause between two tries to log in, in milliseconds. */
const PAUSE_MS = 500;
/** How much of what a program says is kept, in characters. */
const MAX_OUTPUT = 64 * 1024;

/** The key of one machine's account: made from the installation's secret and the machine's id whenever it is needed, and stored nowhere. */
export function operationsKey(secret: Buffer, machineId: string): SshKey {
  return sshKeyOf(createHmac('sha256', secret).update(`guest operations\0${machineId.toLowerCase()}`).digest(), OPERATIONS);
}

export interface Said {
  output: string;
  /** The host key that the server showed in that very login, as in known_hosts. */
  hostKey: string;
}

/** Why a program did not run: nothing took the login. Not an answer of the guest, so it may be tried again. */
class NoLogin extends Error {}

/**
 * Runs a script as root and gives what it said. The script goes in by standard input: what sudo and `ps` show names nothing of it.
 * Errors: `guest-failed` (no login, or the script ended with another code than 0), those of the context.
 */
export async function runAsRoot(ctx: Ctx, address: GuestAddress, key: SshKey, script: string): Promise<Said> {
  try {
    return await once(ctx, address, key, script);
  } catch (error) {
    if (!(error instanceof NoLogin)) throw error;
    throw driverError('guest-failed', `the guest does not let Carrel's account ${OPERATIONS} in: ${error.message}`, {
      hint: `cloud-init made that account at the machine's first boot; if it was removed, end the machine and reserve a new one`,
      cause: error,
    });
  }
}

/** As `runAsRoot`, but waits until the account lets us in: that it does shows that cloud-init took this machine for a new one. */
export async function runOnceLetIn(
  ctx: Ctx,
  address: GuestAddress,
  key: SshKey,
  script: string,
  onRefused: (why: string) => void,
): Promise<Said> {
  for (;;) {
    try {
      return await once(ctx, address, key, script);
    } catch (error) {
      if (!(error instanceof NoLogin)) throw error;
      onRefused(error.message);
    }
    await sleep(ctx, PAUSE_MS);
  }
}

async function once(ctx: Ctx, address: GuestAddress, key: SshKey, script: string): Promise<Said> {
  const client = new Client();
  try {
    return await race(ctx, login(client, address, key, script));
  } finally {
    client.destroy();
  }
}

function login(client: Client, { host, sshPort }: GuestAddress, key: SshKey, script: string): Promise<Said> {
  return new Promise((resolve, reject) => {
    let hostKey = '';
    client.on('error', (error) => reject(new NoLogin(error.message)));
    client.on('close', () => reject(new NoLogin('the connection was closed')));
    client.on('ready', () => {
      client.exec('sudo -n /bin/sh -s', (error, stream) => {
        if (error) return reject(new NoLogin(error.message));
        let output = '';
        const hear = (chunk: Buffer): void => {
          if (output.length < MAX_OUTPUT) output += chunk.toString('utf8');
        };
        stream.on('data', hear);
        stream.stderr.on('data', hear);
        stream.on('close', (code: number | null) => {
          if (code === 0) resolve({ output, hostKey });
          else reject(failed(code, output));
        });
        // The braces are read to their end before anything runs, so that no program of it can read the rest of the script.
        stream.end(`{\n${script}\n} </dev/null\n`);
      });
    });
    client.connect({
      host,
      port: sshPort,
      username: OPERATIONS,
      privateKey: key.privateKey,
      readyTimeout: CONNECT_MS,
      hostVerifier: (blob: Buffer) => {
        hostKey = formatKey(blob) ?? '';
        return true;
      },
    });
  });
}

function failed(code: number | null, output: string): CarrelError {
  const said = output.trim().slice(-300);
  return driverError('guest-failed', `a program in the guest ended with ${code ?? 'a signal'}${said === '' ? '' : `: ${said}`}`, {
    details: { exitCode: code },
  });
}
