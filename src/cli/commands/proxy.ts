import type { Command } from 'commander';
import { CarrelError } from '../../lib/errors.ts';
import { findReservation } from '../names.ts';
import type { Cli, Session } from '../session.ts';
import { openTunnel } from '../tunnel.ts';

export function addProxy(program: Command, cli: Cli): void {
  program
    .command('proxy <id>')
    .description("joins standard input and output with the machine's SSH port, by way of the server: a ProxyCommand for ssh and its like")
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      await join(session, id);
    });
}

/** Until one side ends. What the server ends is said: `interrupted` by its stop or by the machine's end. */
async function join(session: Session, id: string): Promise<void> {
  const { stream, closed } = await openTunnel(session, id);
  try {
    // The pipes hold up whichever side is faster.
    process.stdin.pipe(stream).pipe(process.stdout, { end: false });
    const { code, reason } = await closed;
    if (code === 1006) throw new CarrelError('unreachable', `the connection to ${session.client.baseUrl} broke`);
    if (reason !== '' && code !== 1000) throw new CarrelError('tunnel-closed', reason);
  } finally {
    // Else the process would wait for more of it.
    process.stdin.destroy();
  }
}
