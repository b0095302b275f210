/** Versions of virtual hardware, and since which API a host makes machines of them (VMware KB 1003746). */
import { invalidArgument } from './fault.ts';

/** Oldest first. */
const VERSIONS: readonly { version: number; since: string; products: string }[] = [
  { version: 4, since: '2.5', products: 'ESX 3.x and later' },
  { version: 7, since: '4.0', products: 'ESX/ESXi 4.0 and later' },
  { version: 8, since: '5.0', products: 'ESXi 5.0 and later' },
  { version: 9, since: '5.1', products: 'ESXi 5.1 and later' },
  { version: 10, since: '5.5', products: 'ESXi 5.5 and later' },
  { version: 11, since: '6.0', products: 'ESXi 6.0 and later' },
  { version: 13, since: '6.5', products: 'ESXi 6.5 and later' },
  { version: 14, since: '6.7', products: 'ESXi 6.7 and later' },
  { version: 15, since: '6.7.2', products: 'ESXi 6.7 U2 and later' },
  { version: 17, since: '7.0', products: 'ESXi 7.0 and later' },
  { version: 18, since: '7.0.1', products: 'ESXi 7.0 U1 and later' },
  { version: 19, since: '7.0.2', products: 'ESXi 7.0 U2 and later' },
  { version: 20, since: '8.0', products: 'ESXi 8.0 and later' },
  { version: 21, since: '8.0.2', products: 'ESXi 8.0 U2 and later' },
  { version: 22, since: '9.0', products: 'ESX 9.0 and later' },
];

/** What a machine is made of if nobody says anything else, unless the hosts are older. */
const DEFAULT = 19;

export interface HardwareVersion {
  /** `vmx-19`: its key, and what a machine's configuration says. */
  key: string;
  version: number;
  description: string;
  isDefault: boolean;
}

const parts = (text: string): number[] => [...text.split('.').map(Number), 0, 0, 0].slice(0, 3);

function reaches(apiVersion: string, since: string): boolean {
  const have = parts(apiVersion);
  const want = parts(since);
  const first = have.findIndex((part, i) => part !== want[i]);
  return first < 0 || (have[first] as number) > (want[first] as number);
}

/** The versions that hosts of this API know, oldest first; one of them is the default. */
export function hardwareVersions(apiVersion: string): HardwareVersion[] {
  const known = VERSIONS.filter(({ since }) => reaches(apiVersion, since));
  const chosen = known.findLast(({ version }) => version <= DEFAULT)?.version;
  return known.map(({ version, products }) => ({
    key: `vmx-${String(version).padStart(2, '0')}`,
    version,
    description: products,
    isDefault: version === chosen,
  }));
}

/** Key of the version that machines get; `vmx-19` on hosts that know it. */
export const defaultHardware = (apiVersion: string): string =>
  hardwareVersions(apiVersion).find(({ isDefault }) => isDefault)?.key ?? 'vmx-04';

/** InvalidArgument for what no host of this API runs. `vmx-8` is `vmx-08`. */
export function checkHardware(apiVersion: string, version: string): string {
  const found = hardwareVersions(apiVersion).find((known) => known.key === version || `vmx-${known.version}` === version);
  if (found === undefined) throw invalidArgument('configSpec.version');
  return found.key;
}
