import { connect } from 'node:net';
import { type Ctx, race, sleep, withTimeout } from '../../lib/context.ts';

/** Longest wait for one banner in milliseconds; a fresh connection is then tried. */
const TRY_MS = 4_000;

/**
 * Waits until something speaks SSH there. A connection that is accepted proves nothing: QEMU's user-mode network accepts before the
 * guest listens, so only `SSH-` counts. `ended` rejects when the machine is gone.
 */
export async function waitForBanner(ctx: Ctx, host: string, port: number, ended: Promise<never>): Promise<string> {
  ended.catch(() => {});
  for (let pause = 10; ; pause = Math.min(200, pause * 2)) {
    const banner = await race(ctx, Promise.race([readBanner(withTimeout(ctx, TRY_MS), host, port), ended]));
    if (banner !== undefined) return banner;
    await sleep(ctx, pause);
  }
}

/** The first line that a server sends if it is an SSH banner. */
async function readBanner(ctx: Pick<Ctx, 'signal'>, host: string, port: number): Promise<string | undefined> {
  const socket = connect({ host, port });
  try {
    return await race(
      ctx,
      new Promise<string | undefined>((resolve) => {
        let text = '';
        socket.setEncoding('latin1');
        socket.on('data', (chunk: string) => {
          text += chunk;
          if (text.includes('\n') || text.length > 255) resolve(text.startsWith('SSH-') ? (text.split('\n')[0] ?? '').trim() : undefined);
        });
        socket.once('error', () => resolve(undefined));
        socket.once('close', () => resolve(undefined));
      }),
    );
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
