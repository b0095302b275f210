/** reconcile, jobs, provider, audit */
import type { Command } from 'commander';
import type { OpenSession } from '../session.ts';
import { bytes, facts, table, when } from '../table.ts';
import { EXIT } from '../exit.ts';

export function addOperatorCommands(program: Command, open: OpenSession): void {
  program
    .command('reconcile')
    .description('compare the providers with the store and mend what is ours')
    .option('--dry-run', 'only say what would be done')
    .action(async (options: { dryRun?: boolean }, command: Command) => {
      const session = open(command);
      const report = await session.client.reconcile({ body: { dryRun: options.dryRun ?? false } });
      const rows = report.findings.map((f) => [f.outcome, f.kind, f.subject, f.action, f.problem ?? f.detail]);
      const text = rows.length === 0 ? 'nothing differs' : table(['OUTCOME', 'WHAT', 'SUBJECT', 'ACTION', 'DETAIL'], rows);
      session.answer(report, report.complete ? text : `${text}\nnot everything could be read, so nothing was deleted`);
      if (report.findings.some((f) => f.outcome === 'failed')) process.exitCode = EXIT.failed;
    });

  const jobs = program.command('jobs').description('durable work');
  jobs
    .command('ls')
    .description('newest first')
    .option('--state <state>', 'ready, running, done, undone or stuck')
    .action(async (options: { state?: string }, command: Command) => {
      const session = open(command);
      const { items } = await session.client.listJobs({
        query: { limit: 100, ...(options.state === undefined ? {} : { state: options.state as 'stuck' }) },
      });
      const rows = items.map((j) => [j.id.slice(0, 8), j.saga, j.state, j.direction, j.attempt, when(j.createdAt), j.error?.message]);
      session.answer(items, items.length === 0 ? 'no jobs' : table(['ID', 'SAGA', 'STATE', 'DIRECTION', 'TRIES', 'BEGUN', 'ERROR'], rows));
    });
  jobs
    .command('show <id>')
    .description('one job with its steps (whole id)')
    .action(async (id: string, _options: object, command: Command) => {
      const session = open(command);
      const job = await session.client.showJob({ params: { id } });
      const head = facts([
        ['job', job.id],
        ['saga', job.saga],
        ['state', `${job.state} (${job.direction})`],
        ['error', job.error?.message],
      ]);
      session.answer(
        job,
        `${head}\n${table(
          ['STEP', 'STATE', 'STARTED', 'FINISHED'],
          job.steps.map((s) => [s.name, s.state, s.startedAt, s.finishedAt]),
        )}`,
      );
    });
  jobs
    .command('retry <id>')
    .description('send a stuck job on its way again (whole id)')
    .action(async (id: string, _options: object, command: Command) => {
      const session = open(command);
      const job = await session.client.retryJob({ params: { id } });
      session.answer(job, `${job.id} is ${job.state}`);
    });

  program
    .command('provider')
    .description('where machines run')
    .command('ls')
    .description('providers with what they can do and how full they are')
    .action(async (_options: object, command: Command) => {
      const session = open(command);
      const { items } = await session.client.listProviders();
      const text = items.map((p) =>
        facts([
          ['provider', `${p.name} (${p.kind}, ${p.state})`],
          ['machines', `${p.used.machines} of ${p.limits.machines}`],
          ['memory', `${p.used.memoryMiB} of ${p.limits.memoryMiB} MiB`],
          ['vCPUs', `${p.used.vcpus} of ${p.limits.vcpus}`],
          ['storage', p.storageBytes === undefined ? undefined : `${bytes(p.storageFreeBytes ?? 0)} free of ${bytes(p.storageBytes)}`],
          ['clone modes', p.cloneModes.join(', ')],
          ['recipes', p.recipes.join(', ')],
          ...Object.entries(p.facts).map(([k, v]): [string, string] => [k, v]),
        ]),
      );
      session.answer(items, text.join('\n\n'));
    });

  program
    .command('audit')
    .description('who changed what, newest first')
    .option('--subject <id>', 'only about this reservation, machine, image, …')
    .action(async (options: { subject?: string }, command: Command) => {
      const session = open(command);
      const { items } = await session.client.listAudit({ query: { limit: 100, ...options } });
      session.answer(
        items,
        table(
          ['WHEN', 'WHO', 'WHAT', 'SUBJECT'],
          items.map((a) => [a.at, a.actor, a.action, `${a.subjectKind} ${a.subjectId}`]),
        ),
      );
    });
}
