import { type Entity, type Ref, refKey } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';

/** How long a heartbeat has to be red before its guest is said to hang, in milliseconds: a guest that restarts misses some. */
const HUNG_MS = 120_000;

/**
 * Guests that hang, by the heartbeat of their VMware Tools: `red` says that beats were there and stopped. `gray` says nothing: no Tools, Tools that
 * were stopped, or a guest that boots, and so does `guestToolsNotRunning`. How long it has lasted nobody tells, so it counts from when it was seen.
 */
export class Heartbeats {
  readonly #end: Endpoint;
  readonly #since = new Map<string, number>();

  constructor(end: Endpoint) {
    this.#end = end;
    for (const entity of end.client.inventory.all('VirtualMachine')) this.#note(entity);
    end.client.inventory.onChange(({ kind, entity }) => {
      if (kind === 'leave') this.#since.delete(refKey(entity.ref));
      else if (entity.ref.type === 'VirtualMachine') this.#note(entity);
    });
  }

  /** Whether its guest hangs, as long as that lasts. No request. */
  hung(ref: Ref): boolean {
    const since = this.#since.get(refKey(ref));
    return since !== undefined && Date.now() - since >= (this.#end.options.hungMs ?? HUNG_MS);
  }

  #note({ ref, props }: Entity): void {
    const key = refKey(ref);
    if (props.get('guestHeartbeatStatus') !== 'red' || props.get('runtime.powerState') !== 'poweredOn') this.#since.delete(key);
    else if (!this.#since.has(key)) this.#since.set(key, Date.now());
  }
}
