import type { Command } from 'commander';
import type { ProviderCheck } from '../../contract/providers.ts';
import { revisionOf } from '../names.ts';
import type { Cli } from '../session.ts';
import { bytes, facts, table } from '../text.ts';

export function addProviderCheck(provider: Command, cli: Cli): void {
  provider
    .command('check <name>')
    .description('look at an endpoint and say all that is wrong, and what to do; ends with 1 if something blocks (operators)')
    .option('--clone <image>', 'make a linked clone of this image there too (NAME or NAME@NUMBER), and take it away again')
    .action(async (name: string, options: { clone?: string }, command: Command) => {
      const session = cli.open(command);
      const report = await session.client.checkProvider({ params: { provider: name }, body: wanted(options.clone) });
      session.answer(report, describe(report));
      if (!report.ok) session.io.setExitCode(1);
    });
}

function wanted(clone: string | undefined): { clone?: string; revision?: number } {
  if (clone === undefined) return {};
  if (!clone.includes('@')) return { clone };
  const { name, number } = revisionOf(clone);
  return { clone: name, revision: number };
}

function describe(r: ProviderCheck): string {
  const drs = r.cluster?.drs === undefined ? '' : `, DRS ${r.cluster.drs}`;
  const about = facts([
    ['server', `${r.server.name} (API ${r.server.apiVersion})`],
    ['data center', r.datacenter],
    ['cluster', r.cluster && `${r.cluster.name}, ${r.cluster.hosts} host${r.cluster.hosts === 1 ? '' : 's'}${drs}`],
    ['linked clones', r.strategies.join(', ')],
    ['networks', r.networks.join(', ')],
    ['clock', `${r.clockSkewS} s off ours`],
    [
      'trial',
      r.trial &&
        `a linked clone of ${r.trial.revision} in ${r.trial.cloneMs} ms, gone in ${r.trial.removeMs} ms, on ${r.trial.disks[1] ?? '?'}`,
    ],
  ]);
  const stores = table(
    ['DATASTORE', 'TYPE', 'USED', 'FREE', 'OF'],
    r.datastores.map((d) => [d.name, d.type, d.used ? 'yes' : 'no', bytes(d.freeBytes), bytes(d.capacityBytes)]),
  );
  const problems = r.problems.map((p) => `${p.blocking ? 'BLOCKS' : 'note  '}  ${p.message}\n        ${p.hint}`);
  return [about, stores, problems.length === 0 ? 'nothing is wrong' : problems.join('\n')].filter((part) => part !== '').join('\n\n');
}

export function addProviderVms(provider: Command, cli: Cli): void {
  provider
    .command('vms <name>')
    .description('machines and templates there, to import one (operators)')
    .action(async (name: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listProviderVms({ params: { provider: name } });
      const rows = items.map((vm) => [
        vm.path,
        vm.template ? 'template' : `machine, ${vm.power}`,
        [vm.ours ? "Carrel's" : '', vm.unreadable ? 'cannot be read' : ''].filter((w) => w !== '').join(', '),
      ]);
      session.answer(items, table(['PATH', 'KIND', ''], rows));
    });
}
