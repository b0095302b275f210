import { describe, expect, it } from 'vitest';
import { hostPattern, sshArguments } from './ssh.ts';

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
