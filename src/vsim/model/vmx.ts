import { newRecord } from './configure.ts';
import type { Model } from './model.ts';
import { generateMac } from './network.ts';
import { split } from './storage.ts';
import { type DiskDevice, disksOf, type NicDevice, nicsOf, SCSI_CONTROLLER, type VmRecord } from './vm-record.ts';

/** Keys that are fields of the record and not extra configuration. */
const KNOWN =
  /^(displayName|memSize|numvcpus|guestOS|annotation|uuid\.bios|vc\.uuid|virtualHW\.version|firmware|workingDir|config\.version|\.encoding|scsi0(:\d+)?\..*|ethernet\d+\..*)$/i;

/** Reads a .vmx that somebody uploaded: the keys that VCL and hand-made VMs use; the rest is kept as extra configuration. */
export function parseVmx(m: Model, vmPath: string, text: string): VmRecord {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([A-Za-z0-9_.:]+)\s*=\s*"(.*)"\s*$/.exec(line);
    if (match !== null) values.set(match[1] as string, unescape(match[2] as string));
  }
  const get = (key: string) => [...values].find(([k]) => k.toLowerCase() === key.toLowerCase())?.[1];
  const { datastore, path } = m.storage.parse(vmPath);
  const { dir, name } = split(path);
  const record = newRecord(m, get('displayName') ?? name.replace(/\.vmx$/, ''), vmPath);
  record.memoryMB = Number.parseInt(get('memSize') ?? '', 10) || record.memoryMB;
  record.numCPUs = Number.parseInt(get('numvcpus') ?? '', 10) || 1;
  record.guestId = get('guestOS') ?? record.guestId;
  record.annotation = get('annotation') ?? '';
  record.firmware = get('firmware') ?? 'bios';
  const working = get('workingDir');
  if (working !== undefined && working !== '.') record.workingDir = absolute(m, datastore.full(dir), working);
  record.devices.push(SCSI_CONTROLLER);
  for (let unit = 0; unit < 16; unit++) {
    const file = get(`scsi0:${unit}.fileName`);
    if (file === undefined || !file.endsWith('.vmdk')) continue;
    const disk: DiskDevice = {
      kind: 'disk',
      key: 2000 + unit,
      controllerKey: 1000,
      unitNumber: unit,
      label: `Hard disk ${disksOf(record).length + 1}`,
      path: absolute(m, datastore.full(dir), file),
      mode: (get(`scsi0:${unit}.mode`) ?? 'persistent').replace('-', '_'),
    };
    record.devices.push(disk);
  }
  for (let n = 0; n < 10; n++) {
    const network = get(`ethernet${n}.networkName`);
    if (network === undefined) continue;
    const fixed = get(`ethernet${n}.address`);
    const nic: NicDevice = {
      kind: 'nic',
      model: /vmxnet/i.test(get(`ethernet${n}.virtualDev`) ?? '') ? 'VirtualVmxnet3' : 'VirtualE1000',
      key: 4000 + n,
      controllerKey: 100,
      unitNumber: 7 + n,
      label: `Network adapter ${n + 1}`,
      network: m.networks.find((net) => net.name === network)?.id,
      mac: fixed ?? generateMac(m),
      addressType: fixed === undefined ? 'generated' : 'manual',
      startConnected: true,
      connected: false,
      wakeOnLan: false,
    };
    record.devices.push(nic);
  }
  for (const [key, value] of values) if (!KNOWN.test(key)) record.extraConfig.set(key, value);
  return record;
}

/** A path of a .vmx as a datastore path: relative to its folder, or below /vmfs/volumes. */
function absolute(m: Model, folder: string, path: string): string {
  const volume = /^\/vmfs\/volumes\/([^/]+)\/(.*)$/.exec(path);
  if (volume === null) return path.startsWith('[') ? path : `${folder}/${path}`;
  const store = m.storage.all().find((ds) => ds.uuid === volume[1] || ds.name === volume[1]);
  return `[${store?.name ?? volume[1]}] ${(volume[2] ?? '').replace(/\/$/, '')}`;
}

const unescape = (text: string) =>
  text.replaceAll(/\|([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
const escape = (text: string) => text.replaceAll(/["|\n\r]/g, (c) => `|${c.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`);

/** The .vmx of a VM as a download shows it. */
export function vmxText(record: VmRecord): string {
  const lines: [string, string][] = [
    ['.encoding', 'UTF-8'],
    ['config.version', '8'],
    ['virtualHW.version', record.version.replace('vmx-', '')],
    ['displayName', record.name],
    ['guestOS', record.guestId],
    ['memSize', String(record.memoryMB)],
    ['numvcpus', String(record.numCPUs)],
    ['uuid.bios', record.uuid],
    ['vc.uuid', record.instanceUuid],
    ['firmware', record.firmware],
  ];
  if (record.workingDir !== undefined) lines.push(['workingDir', record.workingDir]);
  for (const disk of disksOf(record)) {
    lines.push(
      [`scsi0:${disk.unitNumber}.present`, 'TRUE'],
      [`scsi0:${disk.unitNumber}.fileName`, disk.path],
      [`scsi0:${disk.unitNumber}.mode`, disk.mode],
    );
  }
  for (const [n, nic] of nicsOf(record).entries()) {
    lines.push(
      [`ethernet${n}.present`, 'TRUE'],
      [`ethernet${n}.networkName`, nic.network ?? ''],
      [`ethernet${n}.generatedAddress`, nic.mac],
    );
  }
  for (const [key, value] of record.extraConfig) lines.push([key, value]);
  return `${lines.map(([key, value]) => `${key} = "${escape(value)}"`).join('\n')}\n`;
}
