import type { Command } from 'commander';
import { UnreachableError } from '../../client/errors.ts';
import { isCode } from '../../lib/errors.ts';
import type { Cli } from '../session.ts';

export function addVersion(program: Command, cli: Cli, version: string): void {
  program
    .command('version')
    .description("the command line's version, and the server's if one answers")
    .action(async (_options: object, command: Command) => {
      const server = await serverVersion(cli, command);
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const answer = { carrel: version, ...(server === undefined ? {} : { server }) };
      cli.io.out(json ? `${JSON.stringify(answer)}\n` : `carrel ${version}\n${server === undefined ? '' : `server ${server}\n`}`);
    });
}

async function serverVersion(cli: Cli, command: Command): Promise<string | undefined> {
  try {
    return (await cli.open(command).client.health()).version;
  } catch (error) {
    if (error instanceof UnreachableError || isCode(error, 'unreachable', 'unauthorized', 'no-permission')) return undefined;
    throw error;
  }
}
