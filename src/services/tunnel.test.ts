/** Who answers at a machine's address is looked at before a person's bytes go there. */
import { type AddressInfo, createServer, type Server } from 'node:net';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeSshKey } from '../lib/ssh-key.ts';
import { openTunnel } from './tunnel.ts';

const hostKey = makeSshKey('guest');
let server: Server;
let host: { host: string; port: number };
let connections = 0;

beforeAll(async () => {
  const sshd = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (client) => void client.on('error', () => {}));
  server = createServer((socket) => {
    connections += 1;
    sshd.injectSocket(socket.on('error', () => {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

const never = new AbortController().signal;

it('leads to who shows the machine’s key, as the server of SSH says it', async () => {
  const before = connections;
  const target = { ...host, hostKeys: [makeSshKey('').publicKey, hostKey.publicKey] };
  const said = async () => {
    const socket = await openTunnel(target, never);
    const first = await new Promise<Buffer>((resolve) => socket.once('data', resolve).resume());
    socket.destroy();
    return first.toString('latin1', 0, 8);
  };
  expect(await said()).toBe('SSH-2.0-');
  // Looked at once, then taken for the same for a while.
  expect(await said()).toBe('SSH-2.0-');
  expect(connections - before).toBe(3);
});

it('does not lead to anybody else: another key, another protocol, nobody', async () => {
  await expect(openTunnel({ ...host, hostKeys: [makeSshKey('').publicKey] }, never)).rejects.toMatchObject({ code: 'host-key' });
  await expect(openTunnel({ ...host, hostKeys: [] }, never)).rejects.toMatchObject({ code: 'guest-failed' });
  const other = createServer((socket) =>
    socket
      .on('error', () => {})
      .resume()
      .end('220 mail.example ESMTP\r\n'),
  );
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const at = { host: '127.0.0.1', port: (other.address() as AddressInfo).port, hostKeys: [hostKey.publicKey] };
  await expect(openTunnel(at, never)).rejects.toMatchObject({ code: 'guest-failed' });
  await new Promise((resolve) => other.close(resolve));
  await expect(openTunnel(at, never)).rejects.toMatchObject({ code: 'guest-failed' });
});

it('ends with the person who asked', async () => {
  const silent = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const gone = new AbortController();
  silent.on('connection', () => gone.abort());
  const at = { host: '127.0.0.1', port: (silent.address() as AddressInfo).port, hostKeys: [hostKey.publicKey] };
  await expect(openTunnel(at, gone.signal)).rejects.toMatchObject({ code: 'cancelled' });
  await new Promise((resolve) => silent.close(resolve));
});
