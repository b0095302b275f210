import type { Command } from 'commander';
import type { Cli } from '../session.ts';
import { addWay, run, sshArguments, type WayOptions, withMachine } from '../ssh.ts';

export function addSsh(program: Command, cli: Cli): void {
  addWay(
    program
      .command('ssh <id> [command...]')
      .description("log in, or run one command (after --); the exit code is the command's own. By way of the server where need be")
      .allowUnknownOption(),
  ).action(async (id: string, words: string[], way: WayOptions, command: Command) => {
    const session = cli.open(command);
    const code = await withMachine(session, id, way, ({ connection, dir, proxy }) =>
      run('ssh', sshArguments(connection, dir, words, { proxy }), session),
    );
    session.io.setExitCode(code);
  });
}
