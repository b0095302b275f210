/** What may come next on a command line, for a shell's Tab. */
import type { Argument, Command, Option } from 'commander';

/** Kinds of words that only the server knows. */
export type Values = 'image' | 'revision' | 'reservation' | 'account';

/** Which kind stands at an argument, by its name in the command's usage. */
const BY_ARGUMENT: Record<string, Values> = {
  id: 'reservation',
  ids: 'reservation',
  image: 'image',
  revision: 'revision',
  account: 'account',
};
/** Commands whose `<id>` is another's. */
const OTHER_IDS = new Set(['jobs', 'token']);

interface Place {
  command: Command;
  /** Arguments of the command that stand before. */
  given: number;
  /** The option whose value is being typed. */
  pending: Option | undefined;
}

function optionOf(command: Command, word: string): Option | undefined {
  for (let at: Command | null = command; at !== null; at = at.parent) {
    const found = at.options.find((o) => o.long === word || o.short === word);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where in the tree of commands the word is being typed. */
function placeOf(program: Command, before: readonly string[]): Place {
  const place: Place = { command: program, given: 0, pending: undefined };
  for (const word of before) {
    if (place.pending !== undefined) {
      place.pending = undefined;
    } else if (word.startsWith('-')) {
      const option = optionOf(place.command, word);
      if (option?.required) place.pending = option;
    } else {
      const next = place.command.commands.find((c) => c.name() === word);
      if (next !== undefined) place.command = next;
      else place.given += 1;
    }
  }
  return place;
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const last = command.registeredArguments.at(-1);
  return command.registeredArguments[index] ?? (last?.variadic ? last : undefined);
}

function optionNames(command: Command): string[] {
  const names: string[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) {
    names.push(...at.options.filter((o) => !o.hidden).map((o) => o.long ?? ''));
  }
  return [...names, '--help'];
}

/** Candidates for the last of `words`, which is being typed. `lookUp` asks the server; it never rejects. */
export async function candidates(
  program: Command,
  words: readonly string[],
  lookUp: (values: Values) => Promise<string[]>,
): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const { command, given, pending } = placeOf(program, words.slice(0, -1));
  const fitting = (list: readonly string[]) => list.filter((word) => word !== '' && word.startsWith(typed));
  if (pending !== undefined) return fitting(pending.argChoices ?? []);
  if (typed.startsWith('-')) return fitting(optionNames(command));
  if (command.commands.length > 0) {
    const visible = program.createHelp().visibleCommands(command);
    return given > 0 ? [] : fitting(visible.map((c) => c.name()));
  }
  const argument = argumentAt(command, given);
  if (argument === undefined) return [];
  if (argument.argChoices !== undefined) return fitting(argument.argChoices);
  // What follows the id in `ssh ID COMMAND…` is not for us to guess.
  const values = BY_ARGUMENT[argument.name()];
  if (values === undefined || (values === 'reservation' && OTHER_IDS.has(command.parent?.name() ?? ''))) return [];
  return fitting(await lookUp(values));
}
