import type { Command } from 'commander';
import { writeAsked } from '../files.ts';
import { findReservation } from '../names.ts';
import type { Cli } from '../session.ts';

export function addScreenshot(program: Command, cli: Cli): void {
  program
    .command('screenshot <id>')
    .description("a picture (PNG) of the machine's screen as it is now")
    .option('--file <file>', 'where to write it; HOSTNAME.png if left out')
    .action(async (text: string, options: { file?: string }, command: Command) => {
      const session = cli.open(command);
      const { id, hostname } = await findReservation(session.client, text);
      const picture = await session.client.screenshot({ params: { id } });
      const file = options.file ?? `${hostname}.png`;
      await writeAsked(file, picture);
      session.answer({ file, bytes: picture.length }, `${file} is written`);
    });
}
