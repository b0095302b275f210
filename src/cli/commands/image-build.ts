import type { Command } from 'commander';
import { followRevision } from '../follow.ts';
import { labelOption } from '../labels.ts';
import type { Cli } from '../session.ts';

interface Options {
  recipe?: string;
  description?: string;
  label?: Record<string, string>;
  publish: boolean;
  provider?: string;
}

export function addImageBuild(image: Command, cli: Cli): void {
  image
    .command('build <name>')
    .description("make an image's next revision by a recipe, from Debian packages")
    .option('--recipe <recipe>', 'starter (small, 10 s) or debian (full, about 2 min); for the image debian its own, else starter')
    .option('--description <text>', 'what the image is')
    .option('--label <label>', 'KEY=VALUE, on the image; as often as you like', labelOption)
    .option('--provider <name>', 'the host that makes it; that of the server which is asked, unless given')
    .option('--no-publish', 'leave it a draft')
    .action(async (name: string, options: Options, command: Command) => {
      const session = cli.open(command);
      const recipe = options.recipe ?? (name === 'debian' ? 'debian' : 'starter');
      const { label: labels, ...said } = options;
      const body = { ...said, recipe };
      const started = await session.client.buildImage({ params: { name }, body });
      if (labels !== undefined) await session.client.changeImage({ params: { name: started.image.name }, body: { labels } });
      await followRevision(session, started, `building by recipe ${recipe}`);
    });
}
