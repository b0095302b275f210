import type { Command } from 'commander';
import type { Client } from '../../client/client.ts';
import type { AuditEntry } from '../../contract/system.ts';
import { isCode } from '../../lib/errors.ts';
import { fullId } from '../names.ts';
import type { Cli } from '../session.ts';
import { table } from '../text.ts';

export function addAudit(program: Command, cli: Cli): void {
  program
    .command('audit')
    .description('who changed what, newest first (operators)')
    .option('--subject <id>', 'only about this reservation, machine, revision, …')
    .action(async (options: { subject?: string }, command: Command) => {
      const session = cli.open(command);
      const items = await (options.subject === undefined ? entries(session.client) : about(session.client, options.subject));
      const rows = items.map((a) => [a.at, a.actor, a.action, `${a.subjectKind} ${a.subjectId}`]);
      session.answer(items, items.length === 0 ? 'nothing yet' : table(['WHEN', 'WHO', 'WHAT', 'SUBJECT'], rows));
    });
}

async function entries(client: Client, subject?: string): Promise<AuditEntry[]> {
  return (await client.listAudit({ query: { limit: 100, ...(subject === undefined ? {} : { subject }) } })).items;
}

/** What is neither an id nor a machine's name may be a word that the log has, such as a group's, whose rules were changed. */
async function about(client: Client, text: string): Promise<AuditEntry[]> {
  try {
    return await entries(client, await fullId(client, text));
  } catch (error) {
    const found = isCode(error, 'not-found') ? await entries(client, text) : [];
    if (found.length === 0) throw error;
    return found;
  }
}
