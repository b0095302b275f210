import { protocolOf, RDP_PORT } from '../../core/image.ts';
import type { ConsoleTarget, Credentials, Guest, GuestAddress, GuestReady, SerialPart } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import { checkCtx, type Ctx } from '../../lib/context.ts';
import { hostKeys, setAccount } from './guest-files.ts';
import type { FakeHost } from './host.ts';
import type { FakeMachine, FakeState } from './state.ts';

function running(host: FakeHost, state: Readonly<FakeState>, machineId: string): FakeMachine {
  const machine = host.whole(state, machineId);
  if (machine.power === 'crashed') throw driverError('crashed', `the machine ${machineId} ended by itself`);
  if (machine.power !== 'on') throw driverError('wrong-state', `the machine ${machineId} is ${machine.power}`);
  return machine;
}

function addressOf(state: Readonly<FakeState>, { sshPort, revisionId }: FakeMachine): GuestAddress {
  const guest = state.masters[revisionId]?.profile.guest;
  return { host: '127.0.0.1', sshPort, ...(guest !== undefined && protocolOf(guest) === 'rdp' ? { rdpPort: RDP_PORT } : {}) };
}

/** Waits on the world's clock until the guest answers. */
async function answering(host: FakeHost, ctx: Ctx, machineId: string): Promise<FakeMachine> {
  for (;;) {
    checkCtx(ctx);
    const machine = running(host, host.world.state, machineId);
    const waitMs = (machine.readyAt ?? 0) - host.world.clock.now();
    if (waitMs <= 0) return machine;
    ctx.progress({ text: 'waiting for the guest' });
    await host.world.clock.sleep(ctx, waitMs);
  }
}

export class FakeGuest implements Guest {
  readonly #host: FakeHost;

  constructor(host: FakeHost) {
    this.#host = host;
  }

  async ready(ctx: Ctx, machineId: string): Promise<GuestReady> {
    checkCtx(ctx);
    await this.#host.pass(ctx, 'guest.ready', 'before', machineId);
    const machine = await answering(this.#host, ctx, machineId);
    const ready = { address: addressOf(this.#host.world.state, machine), hostKeys: hostKeys(this.#host.world.state, machine) };
    await this.#host.pass(ctx, 'guest.ready', 'after', machineId);
    return ready;
  }

  async address(ctx: Ctx, machineId: string): Promise<GuestAddress> {
    return await this.#host.read(ctx, 'guest.address', machineId, (state) => addressOf(state, running(this.#host, state, machineId)));
  }

  async handover(ctx: Ctx, machineId: string, credentials: Credentials): Promise<[]> {
    const { user, passwordHash, authorizedKeys } = credentials;
    await this.#host.perform(ctx, 'guest.handover', machineId, 0, async (middle) => {
      await answering(this.#host, ctx, machineId);
      await middle();
      this.#host.world.change((state) => setAccount(state, running(this.#host, state, machineId), user, passwordHash, authorizedKeys));
    });
    return [];
  }

  async revoke(ctx: Ctx, machineId: string, user: string): Promise<void> {
    await this.#host.perform(ctx, 'guest.revoke', machineId, 0, async (middle) => {
      await answering(this.#host, ctx, machineId);
      await middle();
      this.#host.world.change((state) => setAccount(state, running(this.#host, state, machineId), user, '!', []));
    });
  }

  async idleFor(ctx: Ctx, machineId: string): Promise<number> {
    return await this.#host.read(ctx, 'guest.idleFor', machineId, (state) => {
      const { idleMs } = running(this.#host, state, machineId);
      if (idleMs === undefined) throw driverError('not-supported', 'this guest cannot be asked who uses it');
      return idleMs;
    });
  }

  async announce(ctx: Ctx, machineId: string, text: string): Promise<void> {
    await this.#host.perform(ctx, 'guest.announce', machineId, 0, async (middle) => {
      await middle();
      this.#host.world.change((state) => {
        const machine = running(this.#host, state, machineId);
        machine.announced = [...(machine.announced ?? []), text];
      });
    });
  }
}

export async function consoleOf(host: FakeHost, ctx: Ctx, machineId: string): Promise<ConsoleTarget> {
  return await host.read(ctx, 'console', machineId, (state) => {
    const machine = host.whole(state, machineId);
    if (host.caps.console === 'none') throw driverError('not-supported', 'there is no console here');
    if (machine.power !== 'on') throw driverError('wrong-state', `the machine ${machineId} is ${machine.power}`);
    if (host.caps.console === 'vnc') return { kind: 'vnc', socketPath: `${machine.folder}vnc.sock` };
    return { kind: 'webmks', url: `wss://127.0.0.1:9/ticket/${machineId}`, thumbprint: Array(32).fill('00').join(':') };
  });
}

/** A screen of 32 by 32 black dots. */
const BLACK = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAACAAAAAgAQAAAABbAUdZAAAADElEQVR42mNgGNwAAACgAAGO+7G0AAAAAElFTkSuQmCC', 'base64');

export async function screenOf(host: FakeHost, ctx: Ctx, machineId: string): Promise<Buffer> {
  return await host.read(ctx, 'screenshot', machineId, (state) => {
    const machine = host.whole(state, machineId);
    if (machine.power !== 'on') throw driverError('wrong-state', `the machine ${machineId} is ${machine.power}`);
    return BLACK;
  });
}

/** One line, which the guest wrote as it started. */
export async function serialOf(host: FakeHost, ctx: Ctx, machineId: string, after: number): Promise<SerialPart> {
  return await host.read(ctx, 'serialLog', machineId, (state) => {
    host.whole(state, machineId);
    const text = `${machineId} login:\n`;
    const from = Math.min(after, text.length);
    return { text: text.slice(from), from, next: text.length };
  });
}
