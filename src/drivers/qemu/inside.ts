/** What follows from what was found in an image that somebody brought. What a person said of it counts before that. */
import type { Described } from '../../core/brought-image.ts';
import type { MasterSource } from '../../driver/driver.ts';

/** What is said, or proposed, of a file's hardware and guest. */
export type ImportProfile = Extract<MasterSource, { kind: 'file' }>['profile'];

export interface Inside {
  systems: readonly Readonly<Record<string, string>>[];
}

export interface Proposal {
  profile: ImportProfile;
  /** Sentences for the person who brought it. */
  notes: string[];
}

/** From the systems that the helper guest found; undefined: nobody looked. */
export function propose(said: ImportProfile, inside: Inside | undefined): Proposal {
  if (inside === undefined) return { profile: {}, notes: [] };
  const [system, ...others] = inside.systems;
  if (system === undefined) return { profile: {}, notes: ['No Linux was found in it.'] };
  const notes =
    others.length > 0 ? [`It has ${inside.systems.length} systems; what is said here is of the first, on ${system['system']}.`] : [];
  const { os, cloudUser } = system;
  const profile: ImportProfile = said.os === undefined && os !== undefined ? { os } : {};
  const byCloudInit = said.access === undefined && said.agent === undefined && system['cloudInit'] !== undefined;
  if (byCloudInit) {
    profile.access = 'cloud-init';
    if (said.user === undefined && cloudUser !== undefined && /^[a-z_][a-z0-9_-]{0,31}$/.test(cloudUser)) profile.user = cloudUser;
    notes.push(
      `It has cloud-init, which its machines get their identity by (--access cloud-init); people log in as ${said.user ?? profile.user ?? 'root'}.`,
    );
  }
  if (system['sshServer'] === undefined) notes.push('No SSH server was found in it: its machines are not ready before one answers.');
  if (!byCloudInit && said.access === undefined) notes.push(...withoutCloudInit(said, system));
  return { profile, notes };
}

/** From what its description says that its machine had; `missing` = why that cannot be had here. */
export function proposeDescribed(described: Described, missing: { [K in keyof Described]?: string | undefined }): Proposal {
  const profile: ImportProfile = {};
  const notes: string[] = [];
  const take = (name: keyof Described, had: string, given: string): void => {
    if (described[name] !== true) return;
    const why = missing[name];
    if (why === undefined) profile[name] = true;
    notes.push(
      why === undefined ? `It had ${had}, and so have its machines${given}.` : `It had ${had}, and its machines have none: ${why}.`,
    );
  };
  take('secureBoot', 'secure boot', ' (--no-secure-boot leaves it out)');
  take(
    'tpm',
    'a TPM',
    ', each one of its own that is empty: what was sealed with the old one (BitLocker) wants its recovery key (--no-tpm leaves it out)',
  );
  return { profile, notes };
}

function withoutCloudInit(said: ImportProfile, system: Readonly<Record<string, string>>): string[] {
  const notes: string[] = [];
  if (said.agent === undefined && system['guestAgent'] !== undefined)
    notes.push('It has qemu-guest-agent: with --agent qga passwords and keys can be set in its machines, if the agent is started there.');
  if (said.agent !== 'carrel' && system['ownAgent'] === undefined && (system['hostKeys'] ?? system['machineId']) !== undefined) {
    notes.push(
      'It has booted before, and nothing in it makes SSH host keys and machine-id anew: all its machines will have the same. Take /etc/ssh/ssh_host_* out of it and empty /etc/machine-id, or give it cloud-init.',
    );
  }
  return notes;
}
