import { open as openFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Readable } from 'node:stream';
import { type Command, Option } from 'commander';
import type { RevisionStarted, UploadQuery } from '../../contract/images.ts';
import { ApiError } from '../../client/errors.ts';
import { CarrelError } from '../../lib/errors.ts';
import { followJob, followRevision, StageLine, waitForRevision } from '../follow.ts';
import { interruptible } from '../io.ts';
import { revisionOf, wholeNumber } from '../names.ts';
import { proveAndAnswer } from '../proof.ts';
import { labelOption } from '../labels.ts';
import type { Cli, Session } from '../session.ts';

interface Options extends Omit<UploadQuery, 'memoryMiB' | 'bootTimeoutS' | 'publish' | 'masterOf'> {
  name?: string;
  memory?: number;
  bootTimeout?: number;
  publish?: boolean;
  prove?: boolean;
  vm?: string;
  adopt?: boolean;
  label?: Record<string, string>;
  asMasterOf?: { name: string; number: number };
}

export function addImageImport(image: Command, cli: Cli): void {
  image
    .command('import [file]')
    .description("make an image's next revision of a disk file of your own, or of a machine that a provider has")
    .option('--provider <name>', 'provider that has the machine, or that the disk goes to')
    .option('--vm <path>', 'machine or template there, by its path as `carrel provider vms` shows it')
    .option('--adopt', 'take it as it lies, as the golden machine, instead of copying it')
    .addOption(
      new Option(
        '--access <way>',
        "how its machines are set up: by cloud-init, for each machine anew (a cloud image as it is shipped), by the provider's guest account; Windows by Sysprep (vCenter) or cloudbase-init",
      ).choices(['cloud-init', 'guest-operations', 'sysprep', 'cloudbase-init']),
    )
    .option('--name <name>', "the image's name; the file's if left out")
    .addOption(
      new Option('--format <format>', 'what the file must be; its content tells it anyway').choices([
        'qcow2',
        'raw',
        'vmdk',
        'vhd',
        'vhdx',
        'vdi',
      ]),
    )
    .option('--os <os>', 'what runs in it, for people')
    .option('--user <user>', 'the account that people log in to')
    .option('--ssh-port <port>', 'where its SSH server listens; 22 if left out', wholeNumber)
    .addOption(
      new Option('--protocol <protocol>', 'how people come in: by SSH (if left out), or by Remote Desktop and not by SSH').choices([
        'ssh',
        'rdp',
      ]),
    )
    .addOption(new Option('--agent <agent>', 'what answers inside').choices(['carrel', 'qga', 'none']))
    .option('--memory <mib>', 'MiB of memory', wholeNumber)
    .option('--vcpus <n>', 'virtual CPUs', wholeNumber)
    .addOption(new Option('--firmware <firmware>', 'what it boots by').choices(['bios', 'efi']))
    .option('--secure-boot', 'its EFI firmware runs only what is signed (on QEMU)')
    .option('--no-secure-boot', 'none, also where the description of an OVA has it')
    .option('--tpm', 'a TPM 2.0 for each machine, of its own and empty at first (on QEMU)')
    .option('--no-tpm', 'none, also where the description of an OVA has one')
    .addOption(
      new Option('--cpu <level>', 'processor that it is built for, where it is imitated; x86-64-v2 if left out').choices([
        'x86-64',
        'x86-64-v2',
        'x86-64-v3',
      ]),
    )
    .addOption(
      new Option('--disk-bus <bus>', 'what its disk hangs on: what it has a driver for').choices([
        'virtio',
        'sata',
        'pvscsi',
        'lsilogicsas',
      ]),
    )
    .addOption(new Option('--nic <card>', 'its network card').choices(['virtio', 'e1000', 'e1000e', 'vmxnet3']))
    .option('--boot-timeout <s>', 'longest time from power-on to SSH, in seconds', wholeNumber)
    .option('--description <text>', 'what the image is')
    .option('--label <label>', 'KEY=VALUE, on the image; as often as you like', labelOption)
    .option(
      '--as-master-of <revision>',
      'make no new revision: one more master of this one (NAME@NUMBER), with the same content',
      revisionOf,
    )
    .option('--prove', 'lend it once to see whether it can be, and hand it out then')
    .option('--publish', 'hand it out as soon as it is there, unseen')
    .option('--no-publish', 'leave it a draft, also with --prove; that is so without any of the three')
    .action(async (file: string | undefined, options: Options, command: Command) => {
      const session = cli.open(command);
      const started = await begin(session, file, options);
      const { label: labels } = options;
      if (labels !== undefined) await session.client.changeImage({ params: { name: started.image.name }, body: { labels } });
      if (options.asMasterOf === undefined) {
        if (options.prove !== true) return followRevision(session, started, 'checking and sealing');
        await waitForRevision(session, started, 'checking and sealing');
        const { image: name, number } = started.revision;
        return proveAndAnswer(session, { name, number }, { publish: options.publish ?? true });
      }
      const { name, number } = options.asMasterOf;
      await followJob(
        session,
        started.job,
        `checking and sealing a master of ${name}@${number}`,
        `it goes on; see \`carrel image show ${name}@${number}\``,
      );
      const revision = await session.client.showRevision({ params: { name, number } });
      session.answer(revision, `${name}@${number} has masters on ${revision.masters.map((m) => m.provider).join(', ')}`);
    });
}

async function begin(session: Session, file: string | undefined, options: Options): Promise<RevisionStarted> {
  const { provider, vm, adopt, name, format, firmware, asMasterOf, prove: _, publish: __, label: ___, ...rest } = options;
  if (asMasterOf !== undefined && [name, options.description, options.publish, options.prove].some((said) => said !== undefined)) {
    throw new CarrelError('bad-request', 'name, description, proof and publishing are those of the revision', {
      hint: 'leave --name, --description, --prove, --publish and --no-publish out, or --as-master-of',
    });
  }
  if (file !== undefined && vm === undefined && adopt === undefined) return sendFile(session, file, options);
  if (provider === undefined || vm === undefined || file !== undefined) {
    throw new CarrelError('bad-request', 'give either a file, or --vm with --provider', {
      hint: 'carrel image import disk.qcow2, or carrel image import --provider lab --vm templates/debian --name debian',
    });
  }
  const { memory, bootTimeout, secureBoot, tpm, cpu, diskBus, nic, ...told } = rest;
  if ([format, firmware, secureBoot, tpm, cpu, diskBus, nic].some((said) => said !== undefined)) {
    throw new CarrelError('bad-request', 'format, firmware, TPM, processor, bus and card are those of the machine', {
      hint: 'leave --format, --firmware, --secure-boot, --tpm, --cpu, --disk-bus and --nic out',
    });
  }
  return session.client.importVm({
    params: { name: asMasterOf?.name ?? name ?? (vm.split('/').at(-1) ?? vm).toLowerCase() },
    body: {
      ...told,
      publish: handedOut(options),
      ...(asMasterOf === undefined ? {} : { masterOf: asMasterOf.number }),
      provider,
      vm,
      how: adopt ? 'adopt' : 'copy',
      ...(memory === undefined ? {} : { memoryMiB: memory }),
      ...(bootTimeout === undefined ? {} : { bootTimeoutS: bootTimeout }),
    },
  });
}

/** At once; what is proved first is handed out by that. */
const handedOut = ({ publish, prove }: Options): boolean => publish === true && prove !== true;

function queryOf(options: Options): UploadQuery {
  const { name: _, memory, bootTimeout, vm: __, adopt: ___, prove: ____, label: _____, asMasterOf, ...rest } = options;
  return {
    ...rest,
    publish: handedOut(options),
    ...(asMasterOf === undefined ? {} : { masterOf: asMasterOf.number }),
    ...(memory === undefined ? {} : { memoryMiB: memory }),
    ...(bootTimeout === undefined ? {} : { bootTimeoutS: bootTimeout }),
  };
}

async function openChecked(file: string) {
  const handle = await openFile(file, 'r').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') throw new CarrelError('not-found', `there is no file ${file}`);
    throw new CarrelError('bad-request', `${file} cannot be read`, { cause });
  });
  const stat = await handle.stat();
  const wrong = !stat.isFile()
    ? new CarrelError('bad-request', `${file} is not a file`)
    : stat.size === 0
      ? new CarrelError('bad-image', `${file} is empty`)
      : undefined;
  if (wrong !== undefined) {
    await handle.close();
    throw wrong;
  }
  return { handle, size: stat.size };
}

/** What is sent of a file: itself, or of an OVF description the OVA that it makes with what lies beside it. */
async function contentOf(file: string): Promise<{ bytes: number; content: Readable; close: () => Promise<void> }> {
  const { handle, size } = await openChecked(file);
  try {
    const { isOvf, ovfArchive } = await import('../ovf-archive.ts');
    if (await isOvf(handle)) return { ...(await ovfArchive(file)), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
  // A file that grows meanwhile is sent as long as it was.
  const content = handle.createReadStream({ start: 0, end: size - 1, highWaterMark: 1 << 20, autoClose: false });
  return { bytes: size, content, close: () => handle.close() };
}

async function sendFile(session: Session, file: string, options: Options): Promise<RevisionStarted> {
  const unpacked = basename(file).replace(/\.(gz|xz|zst)$/i, '');
  const name = options.asMasterOf?.name ?? options.name ?? basename(unpacked, extname(unpacked)).toLowerCase();
  const { bytes, content, close } = await contentOf(file);
  const line = new StageLine(session);
  const query = queryOf(options);
  try {
    // Gigabytes are not sent to be refused for an option.
    await session.client.checkUpload({ params: { name }, query: { ...query, bytes } }).catch(unlessUnknown);
    return await interruptible(
      session.io,
      () => 'the upload was cut off; nothing of it is kept',
      (signal) =>
        session.client.uploadImage(
          {
            params: { name },
            query,
            content,
            bytes,
            onProgress: (sent) => line.show(`uploading: ${Math.floor((10 * sent) / bytes) * 10} %`),
          },
          { signal },
        ),
    );
  } finally {
    line.end();
    content.destroy();
    await close();
  }
}

/** A server of before knows no such question, and refuses once the file comes. */
function unlessUnknown(error: unknown): void {
  if (!(error instanceof ApiError && error.status === 404 && error.message === 'there is nothing at this address')) throw error;
}
