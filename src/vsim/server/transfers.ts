import type { Vm } from '../model/entities.ts';
import type { Random } from '../model/random.ts';

export interface Transfer {
  kind: 'get' | 'put';
  vm: Vm;
  path: string;
}

const MAX_TRANSFERS = 1000;

/** URLs given out for moving files in and out of guests, each good for one use. */
export class Transfers {
  readonly sslThumbprint: string;
  readonly #random: Random;
  readonly #open = new Map<string, Transfer>();

  constructor(sslThumbprint: string, random: Random) {
    this.sslThumbprint = sslThumbprint;
    this.#random = random;
  }

  add(transfer: Transfer): string {
    const oldest = this.#open.keys().next().value;
    if (this.#open.size >= MAX_TRANSFERS && oldest !== undefined) this.#open.delete(oldest);
    const id = this.#random.hex(32);
    this.#open.set(id, transfer);
    return id;
  }

  take(id: string): Transfer | undefined {
    const transfer = this.#open.get(id);
    this.#open.delete(id);
    return transfer;
  }
}
