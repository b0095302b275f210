/** A whole OpenSSH public key, of ed25519, whose 32 bytes are all `n`. */
export const publicKey = (n: number, comment = 'ada'): string =>
  `ssh-ed25519 ${Buffer.concat([Buffer.from('0000000b7373682d6564323535313900000020', 'hex'), Buffer.alloc(32, n)]).toString('base64')} ${comment}`;
