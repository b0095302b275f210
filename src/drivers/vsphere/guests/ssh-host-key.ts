import { Client } from 'ssh2';
import { type Ctx, race, sleep } from '../../../lib/context.ts';

/** Pause between two tries in milliseconds. */
const PAUSE_MS = 500;

/** The host key that the SSH server of a guest shows, as in known_hosts. Waits until there is one or the context ends. No login is tried. */
export async function readHostKeys(ctx: Ctx, host: string, port: number): Promise<readonly string[]> {
  for (;;) {
    const key = await race(ctx, showKey(host, port));
    if (key !== undefined) return [key];
    await sleep(ctx, PAUSE_MS);
  }
}

function showKey(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const client = new Client();
    client.on('error', () => resolve(undefined));
    client.on('close', () => resolve(undefined));
    const hostVerifier = (key: Buffer): boolean => {
      resolve(formatKey(key));
      return false;
    };
    client.connect({ host, port, username: 'carrel', readyTimeout: 10_000, hostVerifier });
  });
}

/** A key blob begins with the name of its kind, after its length in four bytes (RFC 4253, section 6.6). */
function formatKey(blob: Buffer): string | undefined {
  if (blob.length < 8) return undefined;
  const kind = blob.toString('latin1', 4, 4 + blob.readUInt32BE(0));
  return /^[a-z0-9@.-]{4,64}$/.test(kind) ? `${kind} ${blob.toString('base64')}` : undefined;
}
