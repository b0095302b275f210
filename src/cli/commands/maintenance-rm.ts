import type { Command } from 'commander';
import { CarrelError } from '../../lib/errors.ts';
import type { Cli } from '../session.ts';

export function addMaintenanceRm(program: Command, cli: Cli): void {
  program
    .command('rm <id>')
    .description('take a window away (operators)')
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listMaintenance();
      const found = items.filter((m) => m.id.startsWith(text.toLowerCase()));
      const [one] = found;
      if (one === undefined) throw new CarrelError('not-found', `there is no window ${text}`, { hint: 'see `carrel maintenance ls`' });
      if (found.length > 1)
        throw new CarrelError('conflict', `${found.length} windows begin with ${text}`, { hint: 'give more of the id' });
      const done = await session.client.removeMaintenance({ params: { id: one.id } });
      session.answer(done, 'taken away');
    });
}
