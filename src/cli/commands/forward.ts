import { createServer } from 'node:net';
import { type Command, InvalidArgumentError } from 'commander';
import { CarrelError } from '../../lib/errors.ts';
import type { Cli } from '../session.ts';
import { addWay, run, shellWord, sshArguments, type WayOptions, withMachine } from '../ssh.ts';

interface Forward {
  local: number;
  remote: number;
}

export function addForward(program: Command, cli: Cli): void {
  addWay(
    program
      .command('forward <id>')
      .argument('<ports...>', 'LOCAL:PORT, or PORT for the same number here', collect)
      .description('opens ports on 127.0.0.1 that lead to ports inside the machine, until Ctrl-C'),
  ).action(async (text: string, ports: Forward[], way: WayOptions, command: Command) => {
    const session = cli.open(command);
    for (const { local } of ports) await checkFree(local);
    let stopped = false;
    const code = await withMachine(session, text, way, ({ reservation, connection, dir, proxy }) => {
      const lines = ports.map(({ local, remote }) => `127.0.0.1:${local} leads to port ${remote} of ${reservation.hostname}`);
      const said = session.json
        ? JSON.stringify(ports.map(({ local, remote }) => ({ host: '127.0.0.1', port: local, to: remote })))
        : `${lines.join('; ')}     (Ctrl-C closes it)`;
      const more = [
        '-N',
        '-T',
        // ssh runs it when it is in and the ports are open.
        ...['ExitOnForwardFailure=yes', 'PermitLocalCommand=yes', `LocalCommand=echo ${shellWord(said)}`].flatMap((o) => ['-o', o]),
        ...ports.flatMap(({ local, remote }) => ['-L', `127.0.0.1:${local}:localhost:${remote}`]),
      ];
      return run('ssh', sshArguments(connection, dir, [], { proxy, more }), session, () => (stopped = true));
    });
    session.io.setExitCode(stopped ? 0 : code);
  });
}

function collect(text: string, before: Forward[] | undefined): Forward[] {
  return [...(before ?? []), forwardOf(text)];
}

/** `8080:80`, or `80` for `80:80`. */
export function forwardOf(text: string): Forward {
  const [, local, remote = local] = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(text) ?? [];
  const ports = { local: Number(local), remote: Number(remote) };
  const good = (port: number) => port >= 1 && port <= 65_535;
  if (!good(ports.local) || !good(ports.remote)) throw new InvalidArgumentError('ports are needed, such as 8080:80');
  return ports;
}

/** Before anything is asked of the machine. */
function checkFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause) =>
      reject(
        new CarrelError('port-taken', `port ${port} of this computer cannot be opened`, { hint: `choose another: ${port + 1}:…`, cause }),
      ),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}
