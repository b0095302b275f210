import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { forwardOf } from './commands/forward.ts';
import { machineOf } from './commands/scp.ts';
import { settingsFor } from './commands/ssh-config.ts';
import { goesThroughServer, hostPattern, isLoopback, proxyCommand, scpArguments, sshArguments } from './ssh.ts';

describe("ssh's command line", () => {
  const connection = {
    protocol: 'ssh' as const,
    host: '127.0.0.1',
    port: 2222,
    user: 'me',
    password: 'pw',
    hostKeys: ['k'],
    sshCommand: '',
  };

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

describe('the way through the server', () => {
  const session = (baseUrl: string, env: NodeJS.ProcessEnv = {}) =>
    ({ client: { baseUrl }, io: { env } }) as Parameters<typeof goesThroughServer>[0];
  /** Nothing listens there. */
  const closed = { host: '127.0.0.1', port: 1 };

  it('is taken where the machine cannot be reached, where its address is of a loopback elsewhere, and where somebody says so', async () => {
    expect(await goesThroughServer(session('http://127.0.0.1:7077'), closed, {})).toBe(true);
    expect(await goesThroughServer(session('http://127.0.0.1:7077'), closed, { direct: true })).toBe(false);
    const listening = createServer();
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const open = { host: '127.0.0.1', port: (listening.address() as AddressInfo).port };
    expect(await goesThroughServer(session('http://127.0.0.1:7077'), open, {})).toBe(false);
    expect(await goesThroughServer(session('https://carrel.example'), open, {})).toBe(true);
    expect(await goesThroughServer(session('http://127.0.0.1:7077', { CARREL_THROUGH_SERVER: '1' }), open, {})).toBe(true);
    expect(await goesThroughServer(session('http://127.0.0.1:7077'), open, { throughServer: true })).toBe(true);
    await expect(goesThroughServer(session('http://x'), open, { throughServer: true, direct: true })).rejects.toMatchObject({
      code: 'usage',
    });
    await new Promise((resolve) => listening.close(resolve));
  });

  it.each([
    ['127.0.0.1', true],
    ['localhost', true],
    ['[::1]', true],
    ['::ffff:127.0.0.9', true],
    ['10.0.0.1', false],
    ['127.example.org', false],
    ['::10', false],
  ])('%s is a loopback: %s', (host, is) => expect(isLoopback(host)).toBe(is));

  it('is a command that any shell takes as it is meant, with nothing for ssh to expand', () => {
    const command = proxyCommand({ again: ['--data', "/a b'c%h$HOME"] }, 'ID');
    expect(command).toMatch(/ --data '\/a b'\\''c%%h\$HOME' proxy ID$/);
    const connection = {
      protocol: 'ssh' as const,
      host: '127.0.0.1',
      port: 2222,
      user: 'me',
      password: 'pw',
      hostKeys: ['k'],
      sshCommand: '',
    };
    expect(sshArguments(connection, '/tmp/x', [], { proxy: 'carrel proxy ID' })).toContain('ProxyCommand=carrel proxy ID');
    expect(scpArguments(connection, '/tmp/x', ['-a', 'b'], { more: ['-r'] }).slice(-4)).toEqual(['-r', '--', '-a', 'b']);
  });
});

describe('scp', () => {
  it('tells the machine from what is here as scp does', () => {
    const to = machineOf(['a', './b:c', '3f2a:/root/']);
    expect([to.id, to.at('10.0.0.1')]).toEqual(['3f2a', ['a', './b:c', '10.0.0.1:/root/']]);
    expect(machineOf(['3f2a:x', '3f2a:y:z', '.']).at('fe80::1')).toEqual(['[fe80::1]:x', '[fe80::1]:y:z', '.']);
  });

  it.each([[['a']], [['a', 'b']], [['1:a', '2:b', '.']], [['1:a', '1:b']], [['a', '1:b', '1:c']], [[':a', 'b']]])(
    '%j is refused',
    (paths) => expect(() => machineOf(paths)).toThrow('one side of a copy is here'),
  );
});

it('a forward is a port here and one in the machine', () => {
  expect([forwardOf('8080:80'), forwardOf('80')]).toEqual([
    { local: 8080, remote: 80 },
    { local: 80, remote: 80 },
  ]);
  for (const text of ['', '0:80', '80:0', '65536', 'a:b', '10.0.0.1:80:80', '80:host:80'])
    expect(() => forwardOf(text)).toThrow('ports are needed');
});

it('a block of ssh-config pins the host key to the reservation and has no secret', () => {
  const settings = settingsFor({ user: 'me' }, 'ID', '/home/50% me/ssh/ID', 'carrel proxy ID');
  expect(settings).toContain('HostKeyAlias ID');
  expect(settings).toContain('StrictHostKeyChecking yes');
  expect(settings).toContain('UserKnownHostsFile "/home/50%% me/ssh/ID/known_hosts"');
});
