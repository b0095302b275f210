import { expect, test } from 'vitest';
import { propose, proposeDescribed } from './inside.ts';

const CLOUD = {
  system: 'vda1',
  os: 'Debian GNU/Linux 12 (bookworm)',
  cloudInit: 'yes',
  cloudUser: 'debian',
  sshServer: 'yes',
  hostKeys: 'yes',
};
const OLD = { system: 'vda1', os: 'Debian GNU/Linux 12 (bookworm)', sshServer: 'yes', hostKeys: 'yes', machineId: '0'.repeat(32) };

test('nobody looked: nothing is proposed, and nothing said', () => expect(propose({}, undefined)).toEqual({ profile: {}, notes: [] }));

test('a cloud image is taken as one, with its own account', () => {
  const { profile, notes } = propose({}, { systems: [CLOUD] });
  expect(profile).toEqual({ os: CLOUD.os, access: 'cloud-init', user: 'debian' });
  expect(notes).toEqual([expect.stringContaining('log in as debian')]);
});

test.each([
  ['os', { os: 'ours' }, { access: 'cloud-init', user: 'debian' }],
  ['user', { user: 'ann' }, { os: CLOUD.os, access: 'cloud-init' }],
  ['agent', { agent: 'qga' as const }, { os: CLOUD.os }],
  ['access', { access: 'cloud-init' as const }, { os: CLOUD.os }],
])('what a person said of %s counts', (_what, said, proposed) => expect(propose(said, { systems: [CLOUD] }).profile).toEqual(proposed));

test('an account that cannot be one is not taken from the image', () => {
  expect(propose({}, { systems: [{ ...CLOUD, cloudUser: '$(reboot)' }] }).profile).toEqual({ os: CLOUD.os, access: 'cloud-init' });
});

test.each([
  ['has booted and makes nothing anew', [OLD], ['It has booted before']],
  ['has never booted', [{ system: 'vda1', sshServer: 'yes' }], []],
  ["has Carrel's agent", [{ ...OLD, ownAgent: 'yes' }], []],
  ['has qemu-guest-agent', [{ system: 'vda1', sshServer: 'yes', guestAgent: 'yes' }], ['--agent qga']],
  ['has no SSH server', [{ system: 'vda1' }], ['No SSH server']],
  ['has two systems', [{ system: 'vda1', sshServer: 'yes' }, { system: 'vda2' }], ['2 systems']],
  ['has no Linux', [], ['No Linux']],
])('of one that %s that is said', (_what, systems, texts) => {
  const { notes } = propose({}, { systems });
  expect(notes).toHaveLength(texts.length);
  for (const [i, text] of texts.entries()) expect(notes[i]).toContain(text);
});

test('secure boot and a TPM are given where they can be had, and it is said either way', () => {
  const both = { secureBoot: true, tpm: true } as const;
  const given = proposeDescribed(both, {});
  expect(given.profile).toEqual(both);
  expect(given.notes).toEqual([expect.stringContaining('--no-secure-boot'), expect.stringMatching(/recovery key.*--no-tpm/)]);
  const without = proposeDescribed(both, { tpm: 'swtpm is not installed' });
  expect(without.profile).toEqual({ secureBoot: true });
  expect(without.notes[1]).toBe('It had a TPM, and its machines have none: swtpm is not installed.');
  expect(proposeDescribed({}, { tpm: 'x' })).toEqual({ profile: {}, notes: [] });
});
