import type { Socket } from 'node:net';
import { type Ctx, race } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';

/** Waits until a socket to a UNIX path is connected; destroyed when that fails. Errors: `unavailable` (nobody listens), `deadline`, `cancelled`. */
export async function connected(ctx: Pick<Ctx, 'signal'>, socket: Socket, path: string): Promise<void> {
  try {
    await race(
      ctx,
      new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', (cause) => reject(new CarrelError('unavailable', `nothing listens on ${path}`, { retry: 'later', cause })));
      }),
    );
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
