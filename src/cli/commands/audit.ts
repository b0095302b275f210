import type { Command } from 'commander';
import type { Cli } from '../session.ts';
import { table } from '../text.ts';

export function addAudit(program: Command, cli: Cli): void {
  program
    .command('audit')
    .description('who changed what, newest first (operators)')
    .option('--subject <id>', 'only about this reservation, machine, revision, …')
    .action(async (options: { subject?: string }, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listAudit({ query: { limit: 100, ...options } });
      const rows = items.map((a) => [a.at, a.actor, a.action, `${a.subjectKind} ${a.subjectId}`]);
      session.answer(items, items.length === 0 ? 'nothing yet' : table(['WHEN', 'WHO', 'WHAT', 'SUBJECT'], rows));
    });
}
