import type { Command } from 'commander';
import type { Image, Revision } from '../../contract/images.ts';
import { imageAndRevision } from '../names.ts';
import { labelText } from '../labels.ts';
import type { Cli } from '../session.ts';
import { bytes, clock, facts, failureText, plain, table, when } from '../text.ts';

export function addImageShow(image: Command, cli: Cli): void {
  image
    .command('show <image>')
    .description('an image with its revisions (NAME), or one revision (NAME@NUMBER)')
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { name, number } = imageAndRevision(text);
      if (number !== undefined) {
        const revision = await session.client.showRevision({ params: { name, number } });
        session.answer(revision, describeRevision(revision));
        return;
      }
      const shown = await session.client.showImage({ params: { name } });
      const { items } = await session.client.listRevisions({ params: { name } });
      session.answer({ ...shown, items }, describeImage(shown, items));
    });
}

function describeImage(image: Image, revisions: readonly Revision[]): string {
  const head = `${image.name}${image.description ? `: ${plain(image.description)}` : ''}`;
  const rows = revisions.map((r) => [
    `${image.name}@${r.number}`,
    r.state,
    r.source.kind,
    r.machines,
    when(r.createdAt),
    r.failure?.message,
  ]);
  const labels = labelText(image);
  return `${head}\n${labels === '' ? '' : `labels: ${plain(labels)}\n`}${table(['REVISION', 'STATE', 'FROM', 'MACHINES', 'MADE', 'FAILURE'], rows)}`;
}

function describeRevision(r: Revision): string {
  const p = r.profile;
  return facts([
    ['revision', `${r.image}@${r.number} (${r.id})`],
    ['state', r.state],
    ['from', [r.source.kind, r.source.recipe, r.source.format, r.source.parent].filter(Boolean).join(' ')],
    ['machines', r.machines],
    ['made', `${clock(r.createdAt)} by ${r.createdBy}`],
    ['hardware', p && hardwareText(p.hardware)],
    ['guest', p && `${p.guest.os}, user ${p.guest.user}, agent ${p.guest.agent}, by ${p.guest.protocol ?? 'ssh'}`],
    ...r.masters
      .flatMap((m) => m.files.map((f) => ({ ...f, at: m.provider })))
      .map((f): [string, string] => ['golden file', `${f.path} on ${f.at} (${bytes(f.bytes)}, sha256 ${f.sha256.slice(0, 16)}…)`]),
    ...Object.entries(r.facts),
    ['failure', failureText(r.failure)],
  ]);
}

function hardwareText(hardware: NonNullable<Revision['profile']>['hardware']): string {
  const { vcpus, memoryMiB, firmware, secureBoot, tpm, cpu, diskBus, nic, sectorBytes } = hardware;
  const other = [
    secureBoot && 'secure boot',
    tpm && 'TPM 2.0 of each machine alone (empty at first, not captured)',
    cpu,
    diskBus && `disk on ${diskBus}`,
    sectorBytes && `sectors of ${sectorBytes} bytes`,
    nic && `card ${nic}`,
  ].filter((said) => said !== undefined);
  return [`${vcpus} vCPU`, `${memoryMiB} MiB`, firmware, ...other].join(', ');
}
