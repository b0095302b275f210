/** `carrel help`, for people and for programs. */
import type { Argument, Command, Option } from 'commander';

/** `help provider add`, which commander's own takes for `help provider`; one that is not there is an error. */
export function addHelp(program: Command): void {
  program
    .command('help [command...]')
    .description('how a command is used')
    .action((names: string[]) => {
      let of = program;
      for (const name of names) {
        const next = commandBelow(of, name);
        if (next === undefined) program.error(`error: unknown command '${names.join(' ')}'`, { code: 'commander.unknownCommand' });
        of = next;
      }
      of.help();
    });
}

/** The command that stands behind that one by this word. */
export const commandBelow = (of: Command, word: string): Command | undefined =>
  of.commands.find((each) => each.name() === word || each.aliases().includes(word));

/** What `--json` gives in place of a help page: a command and all below it, for completion, wrappers and documentation made by program. */
export interface CommandHelp {
  /** All its words: `carrel provider add`. */
  command: string;
  aliases: string[];
  description: string;
  usage: string;
  arguments: { name: string; description: string; required: boolean; variadic: boolean; choices?: readonly string[] }[];
  options: {
    flags: string;
    description: string;
    takes: 'nothing' | 'a value' | 'a value or nothing';
    variadic: boolean;
    choices?: readonly string[];
  }[];
  commands: CommandHelp[];
}

export function describeCommand(command: Command): CommandHelp {
  const help = command.createHelp();
  return {
    command: wordsOf(command),
    aliases: command.aliases(),
    description: command.description(),
    usage: `${wordsOf(command)} ${command.usage()}`,
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      description: argument.description,
      required: argument.required,
      variadic: argument.variadic,
      ...choicesOf(argument),
    })),
    options: help.visibleOptions(command).map((option) => ({
      flags: option.flags,
      description: option.description,
      takes: option.required ? 'a value' : option.optional ? 'a value or nothing' : 'nothing',
      variadic: option.variadic,
      ...choicesOf(option),
    })),
    commands: help.visibleCommands(command).map(describeCommand),
  };
}

const choicesOf = ({ argChoices }: Argument | Option): { choices?: readonly string[] } =>
  argChoices === undefined ? {} : { choices: argChoices };

function wordsOf(command: Command): string {
  return command.parent === null ? command.name() : `${wordsOf(command.parent)} ${command.name()}`;
}
