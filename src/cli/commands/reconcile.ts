import type { Command } from 'commander';
import { EXIT } from '../exit.ts';
import type { Cli } from '../session.ts';
import { table } from '../text.ts';

export function addReconcile(program: Command, cli: Cli): void {
  program
    .command('reconcile')
    .description('compare the providers with the store and mend what is ours (operators)')
    .option('--dry-run', 'only say what would be done')
    .action(async (options: { dryRun?: boolean }, command: Command) => {
      const session = cli.open(command);
      const report = await session.client.reconcile({ body: { dryRun: options.dryRun ?? false } });
      const rows = report.findings.map((f) => [f.outcome, f.kind, f.subject, f.action, f.problem ?? f.detail]);
      const text = rows.length === 0 ? 'nothing differs' : table(['OUTCOME', 'WHAT', 'SUBJECT', 'ACTION', 'DETAIL'], rows);
      session.answer(report, report.complete ? text : `${text}\n${partial(report.unread)}`);
      if (report.findings.some((f) => f.outcome === 'failed')) session.io.setExitCode(EXIT.failed);
    });
}

/** What a reading that was not whole has to say. */
function partial(unread: readonly string[] = []): string {
  if (unread.length === 0) return 'not everything could be read, so nothing was deleted';
  return `not read: ${unread.join(', ')}; nothing that may stand there was deleted, and nothing was called missing`;
}
