import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSshKey } from '../lib/ssh-key.ts';
import { openShell, type ShellTarget } from './shell.ts';

/** An SSH server as a guest has one: it lets the password in, echoes what is typed, and says the size of its window. */
describe('a shell in a guest', () => {
  const hostKey = makeSshKey('guest');
  let server: ssh2.Server;
  let target: ShellTarget;
  let logins = 0;

  beforeAll(async () => {
    server = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (client) => {
      client.on('authentication', (ctx) => {
        if (ctx.method === 'password' && ctx.username === 'ann' && ctx.password === 'right') ctx.accept();
        else ctx.reject(['password']);
      });
      client.on('error', () => {});
      client.on('session', (accept) => {
        logins += 1;
        const session = accept();
        session.on('pty', (ok, _no, { cols, rows, term }) => {
          ok();
          session.once('shell', (open) => {
            const shell = open();
            shell.write(`${term} ${cols}x${rows}\n`);
            shell.pipe(shell);
            session.on('window-change', (_ok, _refuse, size) => shell.write(`now ${size.cols}x${size.rows}\n`));
          });
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    target = { host: '127.0.0.1', port, user: 'ann', password: 'right', hostKeys: [hostKey.publicKey] };
  });
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  const never = new AbortController().signal;

  /** What the shell has said, once it has said `wanted`. */
  function said(stream: NodeJS.ReadableStream, wanted: string): Promise<string> {
    let text = '';
    return new Promise((resolve) =>
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes(wanted)) resolve(text);
      }),
    );
  }

  it('is as large as the window, says what is typed, and follows the window', async () => {
    const shell = await openShell(target, { cols: 100, rows: 30 }, never);
    await said(shell.stream, 'xterm-256color 100x30');
    const echoed = said(shell.stream, 'ü€');
    shell.stream.write('ü€');
    await echoed;
    const resized = said(shell.stream, 'now 120x40');
    shell.resize({ cols: 120, rows: 40 });
    await resized;
    const closed = new Promise((resolve) => shell.stream.once('close', resolve));
    shell.close();
    await closed;
  });

  it('another host key is not logged in to: nobody gets the password', async () => {
    const before = logins;
    const stranger = { ...target, hostKeys: [makeSshKey('other').publicKey] };
    await expect(openShell(stranger, { cols: 80, rows: 24 }, never)).rejects.toMatchObject({ code: 'host-key' });
    await expect(openShell({ ...target, hostKeys: [] }, { cols: 80, rows: 24 }, never)).rejects.toMatchObject({ code: 'guest-failed' });
    expect(logins).toBe(before);
  });

  it('a wrong password, nobody there, and a person who goes meanwhile are each said', async () => {
    const size = { cols: 80, rows: 24 };
    await expect(openShell({ ...target, password: 'wrong' }, size, never)).rejects.toMatchObject({ code: 'guest-failed' });
    await expect(openShell({ ...target, port: 1 }, size, never)).rejects.toMatchObject({ code: 'guest-failed' });
    const gone = new AbortController();
    const opening = openShell(target, size, gone.signal);
    gone.abort();
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
  });
});
