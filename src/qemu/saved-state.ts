import { createReadStream, createWriteStream } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { type Ctx, race, sleep, withTimeout } from '../lib/context.ts';
import { CarrelError, isCode } from '../lib/errors.ts';
import type { QmpClient } from './qmp.ts';

/**
 * Device state, without the guest's memory, saved to and read from a file through a unix socket. Of QEMU 7.2's ways it is the one that
 * needs no program started by QEMU (`exec:`, which the sandbox denies), no descriptor passed over the monitor (`fd:`, which Node cannot
 * send), and no newer version (`file:`).
 */

/** Time for the state of a small machine, in milliseconds; it is half a megabyte. */
const STATE_MS = 20_000;

/** Leaves memory out of the state: it is in its file. QMP is the only way to say so. */
async function prepare(ctx: Ctx, qmp: QmpClient): Promise<void> {
  const capabilities = ['x-ignore-shared', 'events'].map((capability) => ({ capability, state: true }));
  await qmp.execute(ctx, 'migrate-set-capabilities', { capabilities });
}

/** Resolves when QEMU says that it is done, rejects with `crashed` when it says that it failed or when it ends. */
function outcome(qmp: QmpClient): { done: Promise<void>; stop: () => void } {
  let stop = () => {};
  const done = new Promise<void>((resolve, reject) => {
    stop = qmp.onEvent(({ event, data }) => {
      if (event !== 'MIGRATION') return;
      if (data['status'] === 'completed') resolve();
      if (data['status'] === 'failed')
        reject(new CarrelError('crashed', 'QEMU could not take or give the saved state', { retry: 'elsewhere' }));
    });
    void qmp.closed.then(() => reject(new CarrelError('crashed', 'QEMU ended with the saved state half done', { retry: 'elsewhere' })));
  });
  done.catch(() => {});
  return { done, stop };
}

/** Saves the state of a stopped machine into `file`. `socketPath` must be one that QEMU's account can reach. */
export async function saveState(ctx: Ctx, qmp: QmpClient, socketPath: string, file: string): Promise<void> {
  const bounded = withTimeout(ctx, STATE_MS);
  let written!: (done: Promise<void>) => void;
  const stored = new Promise<void>((resolve) => {
    written = resolve;
  });
  const server = createServer((socket: Socket) => {
    written(pipeline(socket, createWriteStream(file, { flags: 'w', mode: 0o600 })));
  });
  const { done, stop } = outcome(qmp);
  try {
    await race(
      bounded,
      new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ path: socketPath, writableAll: true }, resolve);
      }),
    );
    await prepare(bounded, qmp);
    await qmp.execute(bounded, 'migrate', { uri: `unix:${socketPath}` });
    await race(bounded, Promise.all([done, stored]));
  } finally {
    stop();
    server.close();
  }
}

/** Lets a QEMU that was started with `-incoming defer` read the state in `file`; it stays paused. */
export async function loadState(ctx: Ctx, qmp: QmpClient, socketPath: string, file: string): Promise<void> {
  const bounded = withTimeout(ctx, STATE_MS);
  const { done, stop } = outcome(qmp);
  try {
    await prepare(bounded, qmp);
    // QEMU listens from here on; it creates the socket before it answers.
    await qmp.execute(bounded, 'migrate-incoming', { uri: `unix:${socketPath}` });
    const sent = send(bounded, socketPath, file);
    await race(bounded, Promise.all([done, sent]));
  } finally {
    stop();
  }
}

async function send(ctx: Ctx, socketPath: string, file: string): Promise<void> {
  const socket = connect({ path: socketPath });
  try {
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), socket, { signal: ctx.signal });
  } catch (cause) {
    // QEMU closes its end as soon as it has read all that it needs.
    if (isCode(cause, 'EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE')) return;
    throw new CarrelError('crashed', 'the saved state could not be given to QEMU', { retry: 'elsewhere', cause });
  }
}

/** A little patience for what QEMU does between its answer and its event. */
export async function settle(ctx: Ctx, qmp: QmpClient): Promise<void> {
  while ((await qmp.runState(ctx)) === 'inmigrate') await sleep(ctx, 2);
}
