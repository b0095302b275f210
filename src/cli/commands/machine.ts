import type { Command } from 'commander';
import { everyPage, findMachine } from '../names.ts';
import type { Cli } from '../session.ts';
import { short, table, when } from '../text.ts';

export function addMachineLs(machine: Command, cli: Cli): void {
  machine
    .command('ls')
    .description("machines and whose they are, newest first, also those that are nobody's (operators)")
    .option('--gone', 'those that are gone too')
    .option('--nobodys', "only those that are nobody's")
    .action(async ({ gone = false, nobodys = false }: { gone?: boolean; nobodys?: boolean }, command: Command) => {
      const session = cli.open(command);
      const items = await everyPage((page) => session.client.listMachines({ query: { all: true, gone, nobodys, ...page } }));
      const rows = items.map((m) => [
        short(m.id),
        m.state,
        `${m.image}@${m.revision}`,
        m.provider,
        m.nobodys === true || m.owner === undefined ? 'nobody' : m.owner,
        m.reservation === undefined ? '' : short(m.reservation),
        when(m.createdAt),
      ]);
      const head = ['ID', 'STATE', 'IMAGE', 'PROVIDER', 'OWNER', 'RESERVATION', 'SINCE'];
      session.answer(items, items.length === 0 ? 'no machines' : table(head, rows));
    });
}

export function addMachineEnd(machine: Command, cli: Cli): void {
  machine
    .command('end <id>')
    .description("take a machine away that is nobody's (operators)")
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const id = await findMachine(session.client, text);
      const ended = await session.client.endMachine({ params: { id } });
      session.answer(ended, `${short(id)}  ${ended.state}`);
    });
}
