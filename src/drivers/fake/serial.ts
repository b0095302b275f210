import type { Duplex } from 'node:stream';
import { PassThrough } from 'node:stream';
import { driverError } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import type { FakeHost } from './host.ts';
import type { FakeWorld } from './world.ts';

/** Serial consoles of machines whose guests answer each byte with itself, as a login prompt does. Everybody who is joined hears it. */
export class FakeSerial {
  readonly #world: FakeWorld;
  readonly #joined = new Map<string, Set<PassThrough>>();

  constructor(world: FakeWorld) {
    this.#world = world;
  }

  async join(host: FakeHost, ctx: Ctx, machineId: string): Promise<Duplex> {
    return await host.read(ctx, 'serialConsole', machineId, (state) => {
      const { power } = host.whole(state, machineId);
      if (power !== 'on' && power !== 'suspended') throw driverError('wrong-state', `the machine ${machineId} is ${power}`);
      const all = this.#joined.get(machineId) ?? new Set();
      this.#joined.set(machineId, all);
      const joint: PassThrough = new PassThrough({
        allowHalfOpen: false,
        transform: (chunk: Buffer, _encoding, done) => {
          for (const each of all) if (!each.destroyed) each.push(chunk);
          done();
        },
      });
      all.add(joint);
      joint.once('close', () => all.delete(joint));
      return joint;
    });
  }

  /** After a verb: a machine that does not run any more has let go of who was joined. */
  look(machineId: string): void {
    const power = this.#world.state.machines[machineId]?.power;
    if (power !== 'on' && power !== 'suspended') this.#end(machineId);
  }

  /** As the driver is closed. */
  close(): void {
    for (const machineId of this.#joined.keys()) this.#end(machineId);
  }

  #end(machineId: string): void {
    const all = this.#joined.get(machineId);
    this.#joined.delete(machineId);
    for (const joint of all ?? []) joint.push(null);
    all?.clear();
  }
}
