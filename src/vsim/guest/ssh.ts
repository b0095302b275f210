/**
 * SSH servers of simulated guests: each guest that runs and has an address answers there, with a host key of its own, to the keys and
 * passwords that its accounts have now. Commands run in the guest's small shell; there is no terminal.
 */
import { timingSafeEqual } from 'node:crypto';
import ssh2, { type Connection, type ParsedKey } from 'ssh2';
import { runShell } from './shell.ts';
import { authorizedKeys, type GuestSystem, opensWithPassword, SSH_PASSWORDS } from './system.ts';

const { Server, utils } = ssh2;

export interface GuestSsh {
  /** `ssh-ed25519 AAAA…` */
  hostKey: string;
  close: () => void;
}

const same = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

/** Serves one guest at `host`:`port` until closed. Rejects if the address cannot be had. */
export async function serveGuest(
  system: GuestSystem,
  privateKey: string,
  host: string,
  port: number,
  wrote: () => void,
): Promise<GuestSsh> {
  const parsed = utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  const open = new Set<Connection>();
  const server = new Server({ hostKeys: [privateKey], ident: 'vsim' }, (client) => {
    open.add(client);
    client.on('close', () => open.delete(client));
    client.on('error', () => {});
    let user = '';
    client.on('authentication', (ctx) => {
      const account = system.accounts.get(ctx.username);
      user = ctx.username;
      const allowed =
        account !== undefined &&
        ((ctx.method === 'publickey' && opensWithKey(system, ctx)) ||
          (ctx.method === 'password' && takesPasswords(system) && opensWithPassword(account, ctx.password)));
      if (allowed) ctx.accept();
      else ctx.reject(['publickey', 'password']);
    });
    client.on('session', (accept) => {
      accept().on('exec', (take, _reject, { command }) => {
        const stream = take();
        const { code, out, err } = runShell(system, user, command);
        wrote();
        stream.write(out);
        stream.stderr.write(err);
        stream.exit(code);
        stream.end();
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  return {
    hostKey: `${parsed.type} ${parsed.getPublicSSH().toString('base64')}`,
    close: () => {
      server.close();
      for (const client of open) client.end();
    },
  };
}

const takesPasswords = (system: GuestSystem): boolean =>
  !/^PasswordAuthentication no$/m.test(system.files.get(SSH_PASSWORDS)?.toString('utf8') ?? '');

function opensWithKey(system: GuestSystem, ctx: ssh2.PublicKeyAuthContext): boolean {
  return authorizedKeys(system, ctx.username).some((line) => {
    const key = utils.parseKey(line) as ParsedKey | ParsedKey[] | Error;
    const one = Array.isArray(key) ? key[0] : key;
    if (one === undefined || one instanceof Error || one.type !== ctx.key.algo || !same(one.getPublicSSH(), ctx.key.data)) return false;
    // Without a signature the client only asks whether the key would do.
    return ctx.signature === undefined || ctx.blob === undefined || one.verify(ctx.blob, ctx.signature, ctx.hashAlgo) === true;
  });
}
