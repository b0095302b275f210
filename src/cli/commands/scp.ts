import type { Command } from 'commander';
import { CarrelError } from '../../lib/errors.ts';
import type { Cli } from '../session.ts';
import { addWay, run, scpArguments, type WayOptions, withMachine } from '../ssh.ts';

interface Options extends WayOptions {
  recursive?: boolean;
  preserve?: boolean;
}

export function addScp(program: Command, cli: Cli): void {
  addWay(
    program
      .command('scp <paths...>')
      .description('copies files to a machine or from it, as scp does: the last path is where to, and ID:PATH is one on the machine')
      .option('-r, --recursive', 'folders with what is in them')
      .option('-p, --preserve', 'keep times and modes'),
  ).action(async (paths: string[], { recursive, preserve, ...way }: Options, command: Command) => {
    const session = cli.open(command);
    const { id, at } = machineOf(paths);
    const more = [...(recursive ? ['-r'] : []), ...(preserve ? ['-p'] : [])];
    const code = await withMachine(session, id, way, ({ connection, dir, proxy }) =>
      run('scp', scpArguments(connection, dir, at(connection.host), { proxy, more }), session),
    );
    session.io.setExitCode(code);
  });
}

/** Which machine the paths name, and the paths as scp wants them once its host is known. `usage` unless one side is here. */
export function machineOf(paths: readonly string[]): { id: string; at: (host: string) => string[] } {
  // As scp reads them: a colon before any slash.
  const split = paths.map((path) => /^([^/:]+):([\s\S]*)$/.exec(path));
  const ids = new Set(split.flatMap((found) => (found === null ? [] : [found[1] as string])));
  const [id] = ids;
  const to = split.at(-1) !== null;
  if (paths.length < 2 || id === undefined || ids.size > 1 || split.slice(0, -1).some((from) => (from !== null) === to)) {
    throw new CarrelError('usage', 'one side of a copy is here, the other on one machine', {
      hint: 'such as `carrel scp notes.txt 3f2a:/root/` or `carrel scp 3f2a:/root/out.txt .`; a file here whose name has a colon is ./NAME',
    });
  }
  return {
    id,
    at: (host) => paths.map((path, i) => (split[i] ? `${host.includes(':') ? `[${host}]` : host}:${split[i]?.[2] ?? ''}` : path)),
  };
}
