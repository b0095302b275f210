import { Argument, type Command } from 'commander';
import type { PowerOp } from '../../contract/reservations.ts';
import { followJob } from '../follow.ts';
import { findReservation } from '../names.ts';
import type { Cli } from '../session.ts';
import { short } from '../text.ts';

export function addPower(program: Command, cli: Cli): void {
  program
    .command('power <id>')
    .addArgument(new Argument('<op>', 'what to do').choices(['on', 'off', 'reset', 'shutdown']))
    .description('switch the machine: on, off (hard), reset (hard), shutdown (asks the guest)')
    .action(async (text: string, op: PowerOp, _options: object, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const { job } = await session.client.powerReservation({ params: { id }, body: { op } });
      await followJob(session, job, `power ${op}`, `power ${op} goes on; see \`carrel show ${short(id)}\``);
      const now = await session.client.showReservation({ params: { id } });
      session.answer(now, `${short(id)}  ${now.machine.state}`);
    });
}
