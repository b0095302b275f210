/** OVAs as exporters write them, and as people spoil them. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface OvaOptions {
  /** File of the system disk. */
  disk: string;
  /** Changes the description before it is hashed. */
  edit?: (ovf: string) => string;
  /** Files of further disks, by name in the archive. */
  data?: Record<string, string>;
  /** Changes the manifest. */
  manifest?: (text: string) => string;
  hash?: 'sha1' | 'sha256';
  order?: ('ovf' | 'mf' | 'disk' | 'data')[];
  /** Of the disk in the archive. */
  gzip?: boolean;
  tar?: string[];
}

const item = (id: number, type: number, rest: string) =>
  `<Item><rasd:ElementName>x</rasd:ElementName><rasd:InstanceID>${id}</rasd:InstanceID>${rest}<rasd:ResourceType>${type}</rasd:ResourceType></Item>`;

function description({ disk, data = {}, gzip = false }: OvaOptions): string {
  const more = Object.keys(data);
  const drive = (n: number) =>
    item(
      10 + n,
      17,
      `<rasd:AddressOnParent>${n}</rasd:AddressOnParent><rasd:HostResource>ovf:/disk/vmdisk${n}</rasd:HostResource><rasd:Parent>3</rasd:Parent>`,
    );
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References><File ovf:href="disk-0.vmdk" ovf:id="file0" ovf:size="${statSync(disk).size}"${gzip ? ' ovf:compression="gzip"' : ''}/>${more
    .map((name, i) => `<File ovf:href="${name}" ovf:id="file${i + 1}"/>`)
    .join('')}</References>
  <DiskSection><Info/><Disk ovf:capacity="16" ovf:diskId="vmdisk0" ovf:fileRef="file0"/>${more
    .map((_, i) => `<Disk ovf:capacity="16" ovf:diskId="vmdisk${i + 1}" ovf:fileRef="file${i + 1}"/>`)
    .join('')}</DiskSection>
  <VirtualSystem ovf:id="web &amp; co"><Info/>
    <OperatingSystemSection ovf:id="96" vmw:osType="debian12_64Guest"><Info/><Description>Debian GNU/Linux 12 (64-bit)</Description></OperatingSystemSection>
    <VirtualHardwareSection><Info/>
      ${item(1, 3, '<rasd:AllocationUnits>hertz * 10^6</rasd:AllocationUnits><rasd:VirtualQuantity>3</rasd:VirtualQuantity>')}
      ${item(2, 4, '<rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:VirtualQuantity>1536</rasd:VirtualQuantity>')}
      ${item(3, 6, '<rasd:ResourceSubType>lsilogic</rasd:ResourceSubType>')}
      ${more.map((_, i) => drive(i + 1)).join('')}${drive(0)}
      ${item(9, 10, '<rasd:ResourceSubType>VmxNet3</rasd:ResourceSubType>')}
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="efi"/>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}

/** A description of a machine with secure boot and a TPM, as VMware writes it. */
export const withSecureBootAndTpm = (ovf: string): string =>
  ovf
    .replace('<vmw:Config', `${item(12, 1, '<rasd:ResourceSubType>vmware.vtpm</rasd:ResourceSubType>')}<vmw:Config`)
    .replace(/(<vmw:Config[^>]*key=")firmware(" vmw:value=")efi("\/>)/, '$&$1bootOptions.efiSecureBootEnabled$2true$3');

/** Path of a new OVA in `dir`, packed by the system's `tar`. */
export function ova(dir: string, options: OvaOptions): string {
  const at = mkdtempSync(join(dir, 'ova-'));
  const {
    edit = (x: string) => x,
    manifest = (x: string) => x,
    hash = 'sha256',
    data = {},
    order = ['ovf', 'mf', 'disk', 'data'],
  } = options;
  if (options.gzip === true) writeFileSync(join(at, 'disk-0.vmdk'), gzipSync(readFileSync(options.disk)));
  else copyFileSync(options.disk, join(at, 'disk-0.vmdk'));
  for (const [name, path] of Object.entries(data)) copyFileSync(path, join(at, name));
  writeFileSync(join(at, 'web.ovf'), edit(description(options)));
  const files = ['web.ovf', 'disk-0.vmdk', ...Object.keys(data)];
  const line = (name: string) =>
    `${hash.toUpperCase()}(${name})= ${createHash(hash)
      .update(readFileSync(join(at, name)))
      .digest('hex')}\n`;
  writeFileSync(join(at, 'web.mf'), manifest(files.map(line).join('')));
  const parts = { ovf: ['web.ovf'], mf: ['web.mf'], disk: ['disk-0.vmdk'], data: Object.keys(data) };
  const names = order.flatMap((part) => parts[part]);
  const to = join(at, 'web.ova');
  execFileSync('tar', [...(options.tar ?? ['--format=ustar']), '-cf', to, '-C', at, ...names]);
  return to;
}
