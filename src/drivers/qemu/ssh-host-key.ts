import { Client } from 'ssh2';
import { driverError } from '../../driver/errors.ts';
import { type Ctx, race, sleep } from '../../lib/context.ts';

/** The host key that an SSH server shows, for guests whose agent cannot tell it. No login is tried. */
export async function readHostKey(ctx: Ctx, host: string, port: number): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    const key = await race(ctx, showKey(host, port));
    if (key !== undefined) return [key];
    if (attempt === 5) throw driverError('guest-failed', 'the SSH server in the guest shows no host key');
    await sleep(ctx, 500);
  }
}

function showKey(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const client = new Client();
    client.on('error', () => resolve(undefined));
    client.on('close', () => resolve(undefined));
    client.connect({
      host,
      port,
      username: 'carrel',
      readyTimeout: 20_000,
      hostVerifier: (key: Buffer) => {
        resolve(formatKey(key));
        return false;
      },
    });
  });
}

/** A key blob begins with the name of its kind, after its length in four bytes (RFC 4253, section 6.6). */
export function formatKey(blob: Buffer): string | undefined {
  if (blob.length < 8) return undefined;
  const length = blob.readUInt32BE(0);
  const kind = blob.toString('latin1', 4, 4 + length);
  return /^[a-z0-9@.-]{4,64}$/.test(kind) ? `${kind} ${blob.toString('base64')}` : undefined;
}
