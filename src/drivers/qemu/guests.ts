import { randomBytes } from 'node:crypto';
import { idleOf, idleScript } from '../../core/guest-idle.ts';
import { announceScript, revokeScript } from '../../core/guest-scripts.ts';
import { handoverAndLook, type Hindrance } from '../../core/hindrances.ts';
import type { Credentials, Guest, GuestAddress, GuestReady } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import { idleBy, seenBy } from '../../driver/seen-by.ts';
import { anyOf, type Ctx, checkCtx, makeCtx, race, withTimeout } from '../../lib/context.ts';
import { isCode } from '../../lib/errors.ts';
import type { SshKey } from '../../lib/ssh-key.ts';
import type { Fleet } from './fleet.ts';
import { type Host, machineIdHex } from './host.ts';
import type { Machines } from './machines.ts';
import type { Masters } from './masters.ts';
import { OPERATIONS, operationsKey, runAsRoot } from './operations.ts';
import type { MachineRecord, MasterRecord } from './records.ts';
import { type Runtime, unreachable } from './runtime.ts';
import { settleCloudGuest } from './settle.ts';
import { waitForBanner } from './ssh-banner.ts';
import { readHostKey } from './ssh-host-key.ts';
import { handOverByGuestAgent } from './guest-agent-handover.ts';

/** User-mode networking forwards from this address alone. */
const LOOPBACK = '127.0.0.1';
/** Time for accounts to be changed through Carrel's agent, in milliseconds; qemu-ga is asked when it does not manage. */
const LINE_AGENT_MS = 20_000;
/** Time for a script that Carrel's account runs, in milliseconds: a login under emulation takes seconds. */
const OPERATIONS_MS = 60_000;

/** What happens inside the guests: identity, readiness, access. */
export class Guests implements Guest {
  private readonly masters: Masters;
  private readonly machines: Machines;
  private readonly fleet: Fleet;

  private readonly secret: Buffer | undefined;

  constructor(parts: { host: Pick<Host, 'machineSecret'>; masters: Masters; machines: Machines; fleet: Fleet }) {
    this.secret = parts.host.machineSecret;
    this.masters = parts.masters;
    this.machines = parts.machines;
    this.fleet = parts.fleet;
  }

  async ready(ctx: Ctx, machineId: string): Promise<GuestReady> {
    const { runtime, record, master } = await this.need(machineId);
    const { bootTimeoutS } = master.profile.guest;
    const bounded = withTimeout(ctx, bootTimeoutS * 1000);
    const seen = { text: '' };
    return await runtime.whileBooting(ctx, async ({ signal }) => {
      const over = new AbortController();
      const waiting = { ...bounded, signal: anyOf([bounded.signal, signal, over.signal]) };
      try {
        const full = this.outOfSpace(waiting, machineId);
        return await Promise.race([this.becomeReady(waiting, runtime, { record, master }, seen), full]);
      } catch (error) {
        checkCtx(ctx);
        if (!isCode(error, 'deadline')) throw error;
        throw driverError('guest-timeout', `the guest was not ready within ${bootTimeoutS} s${seen.text}`, {
          hint:
            seen.text === ''
              ? 'look at its console; give the image a longer boot time if it is just slow'
              : 'look at its console: cloud-init makes that account. Import an image without cloud-init without --access cloud-init; give the image a longer boot time if it is just slow',
          cause: error,
        });
      } finally {
        over.abort();
      }
    });
  }

  /** Rejects with `no-space` as soon as the machine stands still for lack of space, else when `ctx` ends: there is nothing to wait for a boot time for. */
  private async outOfSpace(ctx: Ctx, machineId: string): Promise<never> {
    let stop = (): void => {};
    const full = new Promise<void>((resolve) => {
      stop = this.fleet.watch((event) => event.machineId === machineId && event.condition === 'out-of-space' && resolve());
      // It may have been so before anybody listened. One that cannot be looked at is waited for as any other.
      void this.fleet.look(ctx, machineId, this.machines.folder(machineId)).then(
        ({ condition }) => condition === 'out-of-space' && resolve(),
        () => {},
      );
    });
    try {
      await race(ctx, full);
    } finally {
      stop();
    }
    throw driverError('no-space', 'the machine stands still before it is ready: the storage under it is full', {
      hint: 'free some space on the data directory',
    });
  }

  private async becomeReady(
    ctx: Ctx,
    runtime: Runtime,
    { record, master }: { record: MachineRecord; master: MasterRecord },
    seen: { text: string },
  ): Promise<GuestReady> {
    const { machineId } = record;
    const hostKeys = await this.awaitGuest(ctx, runtime, master, machineId);
    const address = await this.address(ctx, machineId);
    await waitForBanner(ctx, address.host, address.sshPort, runtime.ended());
    const key = this.operationsKey(master, machineId);
    if (key !== undefined && record.settled === false) {
      const onRefused = (why: string): void => void (seen.text = `; its SSH server does not let ${OPERATIONS} in (${why})`);
      const own = await race(ctx, Promise.race([settleCloudGuest(ctx, { machineId, address, key, onRefused }), runtime.ended()]));
      await this.machines.update(machineId, { settled: true });
      return { address, hostKeys: own };
    }
    // Without the agent's word, or after a reset that cost the guest its note of the key, the server itself is asked.
    const known = hostKeys !== undefined && hostKeys.length > 0;
    return { address, hostKeys: known ? hostKeys : await readHostKey(ctx, address.host, address.sshPort) };
  }

  /** Waits for the agent's word; gives the host keys where it is Carrel's agent, which knows them. */
  private async awaitGuest(ctx: Ctx, runtime: Runtime, master: MasterRecord, machineId: string): Promise<readonly string[] | undefined> {
    switch (master.profile.guest.agent) {
      case 'none':
        return undefined;
      case 'qga':
        await race(ctx, Promise.race([runtime.guestAgent.waitUntilUp(ctx), runtime.ended()]));
        return undefined;
      case 'carrel': {
        const record = await this.machines.needMade(machineId);
        if (!record.needsIdentity) return (await runtime.waitReady(ctx)).hostKeys;
        return await race(ctx, Promise.race([this.startIdentity(runtime, machineId), runtime.ended()]));
      }
    }
  }

  /**
   * Gives a restored guest an identity of its own, once per start however many ask. Until that is done its SSH server does not run, since
   * the frozen parent has no host keys.
   */
  startIdentity(runtime: Runtime, machineId: string): Promise<readonly string[]> {
    if (runtime.identity === undefined) {
      const work = this.giveIdentity(runtime, machineId);
      work.catch(() => {
        runtime.identity = undefined;
      });
      runtime.identity = work;
    }
    return runtime.identity;
  }

  private async giveIdentity(runtime: Runtime, machineId: string): Promise<readonly string[]> {
    const record = await this.machines.need(machineId);
    const hostKeys = await runtime.agent.setIdentity(makeCtx({ timeoutMs: 120_000 }), {
      hostname: record.hostname,
      machineId: machineIdHex(machineId),
      mac: record.mac,
      time: Math.floor(Date.now() / 1000),
      entropyHex: randomBytes(64).toString('hex'),
    });
    if (hostKeys.length === 0) throw driverError('guest-failed', 'the guest made no SSH host keys of its own');
    await this.machines.update(machineId, { needsIdentity: false });
    return hostKeys;
  }

  async address(ctx: Ctx, machineId: string): Promise<GuestAddress> {
    const { runtime } = await this.need(machineId);
    return { host: LOOPBACK, sshPort: await runtime.sshPort(ctx) };
  }

  async handover(ctx: Ctx, machineId: string, credentials: Credentials): Promise<readonly Hindrance[]> {
    const { user, passwordHash, authorizedKeys } = credentials;
    let seen: readonly Hindrance[] = [];
    const done = this.throughAgent(ctx, machineId, {
      user,
      script: handoverAndLook(credentials),
      viaGuestAgent: async ({ guestAgent }) => {
        seen = await handOverByGuestAgent(ctx, guestAgent, credentials);
      },
      // It is asked for its speed in a fresh instant clone, and has no word for a look.
      viaLineAgent: async (runtime, bounded) => {
        await runtime.agent.setPassword(bounded, user, passwordHash);
        await runtime.agent.setAuthorizedKeys(bounded, user, authorizedKeys);
      },
    });
    const byScript = await seenBy(done);
    return [...byScript, ...seen];
  }

  async revoke(ctx: Ctx, machineId: string, user: string): Promise<void> {
    await this.throughAgent(ctx, machineId, {
      user,
      script: revokeScript(user),
      viaGuestAgent: async (runtime) => {
        // No password hashes to this, so none fits it.
        await runtime.guestAgent.setPassword(ctx, user, '!');
        await runtime.guestAgent.setAuthorizedKeys(ctx, user, []);
      },
      viaLineAgent: async (runtime, bounded) => {
        await runtime.agent.lock(bounded, user);
        await runtime.agent.setAuthorizedKeys(bounded, user, []);
      },
    });
  }

  async announce(ctx: Ctx, machineId: string, text: string): Promise<void> {
    const { runtime, master } = await this.need(machineId);
    const script = announceScript(text);
    if (master.profile.guest.agent === 'none') {
      if (await this.byOperations(ctx, machineId, script)) return;
      throw driverError('not-supported', 'this image has no agent, so that nothing can be said in its guests');
    }
    const { exitCode, stderr } = await runtime.guestAgent.exec(ctx, '/bin/sh', ['-c', script]);
    if (exitCode !== 0) throw driverError('guest-failed', `the guest showed the line to nobody: ${stderr.slice(0, 200)}`);
  }

  async idleFor(ctx: Ctx, machineId: string): Promise<number> {
    const { runtime, master } = await this.need(machineId);
    const script = idleScript(OPERATIONS);
    if (master.profile.guest.agent === 'none') {
      const asked = async () => {
        if (await this.byOperations(ctx, machineId, script)) return;
        throw driverError('not-supported', 'this image has no agent, so that nobody can tell who uses its guests');
      };
      return await idleBy(asked());
    }
    const { exitCode, stderr } = await runtime.guestAgent.exec(ctx, '/bin/sh', ['-c', script]);
    const idle = idleOf(exitCode);
    if (idle === undefined) throw driverError('guest-failed', `the guest does not tell who uses it: ${stderr.slice(0, 200)}`);
    return idle;
  }

  /** Runs a script as root by Carrel's account, where the image has no agent and cloud-init made one; false where there is none. */
  async byOperations(ctx: Ctx, machineId: string, script: string): Promise<boolean> {
    const { master } = await this.need(machineId);
    const key = this.operationsKey(master, machineId);
    if (key === undefined || master.profile.guest.agent !== 'none') return false;
    await runAsRoot(withTimeout(ctx, OPERATIONS_MS), await this.address(ctx, machineId), key, script);
    return true;
  }

  /** The key of Carrel's account in the guest; undefined where cloud-init makes none, and where Carrel's own agent is better. */
  private operationsKey(master: MasterRecord, machineId: string): SshKey | undefined {
    const { access, agent } = master.profile.guest;
    if (this.secret === undefined || access !== 'cloud-init' || agent === 'carrel') return undefined;
    return operationsKey(this.secret, machineId);
  }

  private async throughAgent(
    ctx: Ctx,
    machineId: string,
    ways: {
      user: string;
      script: string;
      viaGuestAgent: (runtime: Runtime) => Promise<void>;
      viaLineAgent: (runtime: Runtime, bounded: Ctx) => Promise<void>;
    },
  ): Promise<void> {
    const { runtime, master } = await this.need(machineId);
    const { agent } = master.profile.guest;
    if (agent === 'none') {
      if (ways.user === OPERATIONS) {
        throw driverError('not-supported', `${OPERATIONS} is Carrel's own account in the guest: handing it over would lock Carrel out`, {
          hint: 'give the image another user: `carrel image import … --user`',
        });
      }
      if (await this.byOperations(ctx, machineId, ways.script)) return;
      throw driverError('not-supported', 'this image has no agent, so that accounts in it cannot be changed', {
        hint: 'use the account that the image came with; if it has cloud-init, import it with --access cloud-init',
      });
    }
    if (agent === 'carrel') {
      // Several times faster than qemu-ga in a fresh instant clone: a shell that runs already, where qemu-ga starts a program for it.
      try {
        return await ways.viaLineAgent(runtime, withTimeout(ctx, LINE_AGENT_MS));
      } catch (error) {
        checkCtx(ctx);
        if (!isCode(error, 'guest-failed', 'deadline', 'unavailable')) throw error;
      }
    }
    await ways.viaGuestAgent(runtime);
  }

  private async need(machineId: string): Promise<{ runtime: Runtime; record: MachineRecord; master: MasterRecord }> {
    const record = await this.machines.needMade(machineId);
    const runtime = this.fleet.get(machineId);
    if (runtime === undefined) {
      if ((await this.fleet.findProcess(machineId, this.machines.folder(machineId))) !== undefined) throw unreachable(machineId);
      throw driverError('wrong-state', `machine ${machineId} is not running`);
    }
    return { runtime, record, master: await this.masters.of(record) };
  }
}
