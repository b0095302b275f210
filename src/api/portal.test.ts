import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test/support/test-server.ts';

let server: TestServer;
let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'carrel-portal-'));
  mkdirSync(join(dir, 'portal/assets'), { recursive: true });
  writeFileSync(join(dir, 'secret'), 'not for anybody');
  writeFileSync(
    join(dir, 'portal/index.html'),
    '<meta nonce="__CSP_NONCE__"><script nonce="__CSP_NONCE__" src="/assets/a-12345678.js"></script>',
  );
  writeFileSync(join(dir, 'portal/assets/a-12345678.js'), 'plain');
  writeFileSync(join(dir, 'portal/assets/a-12345678.js.gz'), gzipSync('packed'));
  writeFileSync(join(dir, 'portal/assets/icon.svg'), '<svg/>');
  server = await startTestServer({ portal: join(dir, 'portal') });
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

const page = (path: string) => server.fetch(path, { headers: { accept: 'text/html,*/*' } });

describe("the portal's page", () => {
  it('is answered at any address that a person may open, with a nonce that no page had before', async () => {
    const seen = new Set<string>();
    for (const path of ['/', '/machines', '/reserve/an%20image', '/no/such/page?x=1']) {
      const response = await page(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-store');
      const nonce = /nonce="([^"]+)"/.exec(await response.text())?.[1] as string;
      const policy = response.headers.get('content-security-policy') as string;
      expect(policy).toContain(`script-src 'self' 'nonce-${nonce}'`);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      seen.add(nonce);
    }
    expect(seen.size).toBe(4);
  });

  it('is not given to programs, nor in place of a part or an answer of the API that is not there', async () => {
    for (const response of [
      await server.fetch('/machines'),
      await page('/api/v1/nothing'),
      await page('/assets/none-12345678.js'),
      await server.fetch('/machines', { method: 'POST', headers: { accept: 'text/html' } }),
    ]) {
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    }
  });
});

describe('its parts', () => {
  it('are kept for ever where the name has their hash, else for an hour, and are sent compressed', async () => {
    const part = await server.fetch('/assets/a-12345678.js', { headers: { 'accept-encoding': 'gzip' } });
    expect(await part.text()).toBe('packed');
    expect(part.headers.get('cache-control')).toContain('immutable');
    expect(part.headers.get('x-content-type-options')).toBe('nosniff');
    const icon = await server.fetch('/assets/icon.svg');
    expect(icon.headers.get('cache-control')).toBe('public, max-age=3600');
    const plain = await server.fetch('/assets/a-12345678.js', { headers: { 'accept-encoding': 'identity' } });
    expect(await plain.text()).toBe('plain');
  });

  it.each(['/assets/../../secret', '/assets/..%2f..%2fsecret', '/assets/%2e%2e/%2e%2e/secret', '/assets//etc/passwd'])(
    '%s leads nowhere else',
    async (path) => {
      // By hand: fetch would tidy the address up.
      const status = await new Promise<number>((resolve, reject) => {
        request({ host: '127.0.0.1', port: new URL(server.baseUrl).port, path }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
      expect([400, 403, 404]).toContain(status);
    },
  );
});
