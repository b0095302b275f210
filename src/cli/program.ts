/** Puts the commands together, one file each. The server's own (serve, demo, doctor) are added by src/main. */
import { Command, CommanderError, Help } from 'commander';
import { ApiError } from '../client/errors.ts';
import { CarrelError } from '../lib/errors.ts';
import { addAccountAdd } from './commands/account-add.ts';
import { addAccountInvite, addAccountOff, addAccountOn, addAccountReset, addAccountRole } from './commands/account-change.ts';
import { addAccountLs } from './commands/account-ls.ts';
import { addAudit } from './commands/audit.ts';
import { addCapture } from './commands/capture.ts';
import { addCheckpointAdd, addCheckpointLs, addCheckpointRevert, addCheckpointRm } from './commands/checkpoint.ts';
import { addCompletion } from './commands/completion.ts';
import { addRdp } from './commands/rdp.ts';
import { addConnect } from './commands/connect.ts';
import { addConsole } from './commands/console.ts';
import { addScreenshot } from './commands/screenshot.ts';
import { addLogs } from './commands/logs.ts';
import { addEnd, addUndo } from './commands/end.ts';
import { addExitCodes } from './commands/exit-codes.ts';
import { addExtend } from './commands/extend.ts';
import { addLabel } from './commands/label.ts';
import { addImageBuild } from './commands/image-build.ts';
import { addImageDescribe, addImageLabel, addImageRename } from './commands/image-change.ts';
import { addImageImport } from './commands/image-import.ts';
import { addImageLineage } from './commands/image-lineage.ts';
import { addImageLs } from './commands/image-ls.ts';
import { addImageReplicate } from './commands/image-replicate.ts';
import { addImageProve } from './commands/image-prove.ts';
import { addImagePublish } from './commands/image-publish.ts';
import { addImageRetire, addImageUnretire } from './commands/image-retire.ts';
import { addImageRm } from './commands/image-rm.ts';
import { addImageShow } from './commands/image-show.ts';
import { addImageReseal } from './commands/image-reseal.ts';
import { addImageVerify } from './commands/image-verify.ts';
import { addServerLs } from './commands/server-ls.ts';
import { addMachineEnd, addMachineLs } from './commands/machine.ts';
import { addServerRm } from './commands/server-rm.ts';
import { addJobsLs } from './commands/jobs-ls.ts';
import { addJobsRetry } from './commands/jobs-retry.ts';
import { addJobsShow } from './commands/jobs-show.ts';
import { addLogin, addLogout, addWhoami } from './commands/login.ts';
import { addLs } from './commands/ls.ts';
import { addLicenceAdd, addLicenceLs, addLicenceRm, addLicenceSet } from './commands/licence.ts';
import { addMaintenanceAdd } from './commands/maintenance-add.ts';
import { addMaintenanceLs } from './commands/maintenance-ls.ts';
import { addMaintenanceRm } from './commands/maintenance-rm.ts';
import { addMove } from './commands/move.ts';
import { addReimage } from './commands/reimage.ts';
import { addAnswer } from './commands/answer.ts';
import { addUnlink } from './commands/unlink.ts';
import { addPasswd } from './commands/passwd.ts';
import { addPower, addStart, addStop } from './commands/power.ts';
import { addProviderAdd } from './commands/provider-add.ts';
import { addProviderCheck, addProviderVms } from './commands/provider-check.ts';
import { addProviderLs } from './commands/provider-ls.ts';
import { addProviderSet } from './commands/provider-set.ts';
import {
  addProviderDisable,
  addProviderDrain,
  addProviderEnable,
  addProviderRm,
  addProviderShow,
  addProviderWriteOff,
} from './commands/provider-state.ts';
import { addProxy } from './commands/proxy.ts';
import { addReconcile } from './commands/reconcile.ts';
import { addRelocate } from './commands/relocate.ts';
import { addReserve } from './commands/reserve.ts';
import { addRules } from './commands/rules.ts';
import { addForward } from './commands/forward.ts';
import { addScp } from './commands/scp.ts';
import { addSshConfig } from './commands/ssh-config.ts';
import { addSeriesEnd } from './commands/series-end.ts';
import { addSeriesLs } from './commands/series-ls.ts';
import { addSeriesShow } from './commands/series-show.ts';
import { addSessionLs, addSessionRm } from './commands/session-ls.ts';
import { addShorten } from './commands/shorten.ts';
import { addShow } from './commands/show.ts';
import { addSsh } from './commands/ssh.ts';
import { addTokenAdd } from './commands/token-add.ts';
import { addTokenLs } from './commands/token-ls.ts';
import { addTokenRm } from './commands/token-rm.ts';
import { addVersion } from './commands/version.ts';
import { addWatch } from './commands/watch.ts';
import { addWhen } from './commands/when.ts';
import { addHelp, commandBelow, describeCommand } from './help.ts';
import { EXIT, exitCodeOf, showError } from './exit.ts';
import { type Io, processIo } from './io.ts';
import { addForms, asksForJson } from './output.ts';
import { type Cli, type DefaultDataDir, makeCli } from './session.ts';

export interface ProgramOptions {
  version: string;
  defaultDataDir: DefaultDataDir;
  /** The process's own if left out. */
  io?: Io;
}

type Add = (parent: Command, cli: Cli) => void;

/** A word that commands stand behind, such as `image` in `image ls`. */
const GROUPS: readonly { name: string; description: string; commands: readonly Add[] }[] = [
  {
    name: 'image',
    description: 'golden images and their revisions',
    commands: [
      addImageBuild,
      addImageImport,
      addImageLs,
      addImageShow,
      addImageRename,
      addImageDescribe,
      addImageLabel,
      addImageVerify,
      addImageReseal,
      addImageLineage,
      addImageReplicate,
      addImageProve,
      addImagePublish,
      addImageRetire,
      addImageUnretire,
      addImageRm,
    ],
  },
  {
    name: 'checkpoint',
    description: 'what a machine can be taken back to',
    commands: [addCheckpointAdd, addCheckpointLs, addCheckpointRevert, addCheckpointRm],
  },
  { name: 'series', description: 'reservations that repeat', commands: [addSeriesLs, addSeriesShow, addSeriesEnd] },
  { name: 'server', description: 'the servers of this installation', commands: [addServerLs, addServerRm] },
  { name: 'machine', description: "machines, also those that are nobody's", commands: [addMachineLs, addMachineEnd] },
  { name: 'jobs', description: 'durable work', commands: [addJobsLs, addJobsShow, addJobsRetry] },
  {
    name: 'provider',
    description: 'where machines run',
    commands: [
      addProviderAdd,
      addProviderLs,
      addProviderShow,
      addProviderCheck,
      addProviderVms,
      addProviderSet,
      addProviderEnable,
      addProviderDisable,
      addProviderDrain,
      addProviderRm,
      addProviderWriteOff,
    ],
  },
  {
    name: 'licence',
    description: 'seats that machines of some images take up',
    commands: [addLicenceLs, addLicenceAdd, addLicenceSet, addLicenceRm],
  },
  {
    name: 'maintenance',
    description: 'spans in which nothing new is promised',
    commands: [addMaintenanceLs, addMaintenanceAdd, addMaintenanceRm],
  },
  {
    name: 'account',
    description: 'people',
    commands: [addAccountAdd, addAccountLs, addAccountInvite, addAccountReset, addAccountOff, addAccountOn, addAccountRole],
  },
  { name: 'session', description: 'browsers that are signed in', commands: [addSessionLs, addSessionRm] },
  { name: 'token', description: 'tokens to sign in with', commands: [addTokenAdd, addTokenLs, addTokenRm] },
];

const COMMANDS: readonly Add[] = [
  addWhen,
  addReserve,
  addLs,
  addWatch,
  addShow,
  addConnect,
  addRdp,
  addSsh,
  addScp,
  addForward,
  addSshConfig,
  addProxy,
  addConsole,
  addScreenshot,
  addLogs,
  addCapture,
  addExtend,
  addLabel,
  addShorten,
  addMove,
  addEnd,
  addUndo,
  addStart,
  addStop,
  addPower,
  addReimage,
  addUnlink,
  addRelocate,
  addAnswer,
  addRules,
];

const LAST: readonly Add[] = [addReconcile, addAudit, addLogin, addLogout, addWhoami, addPasswd];

const ABOUT: readonly Add[] = [addCompletion, addExitCodes];

/** What runProgram needs of a program that makeProgram made. */
interface Running {
  io: Io;
  json: boolean;
}
const running = new WeakMap<Command, Running>();

export function makeProgram(options: ProgramOptions): Command {
  const io = options.io ?? processIo();
  const state: Running = { io, json: false };
  const program = new Command('carrel')
    .description('Carrel lends virtual machines: linked clones of golden images.')
    .version(options.version)
    .option('--data <dir>', `data directory of the server on this machine (default: CARREL_DATA, or ${options.defaultDataDir({})})`)
    .option('--url <url>', 'address of the server (default: CARREL_URL, or what the data directory says)')
    .option('--token-file <file>', 'file with your token (default: CARREL_TOKEN, or what the data directory says)')
    .option('--json', 'answer with one JSON document; errors as JSON too')
    .configureHelp({
      showGlobalOptions: true,
      formatHelp: (of, help) =>
        state.json ? `${JSON.stringify(describeCommand(of), null, 2)}\n` : Help.prototype.formatHelp.call(help, of, help),
    })
    .showSuggestionAfterError()
    // Errors are said by runProgram, in the form that was asked for.
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => (state.json ? undefined : io.err(text)),
      outputError: () => {},
    })
    .exitOverride();
  running.set(program, state);
  const cli = makeCli(io, options.defaultDataDir);
  program.commandsGroup('Machines:');
  for (const add of COMMANDS) add(program, cli);
  program.commandsGroup('Images, people and what an operator needs:');
  for (const { name, description, commands } of GROUPS) {
    const group = program.command(name).description(description);
    for (const add of commands) add(group, cli);
  }
  for (const add of LAST) add(program, cli);
  program.commandsGroup('About carrel itself:');
  program.helpCommand(false);
  addHelp(program);
  for (const add of ABOUT) add(program, cli);
  addVersion(program, cli, options.version);
  program.commandsGroup('The server:');
  addForms(program);
  return program;
}

/** Runs it and sets the exit code; every error ends here as one message. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  const state = running.get(program) ?? { io: processIo(), json: false };
  const { io } = state;
  state.json = asksForJson(argv);
  try {
    await program.parseAsync(argv as string[]);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version that were asked for; help in place of a command that is missing has been shown too, but to no program.
      const shown = error.exitCode === 0 || (error.code === 'commander.help' && !state.json);
      if (!shown) io.err(showError(usageError(error, helpFor(program, argv)), state.json));
      io.setExitCode(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
      return;
    }
    io.err(showError(inWordsOf(error, program, argv), state.json));
    if (io.env.CARREL_DEBUG && error instanceof Error) io.err(`${error.stack}\n`);
    io.setExitCode(exitCodeOf(error));
  }
}

/** The command that tells how what was typed is used, as far as that is a command. */
function helpFor(program: Command, argv: readonly string[]): string {
  let of = program;
  const words = ['carrel', 'help'];
  // Before the first command stand options and their values.
  for (const word of argv.slice(2)) {
    const next = commandBelow(of, word);
    if (next !== undefined) words.push((of = next).name());
    else if (of !== program) break;
  }
  return words.join(' ');
}

/** What a program is told to read of a request that the server could not take is nothing for whoever typed a command. */
function inWordsOf(error: unknown, program: Command, argv: readonly string[]): unknown {
  if (!(error instanceof ApiError) || error.hint?.includes('/openapi.json') !== true) return error;
  return new ApiError({ ...error.problem, hint: `see \`${helpFor(program, argv)}\`` });
}

function usageError(error: CommanderError, help: string): CarrelError {
  const hint = `see \`${help}\``;
  if (error.code === 'commander.help') return new CarrelError('usage', 'a command is missing', { hint });
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  return new CarrelError('usage', message, { hint: suggestion?.replace(/[()]/g, '') ?? hint });
}
