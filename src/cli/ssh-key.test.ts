import { createPublicKey, sign, verify } from 'node:crypto';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { hostPattern, sshArguments } from './commands/ssh.ts';
import { makeSshKey } from './ssh-key.ts';

describe('SSH keys', () => {
  it('are read by others, and the halves belong together', () => {
    const made = makeSshKey('carrel test');
    const secret = ssh2.utils.parseKey(made.privateKey);
    const open = ssh2.utils.parseKey(made.publicKey);
    if (secret instanceof Error) throw secret;
    if (open instanceof Error) throw open;
    expect([secret.type, secret.comment]).toEqual(['ssh-ed25519', 'carrel test']);
    expect(secret.getPublicSSH().equals(open.getPublicSSH())).toBe(true);
    const data = Buffer.from('data');
    const signature = sign(null, data, secret.getPrivatePEM());
    expect(verify(null, data, createPublicKey(open.getPublicPEM()), signature)).toBe(true);
  });

  it('are never the same twice', () => {
    expect(makeSshKey('x').publicKey).not.toBe(makeSshKey('x').publicKey);
  });

  // The private part is padded to whole blocks of eight.
  it.each(['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'abcdef', 'abcdefg'])('with the comment %j', (comment) => {
    const secret = ssh2.utils.parseKey(makeSshKey(comment).privateKey);
    expect(secret).not.toBeInstanceOf(Error);
  });
});

describe("ssh's command line", () => {
  const connection = { host: '127.0.0.1', port: 2222, user: 'me', password: 'pw', hostKeys: ['k'], sshCommand: '' };

  it('checks the host key, offers one key, and holds no secret', () => {
    const args = sshArguments(connection, '/tmp/x', ['-l', 'root; id']);
    expect(args).toContain('StrictHostKeyChecking=yes');
    expect(args).toContain('IdentitiesOnly=yes');
    expect(args.join(' ')).not.toContain('pw');
    // What follows `--` is the host and the command, never an option.
    expect(args.slice(args.indexOf('--') + 1)).toEqual(['127.0.0.1', '-l', 'root; id']);
  });

  it('names a host as known_hosts does', () => {
    expect(hostPattern({ host: '10.0.0.1', port: 22 })).toBe('10.0.0.1');
    expect(hostPattern({ host: '127.0.0.1', port: 2222 })).toBe('[127.0.0.1]:2222');
  });
});
