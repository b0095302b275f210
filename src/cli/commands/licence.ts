import type { Command } from 'commander';
import type { Licence } from '../../contract/licences.ts';
import { wholeNumber } from '../names.ts';
import { several } from '../provider.ts';
import type { Cli } from '../session.ts';
import { table } from '../text.ts';

function said({ name, seats, images, held, mostHeld }: Licence): string {
  const of = images.length === 0 ? 'no image needs it yet' : `needed by ${images.join(', ')}`;
  const over = mostHeld > seats ? `; ${mostHeld} are promised at one time already, which stays` : '';
  return `${name}  ${held} of ${seats} seats held; ${of}${over}`;
}

export function addLicenceLs(program: Command, cli: Cli): void {
  program
    .command('ls')
    .description('how many machines of which images may be held at one time, and how many are')
    .action(async (_options: object, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listLicences();
      const rows = items.map((l) => [l.name, l.seats, l.held, l.mostHeld, l.images.join(', ')]);
      session.answer(items, items.length === 0 ? 'none' : table(['NAME', 'SEATS', 'HELD', 'MOST AHEAD', 'IMAGES'], rows));
    });
}

export function addLicenceAdd(program: Command, cli: Cli): void {
  program
    .command('add <name>')
    .description('limit how many machines of some images are held at one time, over all providers (operators)')
    .requiredOption('--seats <n>', 'so many', wholeNumber)
    .option('--image <name>', 'each machine of this image takes one; may be given again', several)
    .action(async (name: string, options: { seats: number; image?: string[] }, command: Command) => {
      const session = cli.open(command);
      const made = await session.client.addLicence({ body: { name, seats: options.seats, images: options.image ?? [] } });
      session.answer(made, said(made));
    });
}

export function addLicenceSet(program: Command, cli: Cli): void {
  program
    .command('set <name>')
    .description('change its seats, or which images need it; what is promised stays (operators)')
    .option('--seats <n>', 'so many', wholeNumber)
    .option('--image <name>', 'this image in place of those that it has; may be given again', several)
    .option('--no-images', 'no image needs it any more')
    .action(async (name: string, options: { seats?: number; image?: string[]; images: boolean }, command: Command) => {
      if (options.image && !options.images) command.error('error: either --image or --no-images, not both');
      const images = options.images ? options.image : [];
      if (options.seats === undefined && images === undefined) command.error('error: give --seats, --image or --no-images');
      const session = cli.open(command);
      const body = { ...(options.seats === undefined ? {} : { seats: options.seats }), ...(images === undefined ? {} : { images }) };
      const changed = await session.client.changeLicence({ params: { name }, body });
      session.answer(changed, said(changed));
    });
}

export function addLicenceRm(program: Command, cli: Cli): void {
  program
    .command('rm <name>')
    .description('limit no more (operators)')
    .action(async (name: string, _options: object, command: Command) => {
      const session = cli.open(command);
      session.answer(await session.client.removeLicence({ params: { name } }), `${name} is gone`);
    });
}
