/** The SSH servers of all guests that run, kept with what the model says of them. */
import { makeSshKey } from '../../lib/ssh-key.ts';
import type { Vm } from '../model/entities.ts';
import type { Model } from '../model/model.ts';
import { type GuestSsh, serveGuest } from './ssh.ts';

const HOST_KEY = '/etc/ssh/ssh_host_ed25519_key';

export class GuestServers {
  readonly #port: number;
  /** What is under way for each VM, in order: an address comes and goes faster than a server starts. */
  readonly #running = new Map<string, Promise<GuestSsh | undefined>>();

  constructor(model: Model, port: number) {
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
    if (system === undefined) return undefined;
    const key = system.files.get(HOST_KEY)?.toString('utf8') ?? makeSshKey(vm.name).privateKey;
    system.files.set(HOST_KEY, Buffer.from(key));
    return await serveGuest(system, key, address.replace('::ffff:', ''), this.#port);
  }

  async close(): Promise<void> {
    for (const server of await Promise.allSettled(this.#running.values())) {
      if (server.status === 'fulfilled') server.value?.close();
    }
  }
}
