/** Puts the commands together. The server's own (serve, demo, doctor) are added by src/main. */
import { Command, CommanderError } from 'commander';
import { addAccountCommands } from './commands/account.ts';
import { addCompletion } from './commands/completion.ts';
import { addConnectCommands } from './commands/connect.ts';
import { addImageCommands } from './commands/image.ts';
import { addOperatorCommands } from './commands/operator.ts';
import { addReservationCommands } from './commands/reservation.ts';
import { EXIT, EXIT_TEXT, exitCodeOf, showError } from './exit.ts';
import { sessionOpener } from './session.ts';

export interface ProgramOptions {
  version: string;
  defaultDataDir: (env?: NodeJS.ProcessEnv) => string;
}

export function makeProgram(options: ProgramOptions): Command {
  const program = new Command('carrel')
    .description('Carrel lends virtual machines: linked clones of golden images.')
    .version(options.version)
    .option('--data <dir>', `data directory of the server on this machine (default: CARREL_DATA, or ${options.defaultDataDir({})})`)
    .option('--url <url>', 'address of the server (default: CARREL_URL, or what the data directory says)')
    .option('--token-file <file>', 'file with your token (default: CARREL_TOKEN, or what the data directory says)')
    .option('--json', 'answer with one JSON document; errors as JSON too')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .exitOverride();
  const open = sessionOpener(options.defaultDataDir);
  addReservationCommands(program, open);
  addConnectCommands(program, open);
  addImageCommands(program, open);
  addOperatorCommands(program, open);
  addAccountCommands(program, open);
  addCompletion(program, open);
  program
    .command('exit-codes')
    .description('what the exit codes mean')
    .action(() => void process.stdout.write(`${EXIT_TEXT.map(([code, text]) => `${String(code).padStart(3)}  ${text}`).join('\n')}\n`));
  return program;
}

/** Runs it and sets the exit code; every error ends here as one message. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  for (const command of [program, ...everyCommand(program)]) command.exitOverride();
  const json = argv.includes('--json');
  try {
    await program.parseAsync(argv as string[]);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said what is wrong, or shown the help that was asked for.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    process.stderr.write(showError(error, json));
    process.exitCode = exitCodeOf(error);
  }
}

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((sub) => [sub, ...everyCommand(sub)]);
}
