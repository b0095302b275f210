/** Everything that a benchmark starts is put away again: at its end, when it fails, and on Ctrl-C. */
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Scene {
  readonly #closers: (() => unknown)[] = [];
  #closing: Promise<void> | undefined;

  /** Run in reverse order, each whatever the others do. */
  defer(close: () => unknown): void {
    this.#closers.push(close);
  }

  /** A folder that is gone afterwards; others may pass through it, since QEMU runs under an account of its own. */
  folder(name: string): string {
    // Short, for the paths of sockets; on the storage of TMPDIR.
    const dir = mkdtempSync(join(tmpdir(), `cb-${name}-`));
    chmodSync(dir, 0o711);
    this.defer(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    return dir;
  }

  async close(): Promise<void> {
    this.#closing ??= (async () => {
      for (const close of this.#closers.reverse().splice(0)) {
        try {
          await close();
        } catch (error) {
          process.stderr.write(`bench: could not be put away: ${error instanceof Error ? error.message : String(error)}\n`);
        }
      }
    })();
    await this.#closing;
  }

  /** Ctrl-C and SIGTERM put everything away, then end the process; another one, two seconds later, ends it at once. */
  guard(): void {
    let since: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      // A terminal signals the whole group and a wrapper passes its own on: one Ctrl-C may come twice.
      if (since !== undefined && performance.now() - since > 2_000) process.exit(130);
      if (since !== undefined) return;
      since = performance.now();
      process.stderr.write(`bench: ${signal}, putting everything away\n`);
      void this.close().then(() => process.exit(130));
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  }
}
