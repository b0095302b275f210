/** A shell in a guest for a person's browser: SSH from here, with the reservation's own credentials and the guest's host key checked. */
import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import { CarrelError } from '../lib/errors.ts';

/** Of a terminal, in characters. */
export interface TerminalSize {
  cols: number;
  rows: number;
}

export interface GuestShell {
  /** What the guest writes, and what is typed. Ends with the shell. */
  stream: Duplex;
  resize(size: TerminalSize): void;
  close(): void;
}

export interface ShellTarget {
  host: string;
  port: number;
  user: string;
  password: string;
  /** As in known_hosts: `ssh-ed25519 AAAA…`. Anything else that answers there is not logged in to. */
  hostKeys: readonly string[];
}

/** How long a login may take, in milliseconds; a guest under emulation needs some seconds for its part of the key exchange. */
const LOGIN_MS = 60_000;
/** Milliseconds between two signs of life, so that a guest that went without a word is noticed after three of them. */
const KEEPALIVE_MS = 15_000;

/** Opens a login shell. Errors: `guest-failed` (refused, no answer, no host key to check), `host-key` (somebody else answers), `cancelled`. */
export function openShell(target: ShellTarget, size: TerminalSize, signal: AbortSignal): Promise<GuestShell> {
  if (target.hostKeys.length === 0) {
    const message = 'the machine has shown no host key, so nobody could tell who answers';
    return Promise.reject(new CarrelError('guest-failed', message, { hint: 'use the screen instead' }));
  }
  const expected = target.hostKeys.map((line) => line.split(' ')[1]);
  return new Promise((resolve, reject) => {
    const ssh = new ssh2.Client();
    let stranger = false;
    const fail = (cause: unknown) => {
      ssh.end();
      if (signal.aborted) reject(new CarrelError('cancelled', 'the terminal was closed before it was there'));
      else if (stranger)
        reject(new CarrelError('host-key', 'what answers is not this machine: it shows another host key', { retry: 'never' }));
      else
        reject(
          new CarrelError('guest-failed', 'the guest did not let us log in', { hint: 'use the screen instead', retry: 'later', cause }),
        );
    };
    const onAbort = () => fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    ssh.on('error', fail);
    ssh.on('keyboard-interactive', (_name, _instructions, _lang, prompts, finish) => finish(prompts.map(() => target.password)));
    ssh.on('ready', () => {
      ssh.shell({ term: 'xterm-256color', cols: size.cols, rows: size.rows }, (error, stream) => {
        if (error) {
          fail(error);
          return;
        }
        signal.removeEventListener('abort', onAbort);
        stream.on('close', () => ssh.end());
        ssh.on('close', () => stream.destroy());
        resolve({
          stream,
          resize: ({ cols, rows }) => stream.setWindow(rows, cols, 0, 0),
          close: () => ssh.end(),
        });
      });
    });
    ssh.connect({
      host: target.host,
      port: target.port,
      username: target.user,
      password: target.password,
      tryKeyboard: true,
      readyTimeout: LOGIN_MS,
      keepaliveInterval: KEEPALIVE_MS,
      hostVerifier: (key: Buffer) => {
        stranger = !expected.includes(key.toString('base64'));
        return !stranger;
      },
    });
  });
}
