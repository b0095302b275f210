import type { Command } from 'commander';
import type { Cli } from '../session.ts';
import { labelChange, labelText } from '../labels.ts';
import { plain } from '../text.ts';

export function addImageRename(image: Command, cli: Cli): void {
  image
    .command('rename <image> <name>')
    .description('give an image another name; what is reserved of it stays as it is')
    .action(async (old: string, name: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const now = await session.client.changeImage({ params: { name: old }, body: { name } });
      session.answer(now, `${old} is called ${now.name} now`);
    });
}

export function addImageDescribe(image: Command, cli: Cli): void {
  image
    .command('describe <image> <text>')
    .description("say what an image is, in place of what was said before ('' takes it away)")
    .action(async (name: string, description: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const now = await session.client.changeImage({ params: { name }, body: { description } });
      session.answer(now, now.description === '' ? `${now.name} has no description now` : `${now.name}: ${plain(now.description)}`);
    });
}

export function addImageLabel(image: Command, cli: Cli): void {
  image
    .command('label <image>')
    .description('put labels on an image (KEY=VALUE) or take them away (KEY-): `carrel image ls --label KEY=VALUE` finds it by them')
    .argument('<labels...>', 'KEY=VALUE or KEY-', (text: string, before: [string, string | null][] | undefined) => [
      ...(before ?? []),
      labelChange(text),
    ])
    .action(async (name: string, changes: [string, string | null][], _options: object, command: Command) => {
      const session = cli.open(command);
      const now = await session.client.changeImage({ params: { name }, body: { labels: Object.fromEntries(changes) } });
      session.answer(now, `${now.name} has ${labelText(now) || 'no labels'}`);
    });
}
