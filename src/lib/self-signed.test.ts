import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { fingerprintOfPem, selfSigned } from './self-signed.ts';

test('the certificate is valid, names its hosts and works as a CA file', async () => {
  const made = selfSigned();
  const x509 = new X509Certificate(made.cert);
  expect(x509.checkHost('localhost')).toBe('localhost');
  expect(x509.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(x509.verify(x509.publicKey)).toBe(true);
  expect(made.fingerprint256).toBe(fingerprintOfPem(made.cert));
  const server = createServer({ key: made.key, cert: made.cert }, (socket) => socket.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ca: made.cert });
  await once(socket, 'secureConnect');
  expect(socket.authorized).toBe(true);
  socket.destroy();
  server.close();
});

test('two certificates differ', () => {
  expect(selfSigned().fingerprint256).not.toBe(selfSigned().fingerprint256);
});
