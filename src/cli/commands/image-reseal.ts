import type { Command } from 'commander';
import { revisionOf } from '../names.ts';
import type { Cli } from '../session.ts';
import { plain } from '../text.ts';

export function addImageReseal(image: Command, cli: Cli): void {
  image
    .command('reseal <revision>')
    .description('for operators: seal golden disks anew where they lie now, after all that was sealed was compared (NAME@NUMBER)')
    .requiredOption('--reason <text>', 'why they are right as they are, for the audit log')
    .option('--provider <name>', 'only there; all that have golden disks of it, unless given')
    .action(async (text: string, { reason, provider }: { reason: string; provider?: string }, command: Command) => {
      const session = cli.open(command);
      const params = revisionOf(text);
      const body = { reason, ...(provider === undefined ? {} : { provider }) };
      const now = await session.client.resealRevision({ params, body });
      const on = now.masters.filter((m) => provider === undefined || m.provider === provider).map((m) => plain(m.provider));
      session.answer(now, `${plain(now.image)}@${now.number} is sealed anew on ${on.join(' and ')}; it is ${now.state}`);
    });
}
