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

/** Runs a command and returns what it wrote. Errors: `guest-failed` (refused, or a non-zero exit), `host-key` (not the guest's own). */
export function sshRun(target: SshTarget, command: string): Promise<string> {
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
    ssh.on('error', fail).on('ready', () => {
      ssh.exec(command, (error, stream) => {
        if (error) return fail(error);
        let out = '';
        stream.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
        stream.stderr.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
        stream.on('close', (code: number | null) => {
          ssh.end();
          if (code === 0) resolve(out);
          else reject(new CarrelError('guest-failed', `the command ended with ${code}: ${out.trim()}`));
        });
      });
    });
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
