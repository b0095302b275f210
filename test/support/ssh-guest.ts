/** SSH servers in this process that stand for guests: the handshake and the logins are real, what scripts answer is the test's. */
import ssh2 from 'ssh2';
import type { GuestAddress } from '../../src/driver/driver.ts';
import { OPERATIONS } from '../../src/drivers/qemu/operations.ts';
import { formatKey } from '../../src/drivers/qemu/ssh-host-key.ts';
import { makeSshKey } from '../../src/lib/ssh-key.ts';

const closers: (() => void)[] = [];

export function closeSshGuests(): void {
  for (const close of closers.splice(0)) close();
}

export function hostKey(): { key: string; line: string } {
  const { privateKey, publicKey } = makeSshKey('host');
  return { key: privateKey, line: formatKey(Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')) ?? '' };
}

/** Takes the key that `authorized` gives at that moment for Carrel's account, and answers each login's command and script by `answer`. */
export function sshGuest(
  host: { key: string },
  authorized: () => string,
  answer: (script: string) => [code: number, output: string],
): Promise<GuestAddress> {
  const server = new ssh2.Server({ hostKeys: [host.key] }, (client) => {
    client.on('authentication', (asked) => {
      const known =
        asked.method === 'publickey' && asked.username === OPERATIONS && authorized().split(' ')[1] === asked.key.data.toString('base64');
      if (known) asked.accept();
      else asked.reject(['publickey']);
    });
    client.on('error', () => {});
    client.on('session', (accept) => {
      accept().on('exec', (take, _refuse, info) => {
        const stream = take();
        let script = '';
        stream.on('data', (chunk: Buffer) => (script += chunk.toString()));
        stream.on('end', () => {
          const [code, output] = answer(`${info.command}\n${script}`);
          stream.write(output);
          stream.exit(code);
          stream.end();
        });
      });
    });
  });
  closers.push(() => server.close());
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ host: '127.0.0.1', sshPort: (server.address() as { port: number }).port }));
  });
}
