/** The first look into a guest that cloud-init set up: that it is this machine, with host keys of its own. */
import type { GuestAddress } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import type { SshKey } from '../../lib/ssh-key.ts';
import { runAsRoot, runOnceLetIn, type Said } from './operations.ts';
import { ORIGIN_KEYS } from './seed.ts';

/** Waits until cloud-init is through, then says the instance, the host keys that the origin had, and those that are there now. */
const LOOK = [
  'cloud-init status --wait >/dev/null 2>&1',
  'echo "instance $(cat /var/lib/cloud/data/instance-id)"',
  `sed 's/^/origin /' ${ORIGIN_KEYS} 2>/dev/null`,
  "cat /etc/ssh/ssh_host_*_key.pub | sed 's/^/own /'",
].join('\n');

/** A server that was up before the keys were made shows the old ones until it starts again. */
const RESTART =
  'systemctl try-restart ssh.service sshd.service >/dev/null 2>&1 || service ssh restart >/dev/null 2>&1 || service sshd restart >/dev/null 2>&1';

export interface Look {
  instance: string | undefined;
  /** Keys as in known_hosts, without comments. */
  origin: string[];
  own: string[];
}

/** What `LOOK` said. */
export function readLook(output: string): Look {
  const look: Look = { instance: undefined, origin: [], own: [] };
  for (const line of output.split('\n')) {
    const [word, first, second] = line.trim().split(/\s+/);
    if (word === 'instance') look.instance = first;
    if ((word === 'origin' || word === 'own') && first !== undefined && second !== undefined) look[word].push(`${first} ${second}`);
  }
  return look;
}

/**
 * The machine's host keys, once its account lets us in and its SSH server shows one of them.
 * Errors: `guest-failed` (cloud-init's instance is another machine, or the keys are those of the image's origin), those of the context.
 */
export async function settleCloudGuest(
  ctx: Ctx,
  machine: { machineId: string; address: GuestAddress; key: SshKey; onRefused: (why: string) => void },
): Promise<readonly string[]> {
  const { machineId, address, key, onRefused } = machine;
  const first = await runOnceLetIn(ctx, address, key, LOOK, onRefused);
  const found = readLook(first.output);
  if (found.own.includes(first.hostKey)) return mustBeOwn(machineId, found, first);
  await runAsRoot(ctx, address, key, RESTART);
  const second = await runOnceLetIn(ctx, address, key, LOOK, onRefused);
  return mustBeOwn(machineId, readLook(second.output), second);
}

/** The keys if they are the machine's own. */
export function mustBeOwn(machineId: string, { instance, origin, own }: Look, { hostKey }: Pick<Said, 'hostKey'>): readonly string[] {
  const hint = 'see /var/log/cloud-init.log in the guest, by its console';
  if (instance?.toLowerCase() !== machineId.toLowerCase()) {
    throw driverError('guest-failed', `cloud-init in the guest works for instance ${instance ?? 'of no name'}, not for this machine`, {
      hint,
    });
  }
  const old = own.filter((each) => origin.includes(each));
  if (old.length > 0 || !own.includes(hostKey)) {
    throw driverError('guest-failed', 'the guest has no SSH host keys of its own: it shows those that the image came with', { hint });
  }
  return own;
}
