import { idleScript } from '../../../core/guest-idle.ts';
import { announceScript, revokeScript, windowsAnnouncement } from '../../../core/guest-scripts.ts';
import { handoverAndLook, type Hindrance } from '../../../core/hindrances.ts';
import { protocolOf, RDP_PORT, type RevisionProfile } from '../../../core/image.ts';
import type { ConsoleTarget, Credentials, GuestAddress, GuestReady } from '../../../driver/driver.ts';
import { driverError } from '../../../driver/errors.ts';
import { idleBy, seenBy } from '../../../driver/seen-by.ts';
import { type Ctx, withTimeout } from '../../../lib/context.ts';
import { isCode } from '../../../lib/errors.ts';
import { acquireConsole, ethernetCardsOf, isFault, normalizeFingerprint } from '../../../vsphere/index.ts';
import { type Access, accessOf, passwordHash, wipedUserData } from '../guests/access.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { afterCloudInitScript, identityScript, instantIdentityScript } from '../guests/guest-scripts.ts';
import { Identities } from '../guests/identity.ts';
import type { Locate } from '../endpoint/locate.ts';
import type { Machines } from './machines.ts';
import type { Masters } from '../masters/masters.ts';
import { isRefusal, Programs } from '../guests/programs.ts';
import { Customization } from '../guests/customization.ts';
import { metadataOf } from '../guests/metadata.ts';
import { isWindowsAccess, wipedAccount } from '../guests/windows.ts';
import { portAnswers } from '../guests/port-answers.ts';
import { notReady, Readiness, WAIT_S } from '../guests/readiness.ts';
import { readHostKeys } from '../guests/ssh-host-key.ts';
import { changeTags, type GuestIdentity } from '../inventory/tags.ts';
import { shownPower, type View } from '../inventory/view.ts';

export class Guests {
  readonly #end: Endpoint;
  readonly #locate: Locate;
  readonly #machines: Machines;
  readonly #masters: Masters;
  readonly #ready: Readiness;
  readonly #programs: Programs;
  readonly #identities: Identities;
  readonly #customization: Customization;

  constructor(parts: { end: Endpoint; locate: Locate; machines: Machines; masters: Masters }) {
    this.#end = parts.end;
    this.#locate = parts.locate;
    this.#machines = parts.machines;
    this.#masters = parts.masters;
    this.#ready = new Readiness(parts.end);
    this.#programs = new Programs(parts.end);
    this.#identities = new Identities(parts.end);
    this.#customization = new Customization(parts.end);
  }

  /**
   * Tools run, a heartbeat, an address on our own card, Carrel's way in, and an SSH server that shows its key there. The first time the guest's
   * identity is made its own and compared with all others', and what cloud-init was given is wiped.
   */
  async ready(ctx: Ctx, machineId: string): Promise<GuestReady> {
    const view = await this.#running(ctx, machineId, true);
    const profile = this.#profileOf(view);
    const limitS = profile?.guest.bootTimeoutS ?? 300;
    await this.#ready.until(ctx, view, machineId, this.#ready.tools(view, limitS));
    const access = accessOf(this.#end.options, profile, machineId);
    const first = access !== undefined && view.tags.identity === undefined;
    // Sysprep restarts the guest, and only then does it stay what it is.
    if (first && access.kind === 'sysprep') await this.#customization.succeeded(ctx, view, machineId, limitS);
    await this.#ready.until(ctx, view, machineId, this.#ready.heartbeat(view, limitS));
    const fork = first && view.tags.frozen !== undefined;
    // an instant clone has no address before it is told who it is
    const forkId = fork ? await this.#settleFork(ctx, view, machineId, access, limitS) : undefined;
    const host = await this.#ready.until(ctx, view, machineId, this.#ready.address(view, limitS));
    const guestId = first && !fork ? await this.#settle(ctx, view, machineId, access, limitS) : forkId;
    const address = addressIn(profile, host);
    const hostKeys = await this.#answering(ctx, machineId, address, limitS);
    if (first) await this.#keep(ctx, view, machineId, this.#identities.claim(machineId, hostKeys, guestId));
    return { address, hostKeys };
  }

  /** The host keys that its SSH server shows; none where people come in by Remote Desktop, whose port only has to take connections. */
  async #answering(ctx: Ctx, machineId: string, address: GuestAddress, limitS: number): Promise<readonly string[]> {
    const { host, rdpPort } = address;
    if (rdpPort === undefined) return await this.#hostKeys(ctx, machineId, address, Math.min(limitS, WAIT_S.ssh));
    const answers = this.#end.options.portAnswers ?? portAnswers;
    const waitS = Math.min(limitS, WAIT_S.rdp);
    try {
      await answers(withTimeout(ctx, waitS * 1000), host, rdpPort);
    } catch (cause) {
      if (ctx.signal.aborted || !isCode(cause, 'deadline')) throw cause;
      const hint = 'Is Remote Desktop switched on in the image, and let through its firewall?';
      throw notReady(machineId, 'rdp', {
        limitS: waitS,
        what: 'Remote Desktop',
        seen: `nothing answers at ${host}, port ${rdpPort}`,
        hint,
        cause,
      });
    }
    return [];
  }

  async #hostKeys(ctx: Ctx, machineId: string, { host, sshPort }: GuestAddress, limitS: number): Promise<readonly string[]> {
    const read = this.#end.options.hostKeys ?? readHostKeys;
    try {
      return await read(withTimeout(ctx, limitS * 1000), host, sshPort);
    } catch (cause) {
      if (ctx.signal.aborted || !isCode(cause, 'deadline')) throw cause;
      throw notReady(machineId, 'ssh', { limitS, what: 'an SSH server', seen: `nothing answers at ${host}, port ${sshPort}`, cause });
    }
  }

  /**
   * The first time in a guest. By cloud-init's account: that it lets us in is what shows that cloud-init took this machine for a new one. By the
   * image's account its identity is renewed; where that cannot be done, only what it shows can be compared.
   */
  async #settle(ctx: Ctx, view: View, machineId: string, access: Access, limitS: number): Promise<string | undefined> {
    this.#end.progress(ctx, 'making the guest its own');
    if (access.kind === 'guest-operations') {
      try {
        const script = identityScript(hostnameOf(this.#end, view));
        await this.#programs.runOnce(ctx, view, machineId, access, script, Math.min(limitS, WAIT_S.access));
      } catch (error) {
        if (ctx.signal.aborted || !isRefusal(error)) throw error;
        this.#end.log.warn({ err: error, machineId }, "the guest's identity could not be renewed");
        return undefined;
      }
    } else if (isWindowsAccess(access.kind)) {
      await this.#programs.letsIn(ctx, view, machineId, access, limitS);
      return undefined;
    } else await this.#programs.runOnce(ctx, view, machineId, access, afterCloudInitScript(), limitS);
    return await this.#ready.until(ctx, view, machineId, this.#ready.machineId(view, limitS));
  }

  /**
   * The first time in an instant clone, which is its frozen parent until then: by the parent's account, or by its own where an earlier try got as
   * far as that. Here a refusal is an error, since no two of them may be alike.
   */
  async #settleFork(ctx: Ctx, view: View, machineId: string, access: Access, limitS: number): Promise<string> {
    this.#end.progress(ctx, 'making the guest its own');
    const { options } = this.#end;
    const parentId = view.tags.frozen ?? '';
    const own = access.kind === 'cloud-init' && options.machineSecret !== undefined;
    const account = own ? { user: access.user, hash: passwordHash(access, options.machineSecret as Buffer, machineId) } : undefined;
    const parent = await this.#locate.find(ctx, parentId, '');
    const was = ethernetCardsOf(parent?.devices ?? []).map((card) => card.macAddress?.toLowerCase());
    const cards = ethernetCardsOf(view.devices).flatMap((card, i) => {
      const is = card.macAddress?.toLowerCase();
      return was[i] === undefined || is === undefined ? [] : [{ was: was[i], is }];
    });
    const script = instantIdentityScript({ hostname: hostnameOf(this.#end, view), cards, account });
    const run = async (by: Access): Promise<void> =>
      await this.#programs.runOnce(ctx, view, machineId, { ...by, kind: 'guest-operations' }, script, limitS);
    try {
      await run({ ...access, ...accessOf(options, this.#profileOf(view), parentId) });
    } catch (error) {
      if (!own || !isFault(error, 'InvalidGuestLogin')) throw error;
      await run(access);
    }
    return await this.#ready.until(ctx, view, machineId, this.#ready.machineId(view, limitS));
  }

  /** Writes down what the guest is, and takes away what cloud-init was given. */
  async #keep(ctx: Ctx, view: View, machineId: string, identity: GuestIdentity): Promise<void> {
    const extraConfig = [
      ...changeTags({ identity: JSON.stringify(identity) }),
      ...wipedUserData(),
      ...wipedAccount(metadataOf(this.#end, view)),
    ];
    // after a boot a second is little, and many go with one look at their tasks
    await this.#end.task(ctx, machineId, 'ReconfigVM_Task', view.ref, { spec: { extraConfig } }, { patient: true });
  }

  async ownPassword(ctx: Ctx, machineId: string): Promise<string | undefined> {
    const view = await this.#locate.machine(ctx, machineId);
    const access = accessOf(this.#end.options, this.#profileOf(view), machineId);
    return access !== undefined && isWindowsAccess(access.kind) ? access.password : undefined;
  }

  async address(ctx: Ctx, machineId: string): Promise<GuestAddress> {
    const view = await this.#running(ctx, machineId);
    await this.#end.client.inventory.sync(ctx);
    const host = this.#ready.addressNow(view);
    if (host === undefined) throw driverError('guest-timeout', `the guest of machine ${machineId} has no address yet`);
    return addressIn(this.#profileOf(view), host);
  }

  /** Replaces password and keys of one account by a program in the guest. The password travels as its hash only. */
  async handover(ctx: Ctx, machineId: string, credentials: Credentials): Promise<readonly Hindrance[]> {
    return await seenBy(this.#program(ctx, machineId, handoverAndLook(credentials), credentials.user));
  }

  async announce(ctx: Ctx, machineId: string, text: string): Promise<void> {
    const view = await this.#running(ctx, machineId);
    const access = accessOf(this.#end.options, this.#profileOf(view), machineId);
    if (access !== undefined && isWindowsAccess(access.kind))
      await this.#programs.runDirectly(ctx, view, machineId, access, windowsAnnouncement(text));
    else await this.#program(ctx, machineId, announceScript(text), '');
  }

  /** Guest operations log in without a connection, so none of those that the guest sees is ours. */
  async idleFor(ctx: Ctx, machineId: string): Promise<number> {
    return await idleBy(this.#program(ctx, machineId, idleScript(''), ''));
  }

  async revoke(ctx: Ctx, machineId: string, user: string): Promise<void> {
    await this.#program(ctx, machineId, revokeScript(user), user);
  }

  /** A ticket of its own for each opening, with the host and the certificate that it names (H39). */
  async console(ctx: Ctx, machineId: string): Promise<ConsoleTarget> {
    const view = await this.#running(ctx, machineId);
    const { url, thumbprint } = await acquireConsole(ctx, this.#end.client, view.ref);
    return { kind: 'webmks', url, thumbprint: pinOf(thumbprint) };
  }

  /** Its master's; its own where it was taken off that, which may be gone. */
  #profileOf({ tags }: View): RevisionProfile | undefined {
    return this.#masters.of(tags.revisionId ?? '')[0]?.tags.profile ?? tags.profile;
  }

  async #running(ctx: Ctx, machineId: string, patient = false): Promise<View> {
    const view = await this.#locate.machine(ctx, machineId, patient);
    this.#machines.mustBeWhole(view);
    const power = shownPower(view);
    if (power !== 'on') throw driverError('wrong-state', `machine ${machineId} is ${power}`);
    return view;
  }

  async #program(ctx: Ctx, machineId: string, script: string, user: string): Promise<void> {
    const view = await this.#running(ctx, machineId);
    const profile = this.#profileOf(view);
    const access = accessOf(this.#end.options, profile, machineId);
    if (access === undefined) {
      throw driverError('not-supported', 'accounts in guests cannot be changed: the provider has no account for guest operations', {
        hint: 'Give the provider a guest account, or import the image with --access cloud-init.',
      });
    }
    if (isWindowsAccess(access.kind)) {
      throw driverError('not-supported', 'passwords of Windows guests stay what they were made with', {
        hint: 'Change it inside the machine; `carrel connect` goes on saying the first one.',
      });
    }
    if (user === access.user) {
      throw driverError(
        'not-supported',
        `${user} is the account that guest operations log in with: handing it over would lock Carrel out`,
        {
          hint: 'Give the provider another guest account, or the image another user.',
        },
      );
    }
    await this.#programs.run(ctx, view, machineId, access, script);
  }
}

function addressIn(profile: RevisionProfile | undefined, host: string): GuestAddress {
  const rdp = profile !== undefined && protocolOf(profile.guest) === 'rdp';
  return { host, sshPort: profile?.guest.sshPort ?? 22, ...(rdp ? { rdpPort: RDP_PORT } : {}) };
}

/** The thumbprint as Node prints it. Without one nobody could tell who answers at the ticket's address, so there is no console then. */
export function pinOf(thumbprint: string | undefined): string {
  const hex = (thumbprint ?? '').replace(/[:\s-]/g, '');
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(hex)) return normalizeFingerprint(hex, hex.length / 2);
  const said = hex === '' ? 'no certificate' : `a certificate by "${thumbprint}", which is neither SHA-1 nor SHA-256`;
  throw driverError('not-supported', `vSphere names ${said} for the console's host, so it cannot be told from another`, {
    hint: "Use vSphere's own console, and look whether the server is older than 5.0 or something between rewrites its answers.",
  });
}

/** The host name that the machine was made with. */
const hostnameOf = (end: Endpoint, view: View): string | undefined => metadataOf(end, view)['local-hostname'];
