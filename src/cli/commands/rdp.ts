import type { Command } from 'commander';
import { writeAsked } from '../files.ts';
import { findReservation } from '../names.ts';
import type { Cli } from '../session.ts';

export function addRdp(program: Command, cli: Cli): void {
  program
    .command('rdp <id>')
    .description('a file with which a Remote Desktop client connects to the machine; without the password, which `carrel connect` says')
    .option('--file <file>', 'where to write it; standard output if left out')
    .action(async (text: string, { file }: { file?: string }, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const content = await session.client.rdpFile({ params: { id } });
      if (file === undefined) {
        session.answer({ content }, content.trimEnd());
        return;
      }
      await writeAsked(file, content);
      session.answer({ file }, `${file} is written: open it with a Remote Desktop client; \`carrel connect ${text}\` says the password`);
    });
}
