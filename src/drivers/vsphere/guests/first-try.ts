/** Longest wait before a first try, in milliseconds. */
const MOST_MS = 60_000;
/** What is left of the wait after a guest that let us in at the first try: so it finds down to what is needed. */
const LESS = 0.95;

/**
 * How long guests of an image need from where a first try to log in makes sense until they let us in: cloud-init makes its account only some
 * seconds after the guest has an address. Learned from those that came before, so that the others are not asked in vain.
 */
export class FirstTry {
  readonly #ms = new Map<string, number>();

  /** Milliseconds to wait before the first try. */
  wait(image: string): number {
    return this.#ms.get(image) ?? 0;
  }

  /** A guest let us in after that time; `refused` if it did not at first. */
  told(image: string, afterMs: number, refused: boolean): void {
    const known = this.wait(image);
    if (refused) this.#ms.set(image, Math.min(MOST_MS, Math.max(known, afterMs)));
    else if (known > 0) this.#ms.set(image, known * LESS);
  }
}
