/** An agent whose policy forbids some of its commands: what can be had is given, the rest is named, and nothing is set that nobody is told of. */
import { expect, test } from 'vitest';
import { driverError } from '../../driver/errors.ts';
import { makeCtx } from '../../lib/context.ts';
import { handOverByGuestAgent } from './guest-agent-handover.ts';

const KEY = 'ssh-ed25519 AAAA me';

function agent(...refused: string[]) {
  const did: string[] = [];
  const act = async (command: string): Promise<void> => {
    if (refused.includes(command))
      throw driverError('guest-failed', `the guest agent refused: Command ${command} has been disabled`, {
        details: { class: 'CommandNotFound' },
      });
    did.push(command);
  };
  return {
    did,
    setPassword: () => act('guest-set-user-password'),
    setAuthorizedKeys: () => act('guest-ssh-add-authorized-keys'),
    exec: async (_ctx: unknown, _path: string, args: readonly string[]) => {
      await act('guest-exec');
      const looks = args[1]?.includes('sshd -T') === true;
      return { exitCode: !looks ? 1 : args[1]?.includes('chpasswd') === true ? 66 : 65, stdout: '', stderr: '' };
    },
  };
}

const give = (to: ReturnType<typeof agent>, authorizedKeys: string[] = [KEY]) =>
  handOverByGuestAgent(makeCtx(), to, { user: 'ada', passwordHash: '$6$x', authorizedKeys });

test('one that refuses nothing is asked for both, keys first, and then what keeps the account out all the same', async () => {
  const whole = agent();
  expect(await give(whole)).toEqual(['expired']);
  expect(whole.did).toEqual(['guest-ssh-add-authorized-keys', 'guest-set-user-password', 'guest-exec']);
  expect(await give(agent('guest-exec'))).toEqual([]);
});

test.each(['guest-ssh-add-authorized-keys', 'guest-set-user-password'])('what %s would do is done by a shell', async (command) => {
  const some = agent(command);
  expect(await give(some)).toEqual(['shell']);
  expect(some.did.at(-1)).toBe('guest-exec');
});

test.each([
  [['guest-ssh-add-authorized-keys', 'guest-exec'], [KEY], ['password'], 'only the password could be set'],
  [['guest-set-user-password', 'guest-exec'], [KEY], ['keys'], 'only the keys could be set'],
  [['guest-set-user-password', 'guest-exec'], [], [], 'nothing could be set'],
  [['guest-ssh-add-authorized-keys', 'guest-set-user-password', 'guest-exec'], [KEY], [], 'nothing could be set'],
] as const)('one that refuses %j says so, with what there is', async (refused, keys, given, says) => {
  const failed: unknown = await give(agent(...refused), [...keys]).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'guest-failed', details: { given }, message: expect.stringContaining(says) });
  for (const command of refused) expect((failed as Error).message).toContain(`Command ${command} has been disabled`);
});

test('whose keys cannot be set lacks nothing where no key was given', async () => {
  const some = agent('guest-ssh-add-authorized-keys', 'guest-exec');
  await give(some, []);
  expect(some.did).toEqual(['guest-set-user-password']);
});

test('an account that is not there is said as that, and nothing else is tried', async () => {
  const some = agent();
  const setAuthorizedKeys = () => Promise.reject(driverError('guest-failed', 'no such user', { details: { class: 'GenericError' } }));
  await expect(give({ ...some, setAuthorizedKeys } as ReturnType<typeof agent>)).rejects.toMatchObject({ message: 'no such user' });
  expect(some.did).toEqual([]);
});
