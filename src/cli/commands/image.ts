/** image build|import|ls|show|verify|lineage|publish|retire|rm */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Revision, RevisionStarted } from '../../contract/images.ts';
import type { Lineage } from '../../contract/lineage.ts';
import { CarrelError } from '../../lib/errors.ts';
import { failed, follow, StageLine } from '../follow.ts';
import { imageAndRevision, type OpenSession, type Session } from '../session.ts';
import { bytes, facts, table, when } from '../table.ts';
import { EXIT } from '../exit.ts';

export function wholeNumber(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n <= 0) throw new InvalidArgumentError('a positive whole number is needed');
  return n;
}

export function addImageCommands(program: Command, open: OpenSession): void {
  const image = program.command('image').description('golden images and their revisions');

  image
    .command('build <name>')
    .description("make an image's next revision by a recipe, from Debian packages")
    .option('--recipe <recipe>', 'starter (small, 10 s) or debian (full, about 2 min); the name itself if it is one')
    .option('--description <text>')
    .option('--no-publish', 'leave it a draft')
    .action(async (name: string, options: { recipe?: string; description?: string; publish: boolean }, command: Command) => {
      const session = open(command);
      const body = {
        recipe: options.recipe ?? (name === 'debian' ? 'debian' : 'starter'),
        publish: options.publish,
        ...(options.description === undefined ? {} : { description: options.description }),
      };
      await followRevision(session, await session.client.buildImage({ params: { name }, body }), `building by recipe ${body.recipe}`);
    });

  addImport(image, open);

  image
    .command('ls')
    .description('images')
    .action(async (_options: object, command: Command) => {
      const session = open(command);
      const { items } = await session.client.listImages();
      const rows = items.map((i) => [i.name, i.published ?? '-', i.revisions, i.machines, i.owner, i.description]);
      session.answer(
        items,
        items.length === 0
          ? 'no images yet; make one with `carrel image build starter`'
          : table(['NAME', 'PUBLISHED', 'REVISIONS', 'MACHINES', 'OWNER', 'DESCRIPTION'], rows),
      );
    });

  image
    .command('show <image>')
    .description('an image with its revisions (NAME), or one revision (NAME@NUMBER)')
    .action(async (text: string, _options: object, command: Command) => {
      const session = open(command);
      const { name, number } = imageAndRevision(text);
      if (number !== undefined) {
        const revision = await session.client.showRevision({ params: { name, number } });
        session.answer(revision, describeRevision(revision));
        return;
      }
      const shown = await session.client.showImage({ params: { name } });
      const { items } = await session.client.listRevisions({ params: { name } });
      const rows = items.map((r) => [`${name}@${r.number}`, r.state, r.source.kind, r.machines, when(r.createdAt), r.failure?.message]);
      session.answer(
        { ...shown, items },
        `${shown.name}${shown.description ? `: ${shown.description}` : ''}\n${table(['REVISION', 'STATE', 'FROM', 'MACHINES', 'MADE', 'FAILURE'], rows)}`,
      );
    });

  image
    .command('verify <image>')
    .description('hash the golden files and compare with what was sealed')
    .action(async (text: string, _options: object, command: Command) => {
      const session = open(command);
      const { name, number } = imageAndRevision(text);
      const result = await session.client.verifyImage({ params: { name }, body: number === undefined ? {} : { revision: number } });
      const rows = result.checks.flatMap((c) =>
        c.files.map((f) => [`${name}@${c.revision}`, f.problem ?? 'ok', f.expectedSha256.slice(0, 16), f.path]),
      );
      session.answer(result, rows.length === 0 ? 'nothing is sealed yet' : table(['REVISION', 'RESULT', 'SHA-256', 'FILE'], rows));
      if (!result.ok) process.exitCode = EXIT.failed;
    });

  image
    .command('lineage [image]')
    .description('which disk stands on which, read from the disks themselves; of everything if no image is named')
    .action(async (name: string | undefined, _options: object, command: Command) => {
      const session = open(command);
      const lineage = name === undefined ? await session.client.lineage() : await session.client.imageLineage({ params: { name } });
      session.answer(lineage, tree(lineage));
    });

  for (const [verb, what] of [
    ['publish', 'hand this revision out from now on; running reservations stay as they are'],
    ['retire', 'hand this revision out no more'],
  ] as const) {
    image
      .command(`${verb} <revision>`)
      .description(`${what} (NAME@NUMBER)`)
      .action(async (text: string, _options: object, command: Command) => {
        const session = open(command);
        const params = needRevision(text);
        const now = verb === 'publish' ? await session.client.publishRevision({ params }) : await session.client.retireRevision({ params });
        session.answer(now, `${params.name}@${params.number} is ${now.state}`);
      });
  }

  image
    .command('rm <revision>')
    .description('remove a revision and its golden disks, if nothing stands on them (NAME@NUMBER)')
    .action(async (text: string, _options: object, command: Command) => {
      const session = open(command);
      const params = needRevision(text);
      const { job } = await session.client.deleteRevision({ params });
      const end = await follow(session, {
        look: () => session.client.showJob({ params: { id: job } }),
        stage: (j) => ({ text: 'removing', over: j.state !== 'ready' && j.state !== 'running' }),
        goesOn: 'the removal goes on',
        subjects: [job],
      });
      if (end.state !== 'done') throw failed('the revision was not removed', end.error);
      session.answer(end, `${params.name}@${params.number} is gone`);
    });
}

const FORMATS: Record<string, 'qcow2' | 'raw' | 'vmdk'> = {
  '.qcow2': 'qcow2',
  '.qcow': 'qcow2',
  '.img': 'raw',
  '.raw': 'raw',
  '.vmdk': 'vmdk',
};

function addImport(image: Command, open: OpenSession): void {
  image
    .command('import <file>')
    .description("make an image's next revision of a disk file of your own")
    .option('--name <name>', "the image's name; the file's if left out")
    .addOption(new Option('--format <format>', "what the file is; by its name's ending if left out").choices(['qcow2', 'raw', 'vmdk']))
    .option('--user <user>', 'the account that people log in to')
    .addOption(new Option('--agent <agent>', 'what answers inside').choices(['carrel', 'qga', 'none']))
    .option('--memory <mib>', 'MiB of memory', wholeNumber)
    .option('--vcpus <n>', 'virtual CPUs', wholeNumber)
    .option('--boot-timeout <s>', 'longest time from power-on to SSH, in seconds', wholeNumber)
    .option('--description <text>')
    .option('--no-publish', 'leave it a draft')
    .action(
      async (
        file: string,
        o: {
          name?: string;
          format?: 'qcow2' | 'raw' | 'vmdk';
          user?: string;
          agent?: 'carrel' | 'qga' | 'none';
          memory?: number;
          vcpus?: number;
          bootTimeout?: number;
          description?: string;
          publish: boolean;
        },
        command: Command,
      ) => {
        const session = open(command);
        if (!existsSync(file)) throw new CarrelError('not-found', `there is no file ${file}`);
        if (!statSync(file).isFile()) throw new CarrelError('bad-request', `${file} is not a file`);
        const format = o.format ?? FORMATS[extname(file).toLowerCase()];
        if (format === undefined)
          throw new CarrelError('bad-request', `the name ${basename(file)} does not tell the format`, {
            hint: 'give --format qcow2, raw or vmdk',
          });
        const size = statSync(file).size;
        if (size === 0) throw new CarrelError('bad-image', `${file} is empty`);
        const name = o.name ?? basename(file, extname(file)).toLowerCase();
        const line = new StageLine(session.json);
        const started = await session.client
          .uploadImage({
            params: { name },
            query: {
              format,
              publish: o.publish,
              ...(o.description === undefined ? {} : { description: o.description }),
              ...(o.user === undefined ? {} : { user: o.user }),
              ...(o.agent === undefined ? {} : { agent: o.agent }),
              ...(o.memory === undefined ? {} : { memoryMiB: o.memory }),
              ...(o.vcpus === undefined ? {} : { vcpus: o.vcpus }),
              ...(o.bootTimeout === undefined ? {} : { bootTimeoutS: o.bootTimeout }),
            },
            content: createReadStream(file),
            bytes: size,
            onProgress: (sent) => line.show(`uploading: ${Math.floor((10 * sent) / size) * 10} %`),
          })
          .finally(() => line.end());
        await followRevision(session, started, 'checking and sealing');
      },
    );
}

/** Follows a revision until it is there or has failed, and answers with it. */
export async function followRevision(session: Session, started: RevisionStarted, doing: string): Promise<void> {
  const { image: name, number, id } = started.revision;
  const end = await follow(session, {
    look: () => session.client.showRevision({ params: { name, number } }),
    stage: (r) => ({
      text: r.state === 'preparing' ? `${name}@${number}: ${doing}` : `${name}@${number}: ${r.state}`,
      over: r.state !== 'preparing',
    }),
    goesOn: `${name}@${number} goes on being made; see \`carrel image show ${name}\``,
    subjects: [id, started.job],
  });
  if (end.state === 'failed') throw failed(`${name}@${number} could not be made`, end.failure);
  session.answer(end, `${name}@${number} is ${end.state}`);
}

function needRevision(text: string): { name: string; number: number } {
  const { name, number } = imageAndRevision(text);
  if (number === undefined) throw new CarrelError('bad-request', 'name a revision', { hint: `such as ${name}@1` });
  return { name, number };
}

function describeRevision(r: Revision): string {
  const p = r.profile;
  return facts([
    ['revision', `${r.image}@${r.number} (${r.id})`],
    ['state', r.state],
    ['from', [r.source.kind, r.source.recipe, r.source.format, r.source.parent].filter(Boolean).join(' ')],
    ['made', `${r.createdAt} by ${r.createdBy}`],
    ['hardware', p ? `${p.hardware.vcpus} vCPU, ${p.hardware.memoryMiB} MiB, ${p.hardware.firmware}` : undefined],
    ['guest', p ? `${p.guest.os}, user ${p.guest.user}, agent ${p.guest.agent}` : undefined],
    ['machines', r.machines],
    ...r.masters.flatMap((m) =>
      m.files.map((f): [string, string] => ['file', `${f.path} (${bytes(f.bytes)}, sha256 ${f.sha256.slice(0, 16)}…)`]),
    ),
    ...Object.entries(r.facts).map(([k, v]): [string, string] => [k, v]),
    ['failure', r.failure ? `${r.failure.message}${r.failure.hint ? ` (${r.failure.hint})` : ''}` : undefined],
  ]);
}

/** Disks as a tree, what stands on a disk below it. */
export function tree(lineage: Lineage): string {
  const children = new Map<string, Set<string>>();
  const label = new Map<string, string>();
  const roots = new Set<string>();
  for (const chain of lineage.chains) {
    chain.disks.forEach((disk, i) => {
      if (i === 0) label.set(disk.path, `${chain.owner} ${chain.name ?? chain.id}`);
      const parent = chain.disks[i + 1];
      if (parent === undefined) roots.add(disk.path);
      else children.set(parent.path, (children.get(parent.path) ?? new Set()).add(disk.path));
    });
  }
  const lines: string[] = [];
  const walk = (path: string, depth: number) => {
    lines.push(`${'  '.repeat(depth)}${path}${label.has(path) ? `   (${label.get(path)})` : ''}`);
    for (const child of [...(children.get(path) ?? [])].sort()) walk(child, depth + 1);
  };
  for (const root of [...roots].sort()) walk(root, 0);
  for (const disk of lineage.unused) lines.push(`${disk.path}   (nothing uses it)`);
  if (!lineage.complete) lines.push('not everything could be read: what is missing here may be there');
  return lines.length === 0 ? 'no disks' : lines.join('\n');
}
