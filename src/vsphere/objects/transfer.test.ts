import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { makeCtx } from '../../lib/context.ts';
import { errorCode } from '../../lib/errors.ts';
import { selfSigned } from '../../lib/self-signed.ts';
import type { VSphereClient } from '../client.ts';
import { HttpPool } from '../http/pool.ts';
import { downloadPart } from './transfer.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** Bytes 10 to 19 of `[ds0] a/b-flat.vmdk`, asked of a server that answers as told; with the range that it was asked for. */
async function ask(status: number, headers: OutgoingHttpHeaders, body: string) {
  const tls = selfSigned(['localhost']);
  let range: string | undefined;
  const server = createServer({ key: tls.key, cert: tls.cert }, (request, response) => {
    range = request.headers.range;
    response.writeHead(status, { 'content-length': body.length, ...headers });
    response.write(body);
    if (Number(headers['content-length'] ?? body.length) > body.length) response.destroy();
    else response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/sdk`;
  const pool = new HttpPool(new URL(url), { trust: { fingerprint256: tls.fingerprint256 } });
  open.push(async () => {
    await pool.close();
    server.close();
  });
  const client = { connect: async () => {}, session: { options: { url }, pool, cookie: 'c=1' } } as unknown as VSphereClient;
  const got: Uint8Array[] = [];
  const options = { datacenter: 'DC0' };
  const part = await downloadPart(makeCtx(), client, '[ds0] a/b-flat.vmdk', { from: 10, length: 10 }, options, (bytes) => got.push(bytes));
  return { ...part, text: Buffer.concat(got).toString(), range };
}

const codeOf = async (status: number, headers: OutgoingHttpHeaders, body: string): Promise<string> =>
  await ask(status, headers, body).then(
    ({ text }) => `took ${text}`,
    (error: unknown) => errorCode(error),
  );

test('a part of a file comes with the size of the whole; at its end it is shorter, behind it there is none', async () => {
  expect(await ask(206, { 'content-range': 'bytes 10-19/100' }, '0123456789')).toEqual({
    bytes: 10,
    size: 100,
    text: '0123456789',
    range: 'bytes=10-19',
  });
  expect(await ask(206, { 'content-range': 'bytes 10-14/15' }, '01234')).toMatchObject({ bytes: 5, size: 15 });
  expect(await ask(416, { 'content-range': 'bytes */10' }, '')).toMatchObject({ bytes: 0, size: 10 });
});

test.each([
  ['the whole file instead', 200, {}, 'x'.repeat(100), 'vsphere-http'],
  ['another part', 206, { 'content-range': 'bytes 0-9/100' }, '0123456789', 'vsphere-http'],
  ['less than is there', 206, { 'content-range': 'bytes 10-14/100' }, '01234', 'vsphere-http'],
  ['a part without its place', 206, {}, '0123456789', 'vsphere-http'],
  ['an end before the end', 206, { 'content-range': 'bytes 10-19/100', 'content-length': 10 }, '0123', 'vsphere-closed'],
  ['nothing behind a file that is longer', 416, { 'content-range': 'bytes */100' }, '', 'vsphere-http'],
  ['no file', 404, {}, '', 'vsphere-not-found'],
  ['no right', 403, {}, '', 'vsphere-http'],
] as const)('a server that answers with %s is not believed', async (_, status, headers, body, code) => {
  expect(await codeOf(status, headers, body)).toBe(code);
});
