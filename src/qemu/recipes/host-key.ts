import { ed25519Pair } from '../../lib/ssh-key.ts';

/** An SSH host key made outside the guest: 0.3 s less for an emulated machine, and the control plane knows the public half before the first login. */
export interface HostKey {
  /** `ssh-ed25519 AAAA…`, without a comment. */
  publicKey: string;
  /**
   * Lines for the agent's `identity` (and for fw_cfg): `hostkey` is the ed25519 seed and `hostkey_public` the public key, 32 bytes each as
   * octal escapes for the guest's printf, around which each guest puts its SSH server's own format; `hostpub` is the public key as text.
   * Secret: never log them.
   */
  identityLines: string[];
}

const sshString = (data: Buffer | string): Buffer => {
  const bytes = Buffer.from(data as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

const TYPE = 'ssh-ed25519';

export function makeHostKey(): HostKey {
  const { seed, point: pub } = ed25519Pair();
  const publicBlob = Buffer.concat([sshString(TYPE), sshString(pub)]);
  const publicKey = `${TYPE} ${publicBlob.toString('base64')}`;
  const octal = (bytes: Buffer) => [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  return { publicKey, identityLines: [`hostkey=${octal(seed)}`, `hostkey_public=${octal(pub)}`, `hostpub=${publicKey}`] };
}
