import type { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { imageAndRevision } from '../names.ts';
import type { Cli } from '../session.ts';
import { table } from '../text.ts';

export function addImageVerify(image: Command, cli: Cli): void {
  image
    .command('verify <image>')
    .description('hash the golden files and compare with what was sealed (NAME or NAME@NUMBER)')
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { name, number } = imageAndRevision(text);
      const result = await session.client.verifyImage({ params: { name }, body: number === undefined ? {} : { revision: number } });
      const rows = result.checks.flatMap((c) =>
        c.files.map((f) => [`${name}@${c.revision}`, f.problem ?? 'ok', f.expectedSha256.slice(0, 16), f.path]),
      );
      session.answer(result, rows.length === 0 ? 'nothing is sealed yet' : table(['REVISION', 'RESULT', 'SHA-256', 'FILE'], rows));
      if (!result.ok) session.io.setExitCode(EXIT.failed);
    });
}
