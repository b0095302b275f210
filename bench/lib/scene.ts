/** Everything that a benchmark starts is put away again: at its end, when it fails, and on Ctrl-C. */
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Scene {
  readonly #closers: (() => Promise<unknown> | unknown)[] = [];
  #closing: Promise<void> | undefined;

  /** Run in reverse order, each whatever the others do. */
  defer(close: () => Promise<unknown> | unknown): void {
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

  /** Ctrl-C and SIGTERM put everything away, then end the process; a second one ends it at once. */
  guard(): void {
    const onSignal = (signal: NodeJS.Signals) => {
      if (this.#closing) process.exit(130);
      process.stderr.write(`bench: ${signal}, putting everything away\n`);
      void this.close().then(() => process.exit(130));
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  }
}
