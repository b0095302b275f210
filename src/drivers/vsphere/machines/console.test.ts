import { expect, test } from 'vitest';
import { codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import { pinOf } from './guests.ts';

const SHA256 = Array(32).fill('AB').join(':');

test('a thumbprint is taken as servers write it, and one that names no certificate is refused in a sentence', () => {
  expect(pinOf('ab'.repeat(32))).toBe(SHA256);
  expect(pinOf(Array(20).fill('0c').join(':'))).toBe(Array(20).fill('0C').join(':'));
  for (const text of [undefined, '', ' : ']) expect(() => pinOf(text)).toThrow('vSphere names no certificate for the console');
  for (const text of ['00', 'ab'.repeat(31), 'xy'.repeat(32)]) expect(() => pinOf(text)).toThrow('neither SHA-1 nor SHA-256');
});

test.each([
  ['8.0.3.0', 95],
  ['6.7.3', 59],
])('on %s the console is at the ticket’s address, pinned by the best thumbprint that there is', async (apiVersion, length) => {
  await inWorld({ vsim: { apiVersion } }, async (c) => {
    const { machineId } = await c.clone();
    expect(await codeOf(c.driver.console(ctx(), machineId))).toBe('wrong-state');
    await c.driver.power(ctx(), machineId, 'on');
    const target = await c.driver.console(ctx(), machineId);
    if (target.kind !== 'webmks') throw new Error(target.kind);
    expect(target.url).toMatch(new RegExp(`^wss://${new URL(c.w.vsim.url).host}/ticket/[0-9a-f]+$`));
    expect(target.thumbprint).toHaveLength(length);
  });
});
