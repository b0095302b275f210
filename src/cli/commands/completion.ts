/** completion bash|zsh|fish, and the hidden `complete` that the scripts call */
import type { Command } from 'commander';
import type { OpenSession } from '../session.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** A shell waits while this runs. */
const PATIENCE_MS = 500;

/** Commands whose first word is a reservation, and those whose first word is an image. */
const TAKES_RESERVATION = new Set(['show', 'connect', 'ssh', 'console', 'capture', 'extend', 'end', 'power']);
const TAKES_IMAGE = new Set(['reserve', 'show', 'verify', 'lineage', 'publish', 'retire', 'rm', 'build']);

export function addCompletion(program: Command, open: OpenSession): void {
  program
    .command('completion <shell>')
    .description('a script for bash, zsh or fish, such as: source <(carrel completion bash)')
    .action((shell: string, _options: object, command: Command) => {
      if (!SHELLS.includes(shell as 'bash')) command.error(`error: "${shell}" is not one of ${SHELLS.join(', ')}`);
      process.stdout.write(SCRIPTS[shell as (typeof SHELLS)[number]]);
    });
  program
    .command('complete [words...]', { hidden: true })
    .allowUnknownOption()
    .action(async (words: string[], _options: object, command: Command) => {
      process.stdout.write(`${(await candidates(program, open, command, words)).join('\n')}\n`);
    });
}

/** What may follow `words`, the last of which is being typed. */
async function candidates(program: Command, open: OpenSession, command: Command, words: readonly string[]): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  let at: Command = program;
  let depth = 0;
  const before = words.slice(0, -1).filter((w) => !w.startsWith('-'));
  for (const word of before) {
    const next = at.commands.find((c) => c.name() === word);
    if (!next) break;
    at = next;
    depth += 1;
  }
  if (typed.startsWith('-')) return at.options.map((o) => o.long ?? '').filter((o) => o.startsWith(typed));
  if (at.commands.length > 0) return at.commands.map((c) => c.name()).filter((n) => n.startsWith(typed) && n !== 'complete');
  const first = before.length === depth;
  return first ? (await values(at, open, command)).filter((v) => v.startsWith(typed)) : [];
}

async function values(at: Command, open: OpenSession, command: Command): Promise<string[]> {
  if (at.name() === 'completion') return [...SHELLS];
  try {
    const { client } = open(command);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const inImages = at.parent?.name() === 'image';
    if (inImages ? TAKES_IMAGE.has(at.name()) : at.name() === 'reserve')
      return (await client.listImages({}, { signal })).items.map((i) => i.name);
    if (!inImages && TAKES_RESERVATION.has(at.name()))
      return (await client.listReservations({}, { signal })).items.map((r) => r.id.slice(0, 8));
  } catch {
    // No server, no candidates: a shell must not be disturbed.
  }
  return [];
}

const SCRIPTS = {
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
  compadd -a found
}
compdef _carrel carrel
`,
  fish: `function __carrel
  set -l words (commandline -opc) (commandline -ct)
  carrel complete -- $words[2..-1] 2>/dev/null
end
complete -c carrel -f -a '(__carrel)'
`,
};
