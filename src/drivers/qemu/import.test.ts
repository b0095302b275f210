/** What this host lacks for an image is said when the image is brought. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { gptHead } from '../../../test/support/gpt.ts';
import { makeCtx } from '../../lib/context.ts';
import { QemuImg } from '../../qemu/qemu-img.ts';
import type { Host } from './host.ts';
import { importFile } from './import.ts';

vi.mock('../../qemu/ovmf.ts', () => ({ findOvmf: () => undefined }));

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'import-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const bring = async (esp: boolean, profile: { firmware?: 'efi' | 'bios'; secureBoot?: boolean } = {}) => {
  const path = join(dir, 'brought.raw');
  writeFileSync(path, Buffer.concat([gptHead({ esp, bootCode: !esp }), Buffer.alloc(512 * 100)]));
  const img = new QemuImg();
  // Where it goes on, it asks for what is not here.
  const host = { img, account: undefined, layout: { root: dir }, maxImageBytes: 1 << 30 } as unknown as Host;
  const folder = mkdtempSync(join(dir, 'staging-'));
  return await importFile(makeCtx(), host, { kind: 'file', path, claimed: undefined, profile }, folder);
};

test.each([
  ['a disk that EFI alone starts', true, {}],
  ['one that is to start with EFI', false, { firmware: 'efi' }],
  ['one with secure boot', true, { secureBoot: true }],
] as const)('%s is refused at its import where there is no such firmware, with the package that brings it', async (_, esp, profile) => {
  await expect(bring(esp, profile)).rejects.toMatchObject({
    code: 'missing-tool',
    message: expect.stringContaining('EFI firmware') as string,
    hint: expect.stringContaining('apt install ovmf') as string,
  });
});

test('one that a BIOS starts, or is said to be started by, needs none', async () => {
  for (const [esp, profile] of [
    [false, {}],
    [true, { firmware: 'bios' }],
  ] as const)
    await expect(bring(esp, profile)).rejects.not.toMatchObject({ code: 'missing-tool' });
});
