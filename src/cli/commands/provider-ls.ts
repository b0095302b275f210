import type { Command } from 'commander';
import type { Provider } from '../../contract/system.ts';
import type { Cli } from '../session.ts';
import { bytes, facts } from '../text.ts';

export function addProviderLs(provider: Command, cli: Cli): void {
  provider
    .command('ls')
    .description('providers with what they can do and how full they are')
    .action(async (_options: object, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listProviders();
      session.answer(items, items.map(describe).join('\n\n'));
    });
}

function describe(p: Provider): string {
  return facts([
    ['provider', `${p.name} (${p.kind}, ${p.state})`],
    ['problem', p.problem],
    ['machines', `${p.used.machines} of ${p.limits.machines}`],
    ['memory', `${p.used.memoryMiB} of ${p.limits.memoryMiB} MiB`],
    ['vCPUs', `${p.used.vcpus} of ${p.limits.vcpus}`],
    ['storage', p.storageBytes === undefined ? undefined : `${bytes(p.storageFreeBytes ?? 0)} free of ${bytes(p.storageBytes)}`],
    ['clone modes', p.cloneModes.join(', ')],
    ['recipes', p.recipes.join(', ')],
    ['imports', p.importFormats.join(', ')],
    ...Object.entries(p.facts),
  ]);
}
