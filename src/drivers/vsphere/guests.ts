import type { ConsoleTarget, Credentials, GuestAddress, GuestReady } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import { type Ctx, race, withTimeout } from '../../lib/context.ts';
import { isCode } from '../../lib/errors.ts';
import { acquireConsole, ethernetCardsOf, GuestAccess, guestPassword, type Ref, refKey } from '../../vsphere/index.ts';
import type { Endpoint } from './endpoint.ts';
import type { Locate } from './locate.ts';
import type { Machines } from './machines.ts';
import type { Masters } from './masters.ts';
import { readHostKeys } from './ssh-host-key.ts';
import { powerOf, type View } from './view.ts';

/** A handover is a short program; longer means that the guest is not well. In milliseconds. */
const PROGRAM_MS = 60_000;

/** What is still missing before a guest counts as ready; each has a name, so that a time-out says which (vsphere.md §6). */
type Missing = 'tools' | 'heartbeat' | 'address';

const MISSING: Record<Missing, string> = {
  tools: 'VMware Tools do not run in it',
  heartbeat: 'it gives no heartbeat',
  address: 'it has no address on its own network card',
};

export class Guests {
  readonly #end: Endpoint;
  readonly #locate: Locate;
  readonly #machines: Machines;
  readonly #masters: Masters;

  constructor(parts: { end: Endpoint; locate: Locate; machines: Machines; masters: Masters }) {
    this.#end = parts.end;
    this.#locate = parts.locate;
    this.#machines = parts.machines;
    this.#masters = parts.masters;
  }

  /** Tools run, a heartbeat, an address on our own card, and an SSH server that shows its key there. The waiting costs no request. */
  async ready(ctx: Ctx, machineId: string): Promise<GuestReady> {
    const view = await this.#running(ctx, machineId);
    const profile = this.#masters.of(view.tags.revisionId ?? '')[0]?.tags.profile;
    const patient = withTimeout(ctx, (profile?.guest.bootTimeoutS ?? 300) * 1000);
    const sshPort = profile?.guest.sshPort ?? 22;
    const host = await this.#address(ctx, patient, view, machineId);
    const read = this.#end.options.hostKeys ?? readHostKeys;
    try {
      return { address: { host, sshPort }, hostKeys: await read(patient, host, sshPort) };
    } catch (error) {
      if (ctx.signal.aborted || !isCode(error, 'deadline')) throw error;
      throw driverError('guest-timeout', `the guest of machine ${machineId} does not answer at ${host}, port ${sshPort}`, { cause: error });
    }
  }

  async address(ctx: Ctx, machineId: string): Promise<GuestAddress> {
    const view = await this.#running(ctx, machineId);
    await this.#end.client.inventory.sync(ctx);
    const host = this.#addressNow(view);
    if (host === undefined) throw driverError('guest-timeout', `the guest of machine ${machineId} has no address yet`);
    return { host, sshPort: this.#masters.of(view.tags.revisionId ?? '')[0]?.tags.profile?.guest.sshPort ?? 22 };
  }

  /** Replaces password and keys of one account by a program in the guest. The password travels as its hash only. */
  async handover(ctx: Ctx, machineId: string, credentials: Credentials): Promise<void> {
    if (credentials.user === this.#end.options.guest?.user) {
      throw driverError(
        'not-supported',
        `${credentials.user} is the account that guest operations log in with: handing it over would lock Carrel out`,
        {
          hint: 'Give the provider another guest account, or the image another user.',
        },
      );
    }
    await this.#program(ctx, machineId, handoverScript(credentials));
  }

  async revoke(ctx: Ctx, machineId: string, user: string): Promise<void> {
    await this.#program(ctx, machineId, revokeScript(user));
  }

  /** A ticket of its own for each opening, with the host and the certificate that it names (H39). */
  async console(ctx: Ctx, machineId: string): Promise<ConsoleTarget> {
    const view = await this.#running(ctx, machineId);
    const { url, thumbprint } = await acquireConsole(ctx, this.#end.client, view.ref);
    return { kind: 'webmks', url, fingerprint256: thumbprint ?? '' };
  }

  async #running(ctx: Ctx, machineId: string): Promise<View> {
    const view = await this.#locate.machine(ctx, machineId);
    this.#machines.mustBeWhole(view);
    if (view.power !== 'on') throw driverError('wrong-state', `machine ${machineId} is ${view.power}`);
    return view;
  }

  async #address(ctx: Ctx, patient: Ctx, view: View, machineId: string): Promise<string> {
    const { inventory } = this.#end.client;
    let missing: Missing = 'tools';
    let stop = (): void => {};
    const found = new Promise<string>((resolve, reject) => {
      const look = (): void => {
        if (inventory.get(view.ref) !== undefined && powerOf(inventory.prop('VirtualMachine', view.ref, 'runtime.powerState')) === 'off')
          return;
        const now = this.#missing(view.ref);
        const host = now === undefined ? this.#addressNow(view) : undefined;
        if (host !== undefined) resolve(host);
        else missing = now ?? 'address';
      };
      stop = inventory.onChange(({ kind, entity }) => {
        if (refKey(entity.ref) !== refKey(view.ref)) return;
        if (kind === 'leave') reject(driverError('not-found', `machine ${machineId} is gone`));
        else look();
      });
      look();
    });
    found.catch(() => {});
    try {
      return await race(patient, found);
    } catch (error) {
      if (ctx.signal.aborted || !isCode(error, 'deadline')) throw error;
      throw driverError('guest-timeout', `the guest of machine ${machineId} is not ready: ${MISSING[missing]}`, {
        details: { missing },
        cause: error,
      });
    } finally {
      stop();
    }
  }

  #missing(ref: Ref): Missing | undefined {
    const { inventory } = this.#end.client;
    if (inventory.prop('VirtualMachine', ref, 'guest.toolsRunningStatus') !== 'guestToolsRunning') return 'tools';
    const heartbeat = inventory.prop('VirtualMachine', ref, 'guestHeartbeatStatus');
    return heartbeat === 'green' || heartbeat === 'yellow' ? undefined : 'heartbeat';
  }

  /** An address on one of the machine's own cards that is not link-local: what Tools said before a restart does not count. */
  #addressNow(view: View): string | undefined {
    const { inventory } = this.#end.client;
    const devices = inventory.prop('VirtualMachine', view.ref, 'config.hardware.device');
    const cards = ethernetCardsOf(Array.isArray(devices) ? devices : [...view.devices]);
    const own = new Set(cards.map((card) => card.macAddress?.toLowerCase()));
    const nets = inventory.prop('VirtualMachine', view.ref, 'guest.net') ?? [];
    const addresses = nets
      .filter((net) => net.macAddress !== undefined && own.has(net.macAddress.toLowerCase()))
      .flatMap((net) => net.ipConfig?.ipAddress?.map((a) => a.ipAddress) ?? net.ipAddress ?? [])
      .filter((ip) => !/^(169\.254\.|fe80:|127\.|::1$)/i.test(ip));
    return addresses.find((ip) => !ip.includes(':')) ?? addresses[0];
  }

  async #program(ctx: Ctx, machineId: string, script: string): Promise<void> {
    const view = await this.#running(ctx, machineId);
    const account = this.#end.options.guest;
    if (account === undefined) {
      throw driverError('not-supported', 'accounts in guests cannot be changed: the provider has no account for guest operations', {
        hint: 'Give the provider a guest account, or hand accounts over by cloud-init.',
      });
    }
    const guest = new GuestAccess(this.#end.client, view.ref, guestPassword(account.user, account.password));
    const patient = withTimeout(ctx, PROGRAM_MS);
    const pause = Math.min(1_000, this.#end.patience.retryMs);
    const code = await this.#end.work.step(ctx, machineId, guest.run(patient, '/bin/sh', `-c ${quote(asRoot(script))}`, pause));
    if (code !== 0) throw driverError('guest-failed', `the guest of machine ${machineId} refused the account (exit code ${code})`);
  }
}

/** The script as root: as it is for root, by sudo for another account, which must be allowed to use it without a password. */
export function asRoot(script: string): string {
  return `test "$(id -u)" = 0 || exec sudo -n /bin/sh -c ${quote(script)}\n${script}`;
}

/** One word for a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Sets password and keys; what was there is replaced. Exit codes: 0 done, others the shell's. */
export function handoverScript({ user, passwordHash, authorizedKeys }: Credentials): string {
  const keys = authorizedKeys.map((key) => `${key}\n`).join('');
  return [
    'set -e',
    `u=${quote(user)}`,
    'id "$u" >/dev/null 2>&1 || useradd -m -s /bin/sh "$u"',
    `usermod -p ${quote(passwordHash)} "$u"`,
    'h=$(getent passwd "$u" | cut -d: -f6)',
    'g=$(id -g "$u")',
    'mkdir -p "$h/.ssh"',
    `printf %s ${quote(keys)} > "$h/.ssh/authorized_keys.new"`,
    'chmod 700 "$h/.ssh"',
    'chmod 600 "$h/.ssh/authorized_keys.new"',
    'chown -R "$u:$g" "$h/.ssh"',
    'mv "$h/.ssh/authorized_keys.new" "$h/.ssh/authorized_keys"',
  ].join('\n');
}

/** Locks the password and takes the keys away; an account that is not there is no error. */
export function revokeScript(user: string): string {
  return [
    'set -e',
    `u=${quote(user)}`,
    'id "$u" >/dev/null 2>&1 || exit 0',
    `usermod -p '!' "$u"`,
    'h=$(getent passwd "$u" | cut -d: -f6)',
    'rm -f "$h/.ssh/authorized_keys"',
  ].join('\n');
}
