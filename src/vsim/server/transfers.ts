import type { X509Certificate } from 'node:crypto';
import type { Vm } from '../model/entities.ts';
import type { Random } from '../model/random.ts';

export interface Transfer {
  kind: 'get' | 'put';
  vm: Vm;
  path: string;
}

const MAX_TRANSFERS = 1000;

type Shown = Pick<X509Certificate, 'fingerprint' | 'fingerprint256'>;

/** URLs given out for moving files in and out of guests, each good for one use. */
export class Transfers {
  /** The one that this server shows, which tickets and leases name. */
  readonly certificate: Shown;
  readonly #random: Random;
  readonly #open = new Map<string, Transfer>();

  constructor(certificate: Shown, random: Random) {
    this.certificate = certificate;
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
