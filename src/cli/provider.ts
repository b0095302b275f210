/** What the commands about providers share. */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Certificate, Datastore, Provider, Trust } from '../contract/providers.ts';
import { CarrelError } from '../lib/errors.ts';
import { percent, wholeNumber } from './names.ts';
import type { Session } from './session.ts';
import { bytes, facts, localTimes } from './text.ts';

export interface EndpointOptions {
  address?: string;
  user?: string;
  passwordFile?: string;
  fingerprint?: string;
  caFile?: string;
  systemCa?: boolean;
  datacenter?: string;
  compute?: string;
  pool?: string;
  folder?: string;
  datastore?: string[];
  network?: string;
  maxMachines?: number;
  maxMemory?: number;
  maxVcpus?: number;
  maxStorage?: number;
  linkedShare?: number;
  guestUser?: string;
  guestPasswordFile?: string;
}

/** Of an option that may be given again. */
export const several = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

export function addEndpointOptions(command: Command): Command {
  return command
    .option('--address <url>', 'of the endpoint, such as https://vcenter.example.org')
    .option('--user <name>', 'account at the endpoint, such as carrel@vsphere.local')
    .option('--password-file <file>', 'its password, in a file of one line (- = standard input); asked for at a terminal if left out')
    .option('--fingerprint <sha256>', 'trust this one certificate: SHA-256, 64 hex digits')
    .option('--ca-file <file>', 'trust what these authorities signed for its name: PEM')
    .option('--system-ca', "trust what the system's authorities signed for its name")
    .option('--datacenter <path>', 'the only one if left out')
    .option('--compute <name>', 'cluster, or host that stands alone; the only one if left out')
    .option('--pool <name>', "resource pool of it that machines go to (default: the cluster's own)")
    .option('--folder <name>', 'folder for machines, made if it is missing (default: carrel)')
    .option('--datastore <name>', 'a datastore that may be used; once for each (default: all)', several)
    .option('--network <name>', "network of each machine's first card (default: the master's own)")
    .option('--max-machines <n>', 'most machines at one time', wholeNumber)
    .option('--max-memory <mib>', 'MiB promised to machines at most', wholeNumber)
    .option('--max-vcpus <n>', 'virtual CPUs promised at most', wholeNumber)
    .option('--max-storage <mib>', "MiB of storage promised to disks of machines at most (default: the datastores' size)", wholeNumber)
    .option('--linked-share <percent>', "of the size of a linked clone's disks so much is counted as storage (default: 5)", percent)
    .option('--guest-user <name>', "account inside the guests for VMware's guest operations, where images need one")
    .option('--guest-password-file <file>', 'its password, in a file of one line');
}

export function strategyOption(): Option {
  return new Option('--strategy <strategy>', 'how linked clones are made; by the kind of provider if left out').choices([
    'snapshot-clone',
    'child-disk',
    'shared-master',
  ]);
}

/** What of an endpoint may be used, as the API takes it. */
export function placesOf(o: EndpointOptions) {
  const limits = {
    ...(o.maxMachines === undefined ? {} : { machines: o.maxMachines }),
    ...(o.maxMemory === undefined ? {} : { memoryMiB: o.maxMemory }),
    ...(o.maxVcpus === undefined ? {} : { vcpus: o.maxVcpus }),
    ...(o.maxStorage === undefined ? {} : { storageMiB: o.maxStorage }),
  };
  return {
    ...(o.datacenter === undefined ? {} : { datacenter: o.datacenter }),
    ...(o.compute === undefined ? {} : { compute: o.compute }),
    ...(o.pool === undefined ? {} : { pool: o.pool }),
    ...(o.folder === undefined ? {} : { folder: o.folder }),
    ...(o.datastore === undefined ? {} : { datastores: o.datastore }),
    ...(o.network === undefined ? {} : { network: o.network }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(o.linkedShare === undefined ? {} : { linkedPercent: o.linkedShare }),
    ...(o.guestUser === undefined ? {} : { guestUser: o.guestUser }),
    ...(o.guestPasswordFile === undefined ? {} : { guestPassword: secretFrom(o.guestPasswordFile) }),
  };
}

/** The first line of a file; `-` is standard input. `bad-request` if there is none. */
export function secretFrom(file: string): string {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new CarrelError('bad-request', `the file ${file} cannot be read`, { cause });
  }
  const line = text.split(/\r?\n/, 1)[0] ?? '';
  if (line === '') throw new CarrelError('bad-request', `${file === '-' ? 'standard input' : `the file ${file}`} holds no password`);
  return line;
}

/** A password never comes as an argument: anybody on the machine can read those. */
export async function passwordFor(session: Session, user: string, file: string | undefined): Promise<string> {
  if (file !== undefined) return secretFrom(file);
  const typed = session.json ? undefined : await session.io.ask?.(`password of ${user}: `, { hidden: true });
  if (typed !== undefined && typed !== '') return typed;
  throw new CarrelError('bad-request', 'no password was given', {
    hint: 'Put it into a file that only you can read: --password-file FILE.',
  });
}

/** How the certificate is judged, as far as options say it. `bad-request` for two ways at once. */
export function saidTrust(o: EndpointOptions): Trust | undefined {
  const ways = [
    o.fingerprint === undefined ? undefined : { fingerprint256: checkedFingerprint(o.fingerprint) },
    o.caFile === undefined ? undefined : { ca: pem(o.caFile) },
    o.systemCa === true ? ({ system: true } as const) : undefined,
  ].filter((way) => way !== undefined);
  if (ways.length > 1) throw new CarrelError('bad-request', 'give one of --fingerprint, --ca-file and --system-ca');
  return ways[0];
}

function checkedFingerprint(text: string): string {
  if (text.replaceAll(/[:\s-]/g, '').match(/^[0-9a-fA-F]{64}$/)) return text;
  throw new CarrelError('bad-request', `${JSON.stringify(text)} is not a SHA-256 fingerprint`, {
    hint: 'It has 64 hex digits, as `openssl x509 -fingerprint -sha256` prints them.',
  });
}

/** `bad-request` unless it is an https address without an account in it. */
export function checkedAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && `${url.username}${url.password}` !== '') {
    throw new CarrelError('bad-request', 'an address holds no account: it is shown and stands in the audit log', {
      hint: 'Give the account with --user, and its password with --password-file or at the prompt.',
    });
  }
  if (url?.protocol === 'https:') return text;
  throw new CarrelError('bad-request', `${JSON.stringify(text)} is not the address of a vCenter or an ESXi host`, {
    hint: 'It begins with https://, such as https://vcenter.example.org',
  });
}

function pem(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CarrelError('bad-request', `the file ${file} cannot be read`, { cause });
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new CarrelError('bad-request', `${file} holds no certificate`, { hint: 'It must be PEM: -----BEGIN CERTIFICATE-----' });
}

/**
 * First contact without a way to judge the certificate: it is shown and asked about, never trusted silently. `bad-request` where
 * nobody can be asked, and when the answer is no.
 */
export async function trustByHand(session: Session, url: string): Promise<Trust> {
  const shown = await session.client.showCertificate({ body: { url } });
  const answer = session.json ? undefined : await session.io.ask?.(`${certificateText(url, shown)}\nIs this the server's own? Type yes: `);
  if (answer?.trim().toLowerCase() === 'yes') return { fingerprint256: shown.fingerprint256 };
  throw new CarrelError(
    'bad-request',
    answer === undefined ? 'nothing says how to trust the certificate' : 'the certificate was not accepted',
    {
      hint: `Compare it with what the server itself says, then give --fingerprint ${shown.fingerprint256.replaceAll(':', '')}`,
    },
  );
}

function certificateText(url: string, c: Certificate): string {
  return facts([
    ['server', url],
    ['subject', c.subject],
    ['issuer', c.issuer],
    ['valid to', c.validTo.slice(0, 10)],
    ['SHA-256', c.fingerprint256],
  ]);
}

const largestOf = ({ limits: { largestStorageMiB } }: Provider) =>
  largestStorageMiB === undefined ? '' : `; a machine's at most ${largestStorageMiB} MiB`;

function datastoreText({ awaySince, capacityMiB = 0, freeMiB = 0, roomMiB = freeMiB, promisedMiB }: Datastore): string {
  if (awaySince !== undefined)
    return localTimes(`away since ${awaySince}: how much room it has is not known; ${promisedMiB} MiB of it promised to machines`);
  return `${promisedMiB} of ${roomMiB} MiB promised to machines; ${freeMiB} of ${capacityMiB} MiB free`;
}

/** Where others alone have all that there is, an operator who knows better says how much of it is ours. */
const overcommitted = ({ limits }: Provider) =>
  limits.memoryMiB > 0 && limits.vcpus > 0
    ? ''
    : '. Nothing is left: --max-memory and --max-vcpus of `carrel provider set` say what may be promised all the same';

export function describeProvider(p: Provider): string {
  return facts([
    ['provider', `${p.name} (${p.kind}, ${p.state})`],
    [
      'draining',
      p.drainingSince === undefined
        ? undefined
        : `since ${localTimes(p.drainingSince)}: nothing new goes there, what is there stays until its end`,
    ],
    ['problem', p.problem === undefined ? undefined : localTimes(`${p.problem} (since ${p.since})`)],
    ['address', p.connection?.url],
    ['account', p.connection?.username],
    ['machines', `${p.used.machines} of ${p.limits.machines}`],
    ['memory', `${p.used.memoryMiB} of ${p.limits.memoryMiB} MiB`],
    ['vCPUs', `${p.used.vcpus} of ${p.limits.vcpus}`],
    [
      'held',
      p.held &&
        `${p.held.memoryMiB} MiB and ${p.held.vcpus} vCPUs by others' machines, HA or frozen parents: not promised${overcommitted(p)}`,
    ],
    ['disks', `${p.used.storageMiB} of ${p.limits.storageMiB} MiB, of linked clones ${p.linkedPercent} % counted${largestOf(p)}`],
    ['storage', p.storageBytes === undefined ? undefined : `${bytes(p.storageFreeBytes ?? 0)} free of ${bytes(p.storageBytes)}`],
    ...(p.datastores ?? []).map((d): [string, string] => [`datastore ${d.name}`, datastoreText(d)]),
    ['clone modes', p.cloneModes.join(', ')],
    ['recipes', p.recipes.join(', ')],
    ['imports', p.importFormats.join(', ')],
    ...Object.entries(p.facts),
  ]);
}
