import { Argument, type Command } from 'commander';
import { candidates, type Values } from '../complete.ts';
import type { Cli, Session } from '../session.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** A shell waits while this runs, in milliseconds. */
const PATIENCE_MS = 500;

/** The script for a shell, and the hidden command that it calls at each Tab. */
export function addCompletion(program: Command, cli: Cli): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .description('a script for bash, zsh or fish, such as: source <(carrel completion bash)')
    .action((shell: Shell) => cli.io.out(SCRIPTS[shell]));
  program
    .command('complete [words...]', { hidden: true })
    .allowUnknownOption()
    .action(async (words: string[], _options: object, command: Command) => {
      const found = await candidates(program, words, (values) => fromServer(() => cli.open(command), values));
      if (found.length > 0) cli.io.out(`${found.join('\n')}\n`);
    });
}

/** Names that only the server knows. No server, no names: a shell must not be disturbed. */
async function fromServer(open: () => Session, values: Values): Promise<string[]> {
  try {
    const { client } = open();
    const options = { signal: AbortSignal.timeout(PATIENCE_MS) };
    switch (values) {
      case 'image':
        return (await client.listImages({}, options)).items.map((i) => i.name);
      case 'revision': {
        const { items } = await client.listImages({}, options);
        return items.flatMap((i) => Array.from({ length: i.latest ?? 0 }, (_, n) => `${i.name}@${n + 1}`));
      }
      case 'reservation':
        return (await client.listReservations({}, options)).items.map((r) => r.id.slice(0, 8));
      case 'account':
        return (await client.listAccounts({ query: { limit: 1000 } }, options)).items.map((a) => a.name);
    }
  } catch {
    return [];
  }
}

const SCRIPTS: Record<Shell, string> = {
  bash: `_carrel() {
  local IFS=$'\\n'
  COMPREPLY=($(carrel complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _carrel carrel
`,
  zsh: `#compdef carrel
_carrel() {
  local -a found
  found=(\${(f)"$(carrel complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then compadd -a found; else _files; fi
}
compdef _carrel carrel
`,
  fish: `function __carrel
  set -l words (commandline -opc) (commandline -ct)
  carrel complete -- $words[2..-1] 2>/dev/null
end
complete -c carrel -f -a '(__carrel)'
complete -c carrel -n '__fish_seen_subcommand_from import connect' -F
`,
};
