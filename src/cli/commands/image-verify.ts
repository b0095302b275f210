import type { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { imageAndRevision } from '../names.ts';
import type { Cli } from '../session.ts';
import { table } from '../text.ts';

/** What "ok" rests on. */
const OK = { bytes: 'ok', samples: 'ok, by samples', descriptor: 'ok, by its descriptor only' } as const;

export function addImageVerify(image: Command, cli: Cli): void {
  image
    .command('verify <image>')
    .description('hash the golden files and compare with what was sealed (NAME or NAME@NUMBER)')
    .option('--provider <name>', 'only what lies on that one')
    .option('--full', 'on vSphere: every byte that was hashed, not only samples')
    .action(async (text: string, { full, provider }: { full?: true; provider?: string }, command: Command) => {
      const session = cli.open(command);
      const { name, number } = imageAndRevision(text);
      const body = {
        ...(number === undefined ? {} : { revision: number }),
        ...(provider === undefined ? {} : { provider }),
        ...(full === undefined ? {} : { full }),
      };
      const result = await session.client.verifyImage({ params: { name }, body });
      const rows = result.checks.flatMap((c) =>
        c.files.map((f) => [`${name}@${c.revision}`, f.problem ?? OK[f.compared ?? 'bytes'], f.expectedSha256.slice(0, 16), f.path]),
      );
      for (const { path, note } of result.checks.flatMap((c) => c.files)) if (note !== undefined) session.say(`${path}: ${note}`);
      session.answer(result, rows.length === 0 ? 'nothing is sealed yet' : table(['REVISION', 'RESULT', 'SHA-256', 'FILE'], rows));
      if (!result.ok) session.io.setExitCode(EXIT.failed);
    });
}
