/** A login as a person would make it, for the demo's proof and for tests: SSH with a key of its own, the host key checked. */
import ssh2 from 'ssh2';
import { CarrelError } from '../lib/errors.ts';

export interface SshTarget {
  host: string;
  port: number;
  user: string;
  privateKey?: string;
  password?: string;
  /** The login is refused unless the guest shows one of these. */
  hostKeys: readonly string[];
}

const LOGIN_MS = 60_000;

/** What a command wrote; `guest-failed` where it ends with another code than 0. */
export type Shell = (command: string) => Promise<string>;

/**
 * Logs in and does `work` over that one connection. The guest must stay on meanwhile: nobody tells a connection of a machine that went.
 * Errors: `guest-failed` (refused), `host-key` (not the guest's own), those of `work`.
 */
export async function withSsh<T>(target: SshTarget, work: (shell: Shell) => Promise<T>): Promise<T> {
  const ssh = await login(target);
  try {
    return await work((command) => exec(ssh, command));
  } finally {
    ssh.end();
  }
}

/** Runs a command and returns what it wrote. Errors: those of {@link withSsh} and {@link Shell}. */
export function sshRun(target: SshTarget, command: string): Promise<string> {
  return withSsh(target, (shell) => shell(command));
}

function login(target: SshTarget): Promise<ssh2.Client> {
  const expected = target.hostKeys.map((line) => line.split(' ')[1]);
  return new Promise((resolve, reject) => {
    const ssh = new ssh2.Client();
    let wrongKey = false;
    const fail = (cause: unknown) => {
      ssh.end();
      reject(
        wrongKey
          ? new CarrelError('host-key', 'the guest shows another host key than it told')
          : new CarrelError('guest-failed', 'the login did not succeed', { cause }),
      );
    };
    ssh.on('error', fail).on('ready', () => resolve(ssh));
    ssh.connect({
      host: target.host,
      port: target.port,
      username: target.user,
      ...(target.privateKey === undefined ? { password: target.password ?? '' } : { privateKey: target.privateKey }),
      readyTimeout: LOGIN_MS,
      hostVerifier: (key: Buffer) => {
        wrongKey = !expected.includes(key.toString('base64'));
        return !wrongKey;
      },
    });
  });
}

function exec(ssh: ssh2.Client, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    ssh.exec(command, (error, stream) => {
      if (error) return reject(new CarrelError('guest-failed', 'the command could not be started', { cause: error }));
      let out = '';
      const heard = (chunk: Buffer) => void (out += chunk.toString('utf8'));
      stream.on('data', heard);
      stream.stderr.on('data', heard);
      stream.on('close', (code: number | null) => {
        if (code === 0) resolve(out);
        else reject(new CarrelError('guest-failed', `the command ended with ${code}: ${out.trim()}`));
      });
    });
  });
}
