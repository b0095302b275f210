/** What tells one guest from another, kept in the machine's tags: no two machines may have the same. */
import { createHash } from 'node:crypto';
import { driverError } from '../../../driver/errors.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { GuestIdentity } from '../inventory/tags.ts';

const HINT =
  'The image has it baked in. Remove it there (rm /etc/ssh/ssh_host_*; cloud-init clean --machine-id) and import the image again, or give Carrel a way in that can renew it.';

export class Identities {
  readonly #end: Endpoint;
  /** Who showed a host key first, until its tag says so: two machines may become ready at the same moment. */
  readonly #shown = new Map<string, string>();

  constructor(end: Endpoint) {
    this.#end = end;
  }

  /** The machine's identity. `guest-failed` if another machine of ours has the same host key or machine-id. */
  claim(machineId: string, hostKeys: readonly string[], guestId: string | undefined): GuestIdentity {
    const mine: GuestIdentity = { hostKeys: hostKeys.map(digest), machineId: guestId };
    for (const { tags, name } of this.#end.register.views()) {
      if (tags.kind !== 'machine' || tags.identity === undefined || tags.id === machineId.toLowerCase()) continue;
      const { identity } = tags;
      if (identity.hostKeys.some((key) => mine.hostKeys.includes(key))) throw clash(machineId, 'shows the SSH host key', name);
      if (guestId !== undefined && identity.machineId === guestId) throw clash(machineId, 'has the machine-id', name);
    }
    for (const key of [...mine.hostKeys, ...(guestId === undefined ? [] : [guestId])]) {
      const first = this.#shown.get(key);
      if (first !== undefined && first !== machineId && this.#stands(first)) {
        throw clash(machineId, key === guestId ? 'has the machine-id' : 'shows the SSH host key', this.#end.names.machine(first));
      }
      this.#shown.set(key, machineId);
    }
    return mine;
  }

  #stands(machineId: string): boolean {
    return this.#end.register.byName(this.#end.names.machine(machineId)).length > 0;
  }
}

function clash(machineId: string, what: string, other: string): Error {
  return driverError('guest-failed', `the guest of machine ${machineId} ${what} of ${other}`, { hint: HINT, details: { other } });
}

const digest = (key: string): string => createHash('sha256').update(key).digest('hex');
