/** A way into a machine that nobody can control: its SSH server, by the reservation's own password, which the guest was given earlier. */
import ssh2 from 'ssh2';
import type { GuestAddress } from '../driver/index.ts';
import { type Ctx, race } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';

/** Milliseconds for a login; a guest under emulation needs some seconds for its part of the key exchange. */
const LOGIN_MS = 20_000;
/** Replaces the account's keys by those that come in by standard input. */
const SCRIPT = 'umask 077 && mkdir -p ~/.ssh && cat >~/.ssh/authorized_keys.new && mv ~/.ssh/authorized_keys.new ~/.ssh/authorized_keys';

/**
 * Sets the account's keys. Whoever answers is told the password only after showing one of the `hostKeys`. Errors: `guest-failed` (no answer,
 * another host key, no login by password), those of the context.
 */
export async function setKeysBySsh(
  ctx: Ctx,
  { host, sshPort }: GuestAddress,
  hostKeys: readonly string[],
  login: { user: string; password: string; authorizedKeys: readonly string[] },
): Promise<void> {
  const ssh = new ssh2.Client();
  const expected = hostKeys.map((line) => line.split(' ')[1]);
  const work = new Promise<void>((resolve, reject) => {
    const fail = (cause?: unknown) =>
      reject(
        new CarrelError('guest-failed', 'its machine cannot be controlled, and its SSH server did not let us in to hand over a key', {
          hint: 'log in with the password of `carrel connect`, or reset it',
          cause,
        }),
      );
    ssh.on('error', fail);
    ssh.on('close', () => fail());
    ssh.on('keyboard-interactive', (_name, _instructions, _lang, prompts, finish) => finish(prompts.map(() => login.password)));
    ssh.on('ready', () => {
      ssh.exec(SCRIPT, (error, stream) => {
        if (error) {
          fail(error);
          return;
        }
        stream.on('close', (code: number | null) => (code === 0 ? resolve() : fail()));
        stream.resume();
        stream.end(login.authorizedKeys.map((key) => `${key}\n`).join(''));
      });
    });
    ssh.connect({
      host,
      port: sshPort,
      username: login.user,
      password: login.password,
      tryKeyboard: true,
      readyTimeout: LOGIN_MS,
      hostVerifier: (key: Buffer) => expected.includes(key.toString('base64')),
    });
  });
  work.catch(() => {});
  try {
    await race(ctx, work);
  } finally {
    ssh.destroy();
  }
}
