/** Windows guests: what vCenter's customization specification and cloudbase-init are told of a machine, and the password that it gets. */
import { createHmac } from 'node:crypto';
import { type CustomizationSpec, guestInfo, type OptionValue } from '../../../vsphere/index.ts';
import type { Access } from './access.ts';

/** Windows cuts computer names to what NetBIOS knows: 15 characters. */
const COMPUTER_NAME = 15;
/** Characters at a host name's end that tell one machine from another of its image. */
const TELLING = 6;
/** By Microsoft's list for Sysprep ("Greenwich Standard Time"): that of UTC, and no summer time. */
const UTC_ZONE = 90;
/** No 0/O, 1/l/I: people type these at a screen. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const GROUPS = 4;
const GROUP_LENGTH = 5;

/** Whether nothing is run in the guest as in a POSIX one: it sets itself up by what it was given, its password too. */
export const isWindowsAccess = (kind: Access['kind']): kind is 'sysprep' | 'cloudbase-init' =>
  kind === 'sysprep' || kind === 'cloudbase-init';

/**
 * The password that a machine is made with: always the same for the same machine, in 4 groups of 5. With small and capital letters and a digit: Windows wants
 * three kinds of characters of five.
 */
export function machinePassword(secret: Buffer, machineId: string): string {
  for (let n = 0; ; n++) {
    const bytes = createHmac('sha256', secret).update(`windows password ${n}\0${machineId.toLowerCase()}`).digest();
    // Bytes above the last whole round would make the first letters more likely than the others.
    const fair = [...bytes].filter((byte) => byte < 256 - (256 % LETTERS.length)).slice(0, GROUPS * GROUP_LENGTH);
    const word = fair.map((byte) => LETTERS[byte % LETTERS.length]).join('');
    if (word.length < GROUPS * GROUP_LENGTH || !/[a-z]/.test(word) || !/[A-Z]/.test(word) || !/\d/.test(word)) continue;
    return word.replace(new RegExp(`(.{${GROUP_LENGTH}})(?=.)`, 'g'), '$1-');
  }
}

/**
 * A computer name out of a host name: at most 15 letters, digits and hyphens, no hyphen at an end, not digits alone (Microsoft's rules for names of computers).
 * The end stays, which tells machines of one image apart.
 */
export function computerName(hostname: string): string {
  const plain = hostname.replace(/[^A-Za-z0-9-]/g, '-').replace(/^-+|-+$/g, '');
  const tail = plain.slice(-TELLING);
  const head = plain.slice(0, COMPUTER_NAME - TELLING - 1).replace(/-+$/, '');
  const name = plain.length <= COMPUTER_NAME ? plain : `${head}-${tail.replace(/^-+/, '')}`;
  return /^\d*$/.test(name) ? `m-${name}`.slice(0, COMPUTER_NAME).replace(/-$/, '') : name;
}

/** Sysprep of one machine: a name, security identifiers and an Administrator's password of its own, each card by DHCP, no domain. */
export function sysprepSpec({ hostname, password, cards }: { hostname: string; password: string; cards: number }): CustomizationSpec {
  return {
    identity: {
      _type: 'CustomizationSysprep',
      guiUnattended: { password: { value: password, plainText: true }, timeZone: UTC_ZONE, autoLogon: false, autoLogonCount: 0 },
      userData: {
        fullName: 'Carrel',
        orgName: 'Carrel',
        computerName: { _type: 'CustomizationFixedName', name: computerName(hostname) },
        productId: '',
      },
      identification: { joinWorkgroup: 'WORKGROUP' },
    },
    options: { _type: 'CustomizationWinOptions', changeSID: true, deleteAccounts: false },
    globalIPSettings: {},
    nicSettingMap: Array.from({ length: cards }, () => ({ adapter: { ip: { _type: 'CustomizationDhcpIpGenerator' as const } } })),
  };
}

/** What cloudbase-init's service for VMware's guestinfo reads in the metadata beside instance and host name. */
export function cloudbaseAccount({ user, password }: Pick<Access, 'user' | 'password'>): Record<string, string> {
  return { 'admin-username': user, 'admin-password': password };
}

/** The settings that take the account away again from metadata that has one; the rest stays, or the next boot would be a first one. */
export function wipedAccount(metadata: Readonly<Record<string, string>>): OptionValue[] {
  const { 'admin-username': user, 'admin-password': password, ...rest } = metadata;
  return user === undefined && password === undefined ? [] : guestInfo({ metadata: JSON.stringify(rest) });
}
