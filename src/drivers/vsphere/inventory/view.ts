import type { MachineCondition } from '../../../core/condition.ts';
import type { DiskChain, DiskFile } from '../../../core/lineage.ts';
import type { PowerState } from '../../../driver/driver.ts';
import {
  type AnyValue,
  type AnyVirtualDevice,
  asDevices,
  diskChain,
  disksOf,
  type Entity,
  isA,
  type Ref,
  type VirtualDisk,
  type VirtualMachineQuestionInfo,
  type VirtualMachineSnapshotInfo,
} from '../../../vsphere/index.ts';
import { folderOf } from './paths.ts';
import { readTags, type Tags } from './tags.ts';

/** What is read of a machine before anything is done to it, in one request. */
export const VIEW_PATHS = [
  'name',
  'parent',
  'config.instanceUuid',
  'config.template',
  'config.files.vmPathName',
  'config.hardware.device',
  'config.extraConfig',
  'snapshot',
  'runtime.powerState',
  'runtime.connectionState',
  'runtime.question',
  'runtime.host',
] as const;

/** A machine as the server shows it, whoever's it is. */
export interface View {
  ref: Ref;
  name: string;
  /** Undefined while the configuration cannot be read: then nothing is known of its disks, which is not the same as having none (H48). */
  instanceUuid: string | undefined;
  template: boolean;
  /** `[ds] dir/name.vmx`. */
  vmPath: string | undefined;
  /** `[ds] dir/`. */
  folder: string | undefined;
  devices: readonly AnyVirtualDevice[];
  disks: readonly VirtualDisk[];
  tags: Tags;
  snapshots: VirtualMachineSnapshotInfo | undefined;
  power: PowerState;
  connection: string;
  /** What its host asks before it lets it go on. */
  question: VirtualMachineQuestionInfo | undefined;
  host: Ref | undefined;
}

/** A property by its path, from the cache or from a read. */
type Get = (path: (typeof VIEW_PATHS)[number]) => AnyValue | undefined;

export function viewOf(ref: Ref, get: Get): View {
  const vmPath = text(get('config.files.vmPathName'));
  const devices = asDevices(get('config.hardware.device'));
  const snapshots = get('snapshot');
  const question = get('runtime.question');
  return {
    ref,
    name: text(get('name')) ?? '',
    instanceUuid: text(get('config.instanceUuid'))?.toLowerCase(),
    template: get('config.template') === true,
    vmPath,
    folder: vmPath === undefined ? undefined : folderOf(vmPath),
    devices,
    disks: disksOf(devices),
    tags: readTags(get('config.extraConfig')),
    snapshots: isA(snapshots, 'VirtualMachineSnapshotInfo') ? snapshots : undefined,
    power: powerOf(text(get('runtime.powerState'))),
    connection: text(get('runtime.connectionState')) ?? 'connected',
    question: isA(question, 'VirtualMachineQuestionInfo') ? question : undefined,
    host: get('runtime.host') as Ref | undefined,
  };
}

export function viewOfEntity(entity: Entity): View {
  return viewOf(entity.ref, (path) => entity.props.get(path));
}

function text(value: AnyValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function powerOf(state: string | undefined): PowerState {
  return state === 'poweredOn' ? 'on' : state === 'suspended' ? 'suspended' : 'off';
}

/**
 * The power state in the port's words: an instant clone runs from the start, but until it is switched on nobody reaches it and it has done
 * nothing yet that is its own. It counts as suspended until then.
 */
export function shownPower({ power, tags }: Pick<View, 'power' | 'tags'>): PowerState {
  return power === 'on' && tags.held ? 'suspended' : power;
}

/** Words of a host that stopped a machine because its datastore is full: `msg.hbacommon.outofspace`, "There is no more space for virtual disk …". */
const NO_SPACE = /outofspace|no (more )?space/i;

/** What keeps it from working; undefined where nothing does. `hung`: whether its guest is known to hang. */
export function conditionOf({ connection, question }: View, hung: boolean): MachineCondition | undefined {
  if (connection !== 'connected') return 'unreachable';
  if (question === undefined) return hung ? 'hung' : undefined;
  const words = [question.text, ...(question.message ?? []).map((each) => `${each.id} ${each.text ?? ''}`)];
  return words.some((each) => NO_SPACE.test(each)) ? 'out-of-space' : 'question';
}

/** Whether it carries the tag of this installation under its own instance UUID. */
export function isOwned(view: View, installationId: string): boolean {
  return view.tags.installation === installationId && view.tags.id !== undefined && view.tags.id === view.instanceUuid;
}

/** Sizes in bytes by path, where they were read. */
export type Sizes = ReadonlyMap<string, number>;

/** The chains of a machine's disks as the hypervisor tells them, leaf first. `bytes` is 0 where nobody asked for sizes. */
export function chainsOf(view: View, sizes: Sizes = new Map()): DiskChain[] {
  return view.disks.map((disk) => chainOf(disk, sizes)).filter((chain) => chain.length > 0);
}

function chainOf(disk: VirtualDisk, sizes: Sizes): DiskChain {
  const paths = diskChain(disk);
  const virtualBytes = Number(disk.capacityInBytes ?? disk.capacityInKB * 1024n);
  const ids = contentIds(disk);
  return paths.map(
    (path, i): DiskFile => ({
      path,
      format: 'vmdk',
      parent: paths[i + 1],
      bytes: sizes.get(path) ?? 0,
      virtualBytes,
      identity: ids[i] ?? '',
    }),
  );
}

/** `contentId` of each disk of a chain, leaf first: it changes when the disk is written (vsphere.md §3.5). */
export function contentIds(disk: VirtualDisk): (string | undefined)[] {
  return backings(disk).map(({ contentId }) => contentId);
}

/** The datastore of each disk of a chain, leaf first. */
export function datastoresOf(disk: VirtualDisk): (Ref | undefined)[] {
  return backings(disk).map(({ datastore }) => datastore);
}

interface Backing {
  contentId?: string;
  fileName?: string;
  datastore?: Ref;
  parent?: unknown;
}

function backings(disk: VirtualDisk): Backing[] {
  const out: Backing[] = [];
  let backing: unknown = disk.backing;
  for (let depth = 0; typeof backing === 'object' && backing !== null && depth < 512; depth++) {
    const one = backing as Backing;
    if (one.fileName !== undefined) out.push(one);
    backing = one.parent;
  }
  return out;
}

/** All folders that a machine needs: its own, and those that its disks' chains lie in. */
export function foldersUsed(view: View): Set<string> {
  const used = new Set<string>();
  if (view.folder !== undefined) used.add(view.folder);
  for (const disk of view.disks) for (const path of diskChain(disk)) used.add(folderOf(path));
  return used;
}
