/** The SSH servers of all guests that run, kept with what the model says of them. */
import type { Vm } from '../model/entities.ts';
import type { Model } from '../model/model.ts';
import { saveSystem } from '../model/guest-disk.ts';
import { type GuestSsh, serveGuest } from './ssh.ts';
import { HOST_KEY } from './system.ts';

export class GuestServers {
  readonly #model: Model;
  readonly #port: number;
  /** What is under way for each VM, in order: an address comes and goes faster than a server starts. */
  readonly #running = new Map<string, Promise<GuestSsh | undefined>>();

  constructor(model: Model, port: number) {
    this.#model = model;
    this.#port = port;
    model.guestWatcher = (vm, addresses) => this.#become(vm, addresses[0]);
  }

  #become(vm: Vm, address: string | undefined): void {
    const before = this.#running.get(vm.id) ?? Promise.resolve(undefined);
    const next = before.then(async (old) => {
      old?.close();
      return address === undefined ? undefined : await this.#serve(vm, address);
    });
    this.#running.set(vm.id, next);
    // A guest whose address cannot be served is one whose SSH does not answer, as it may be with a real one.
    next.catch(() => this.#running.set(vm.id, Promise.resolve(undefined)));
  }

  async #serve(vm: Vm, address: string): Promise<GuestSsh | undefined> {
    const system = vm.guest?.system;
    const key = system?.files.get(HOST_KEY)?.toString('utf8');
    if (system === undefined || key === undefined) return undefined;
    return await serveGuest(system, key, address.replace('::ffff:', ''), this.#port, () => saveSystem(this.#model, vm));
  }

  async close(): Promise<void> {
    for (const server of await Promise.allSettled(this.#running.values())) {
      if (server.status === 'fulfilled') server.value?.close();
    }
  }
}
