import { expect, test } from 'vitest';
import { parseProxies } from './serve.ts';

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['10.0.0.0/8, ::1', '10.0.0.0/8,::1'],
  ['loopback', 'loopback'],
])('the proxies %j', (text, proxies) => {
  expect(parseProxies(text)).toBe(proxies);
});

test.each(['', 'true', '*', '0.0.0.0/0', '::/0', '10.0.0.0/33', '10.0.0.0/8/8', 'proxy.example.org', '127.0.0.1,'])(
  'refuses the proxies %j: whoever is believed must be named',
  (text) => {
    expect(() => parseProxies(text)).toThrow(/is no address or network of a proxy/);
  },
);
