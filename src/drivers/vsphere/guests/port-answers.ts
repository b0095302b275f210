import { connect } from 'node:net';
import { type Ctx, race, sleep } from '../../../lib/context.ts';

/** Pause between two tries in milliseconds. */
const PAUSE_MS = 500;
/** Longest time of one try in milliseconds. */
const TRY_MS = 5_000;

/** Waits until something takes a TCP connection there, or the context ends. Nothing is sent: the connection is closed at once. */
export async function portAnswers(ctx: Ctx, host: string, port: number): Promise<void> {
  while (!(await race(ctx, takes(host, port)))) await sleep(ctx, PAUSE_MS);
}

function takes(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.setTimeout(TRY_MS, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
