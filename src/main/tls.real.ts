/** The server over TLS: its own command line, a browser's cookie, a certificate that is renewed while it runs. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LAUNCHER, until } from '../../test/support/server.ts';
import { openTunnel } from '../cli/tunnel.ts';
import { makeClient } from '../client/client.ts';
import { type Serving, startServer } from './serve.ts';
import { readTls } from './tls.ts';

let dir: string;
let serving: Serving;
let umask: number;
const at = (name: string) => join(dir, name);

/** A certificate as a site's authority would give it: for a name that is not the address that we ask. */
function certificate(name: string, days = 30): void {
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      String(days),
      '-subj',
      `/CN=${name}.example.org`,
    ].concat(['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)]),
    { stdio: 'pipe' },
  );
}

/** In one step each, the key first, as tools that renew certificates do: for a moment the two do not belong together. */
function use(name: string): void {
  for (const end of ['key', 'crt']) {
    writeFileSync(at(`next.${end}`), readFileSync(at(`${name}.${end}`)));
    renameSync(at(`next.${end}`), at(`server.${end}`));
  }
}

beforeAll(async () => {
  umask = process.umask();
  dir = mkdtempSync(join(tmpdir(), 'carrel-tls-'));
  // PostgreSQL's account must be able to pass through.
  chmodSync(dir, 0o711);
  certificate('first');
  certificate('second');
  use('first');
  serving = await startServer({
    dataDir: at('data'),
    listen: '127.0.0.1:0',
    logLevel: 'fatal',
    qemu: false,
    tls: { certFile: at('server.crt'), keyFile: at('server.key') },
    tlsLookMs: 20,
  });
});
afterAll(async () => {
  await serving?.stop();
  process.umask(umask);
  rmSync(dir, { recursive: true, force: true });
});

const fingerprintOf = (name: string) => readTls({ certFile: at(`${name}.crt`), keyFile: at(`${name}.key`) }, new Date()).fingerprint256;

function shown(): Promise<string> {
  const { hostname, port } = new URL(serving.url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase());
      socket.end();
    });
    socket.on('error', reject);
  });
}

/** In a process of its own, while this one serves. */
const carrel = async (...args: string[]) => (await promisify(execFile)(LAUNCHER, ['--data', at('data'), ...args])).stdout;

const shownAnother = expect.stringContaining('shows another certificate') as string;

/** A tunnel to what is not there: refused by the server, if by anybody. */
function tunnel(fingerprint256: string): Promise<unknown> {
  const { token } = JSON.parse(readFileSync(at('data/client.json'), 'utf8')) as { token: string };
  const client = makeClient({ baseUrl: serving.url, token });
  return openTunnel({ client, fingerprint256 }, '11111111-1111-4111-8111-111111111111');
}

test("this machine's command line goes to the server whose certificate was written down, and to no other", async () => {
  expect(serving.url).toMatch(/^https:/);
  expect(await carrel('whoami')).toContain('admin');
  const file = at('data/client.json');
  const written = JSON.parse(readFileSync(file, 'utf8')) as { fingerprint256: string };
  expect(written.fingerprint256).toBe(fingerprintOf('first'));
  writeFileSync(file, JSON.stringify({ ...written, fingerprint256: fingerprintOf('second') }));
  await expect(carrel('whoami')).rejects.toThrow(/shows another certificate/);
  await expect(tunnel(fingerprintOf('second'))).rejects.toMatchObject({ code: 'unreachable', cause: { message: shownAnother } });
  await expect(tunnel(fingerprintOf('first'))).rejects.toMatchObject({ code: 'not-found' });
  writeFileSync(file, JSON.stringify(written));
});

test('the cookie of a sign-in is the one that only TLS gets, and pages say that they are had by TLS alone', async () => {
  const code = /#code=(.+)$/.exec(serving.firstSignIn as string)?.[1];
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const response = await fetch(`${serving.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-carrel-csrf': '1' },
    body: JSON.stringify({ code }),
    dispatcher,
  });
  expect(response.status).toBe(200);
  expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-carrel=.*; Secure/);
  expect(response.headers.get('strict-transport-security')).toMatch(/^max-age=\d+$/);
  await expect(fetch(serving.url.replace('https:', 'http:'))).rejects.toThrow();
  await dispatcher.close();
});

test('a renewed certificate is in use without a restart, and the command line knows it; half of one is not taken', async () => {
  writeFileSync(at('server.crt'), 'half');
  expect(await shown()).toBe(fingerprintOf('first'));
  use('second');
  await until('the new certificate', async () => ((await shown()) === fingerprintOf('second') ? true : undefined));
  expect(await carrel('whoami')).toContain('admin');
});

test('what cannot be used is said at the start', () => {
  const now = new Date();
  const files = (cert: string, key: string) => ({ certFile: at(cert), keyFile: at(key) });
  expect(() => readTls(files('none.crt', 'first.key'), now)).toThrow(/the certificate .* cannot be read/);
  expect(() => readTls(files('first.key', 'first.key'), now)).toThrow(/is not what it should be/);
  expect(() => readTls(files('first.crt', 'second.key'), now)).toThrow(/is not the key of/);
  expect(() => readTls(files('first.crt', 'first.key'), new Date(now.getTime() + 31 * 86_400_000))).toThrow(/was good until/);
});
