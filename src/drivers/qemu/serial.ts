import { SERIAL_PART_BYTES, type SerialPart } from '../../driver/driver.ts';
import { anyOf, type Ctx, sleep } from '../../lib/context.ts';
import { SerialLog } from '../../qemu/serial-log.ts';
import { plainConsole, wholeCharacters } from '../../qemu/serial-text.ts';

/** A machine that is off writes nothing; it may be switched on at any time, so whoever waits is to ask again after so many milliseconds. */
const OFF_MS = 1_000;

/** Reads the log of a machine's serial console: of a `live` one as it is written, else as it lies in the machine's folder. */
export async function readSerial(
  ctx: Ctx,
  folder: string,
  live: SerialLog | undefined,
  { after, waitMs = 0 }: { after?: number | undefined; waitMs?: number | undefined },
): Promise<SerialPart> {
  const log = live ?? (await SerialLog.open(folder));
  const read = async () => (after === undefined ? await log.last(SERIAL_PART_BYTES) : await log.read(after, SERIAL_PART_BYTES));
  const over = new AbortController();
  let stop = (): void => {};
  const more = new Promise<void>((resolve) => (stop = log.onMore(resolve)));
  try {
    let part = await read();
    if (part.bytes.length === 0 && waitMs > 0) {
      const pause = sleep({ signal: anyOf([ctx.signal, over.signal]) }, live === undefined ? Math.min(waitMs, OFF_MS) : waitMs);
      pause.catch(() => {});
      await Promise.race([more, pause]);
      part = await read();
    }
    const bytes = wholeCharacters(part.bytes);
    return { text: plainConsole(bytes.toString('utf8')), from: part.from, next: part.next - (part.bytes.length - bytes.length) };
  } finally {
    over.abort();
    stop();
  }
}
