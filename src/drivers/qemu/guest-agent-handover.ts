/** Handing an account over by an agent that may refuse some of its commands: by its policy (`block-rpcs`), or since it is too old for them. */
import { handoverAndLook, type Hindrance, hindrancesOf, lookScript } from '../../core/hindrances.ts';
import type { Credentials } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import { CarrelError, describeError, isCode } from '../../lib/errors.ts';
import type { GuestAgent } from '../../qemu/guest-agent.ts';

type Agent = Pick<GuestAgent, 'setPassword' | 'setAuthorizedKeys' | 'exec'>;

/**
 * Sets password and keys by the agent's own commands, else by a shell that it runs, and answers what keeps the account out all the same: nothing where
 * the agent may run no shell to look. `guest-failed` with the commands that it refuses; what was set
 * all the same is then in `details.given` (`keys`, `password`), so that whoever hears of the refusal still has a way in.
 */
export async function handOverByGuestAgent(ctx: Ctx, agent: Agent, credentials: Credentials): Promise<readonly Hindrance[]> {
  const { user, passwordHash, authorizedKeys } = credentials;
  const refusals: string[] = [];
  let keys = false;
  const done = async (command: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      // Before anything was set, what is no matter of a command that is forbidden (there is no such account) is said as it is.
      if (!isCode(error, 'guest-failed') || (refusals.length === 0 && !keys && !isForbidden(error))) throw error;
      refusals.push(`${command} (${describeError(error)})`);
      return false;
    }
  };
  keys = await done('guest-ssh-add-authorized-keys', () => agent.setAuthorizedKeys(ctx, user, authorizedKeys));
  const password = await done('guest-set-user-password', () => agent.setPassword(ctx, user, passwordHash));
  if (keys && password) {
    let seen: readonly Hindrance[] = [];
    const look = lookScript(user, authorizedKeys.length > 0);
    await done('guest-exec', async () => {
      seen = hindrancesOf((await agent.exec(ctx, '/bin/sh', ['-c', look])).exitCode) ?? [];
    });
    return seen;
  }
  let seen: readonly Hindrance[] | undefined;
  const byShell = await done('guest-exec', async () => {
    const { exitCode, stderr } = await agent.exec(ctx, '/bin/sh', ['-c', handoverAndLook(credentials)]);
    seen = hindrancesOf(exitCode);
    if (seen === undefined) throw driverError('guest-failed', `its shell ended with ${exitCode}: ${stderr.trim().slice(0, 200)}`);
  });
  // Without a key there was nothing to set, and none of before, since its own commands are refused alike each time.
  if (byShell || (password && authorizedKeys.length === 0)) return seen ?? [];
  const given = [...(keys && authorizedKeys.length > 0 ? ['keys'] : []), ...(password ? ['password'] : [])];
  const what = given.length === 0 ? 'nothing could be set' : `only the ${given.join(' and ')} could be set`;
  throw driverError('guest-failed', `${what} for ${user}: the guest's agent refuses ${refusals.join(', ')}`, {
    hint: 'allow these commands in the image (qemu-ga: block-rpcs, allow-rpcs in its configuration)',
    details: { given },
  });
}

/** The agent has no such command, or its policy forbids it: both are of this class (QEMU, qapi/qmp-dispatch.c). */
const isForbidden = (error: unknown): boolean => error instanceof CarrelError && error.details['class'] === 'CommandNotFound';
