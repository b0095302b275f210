import { Argument, type Command } from 'commander';
import type { PowerOp } from '../../contract/reservations.ts';
import { followJob } from '../follow.ts';
import { findReservation } from '../names.ts';
import type { Cli, Session } from '../session.ts';
import { short } from '../text.ts';

export function addPower(program: Command, cli: Cli): void {
  program
    .command('power <id>')
    .addArgument(new Argument('<op>', 'what to do').choices(['on', 'off', 'reset', 'shutdown']))
    .description('switch the machine: on, off (hard), reset (hard), shutdown (asks the guest)')
    .action((text: string, op: PowerOp, _options: object, command: Command) => switchTo(cli.open(command), text, op));
}

/** Words that people type. The reservation stays as it is; `end` gives the machine back. */
export function addStart(program: Command, cli: Cli): void {
  program
    .command('start <id>')
    .description('switch the machine on; as `power ID on`')
    .action((text: string, _options: object, command: Command) => switchTo(cli.open(command), text, 'on'));
}

export function addStop(program: Command, cli: Cli): void {
  program
    .command('stop <id>')
    .description('ask the guest to shut down; as `power ID shutdown`. The machine stays yours')
    .option('--hard', 'switch it off; as `power ID off`')
    .action((text: string, options: { hard?: boolean }, command: Command) =>
      switchTo(cli.open(command), text, options.hard ? 'off' : 'shutdown'),
    );
}

async function switchTo(session: Session, text: string, op: PowerOp): Promise<void> {
  const { id } = await findReservation(session.client, text);
  const { job } = await session.client.powerReservation({ params: { id }, body: { op } });
  await followJob(session, job, `power ${op}`, `power ${op} goes on; see \`carrel show ${short(id)}\``);
  const now = await session.client.showReservation({ params: { id } });
  session.answer(now, `${short(id)}  ${now.machine.state}`);
}
