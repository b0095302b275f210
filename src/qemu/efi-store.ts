/**
 * A store of EFI variables as edk2 keeps it in flash: a firmware volume whose data is a list of variables, each with a state of bits that are only
 * ever cleared (edk2 `MdeModulePkg/Include/Guid/VariableFormat.h`, `MdePkg/Include/Pi/PiFirmwareVolume.h`). What was replaced or deleted lies there
 * until the firmware needs the room.
 */

/** `gEfiSystemNvDataFvGuid`, at 16 of the volume. */
const NV_DATA = Buffer.from('8d2bf1ff96768b4ca9852747075b4f50', 'hex');
/** `gEfiAuthenticatedVariableGuid`, with which the list begins. */
const AUTHENTICATED = Buffer.from('782cf3aa7b949a43a1802e144ec37792', 'hex');
const LIST_HEADER = 28;
/** Of an `AUTHENTICATED_VARIABLE_HEADER`; name and data follow, and the next begins at a multiple of 4. */
const HEADER = 60;
const START = 0x55aa;
/** States: whole, and whole while its successor is being written. */
const ADDED = 0x3f;
const IN_DELETION = 0x3e;
/** The bit that is cleared where a variable is deleted. */
const DELETED = 0xfd;

const SYSTEMD = '4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';
const SHIM = '605dab50-e046-4300-abb6-3dd810dd8b23';

/**
 * What a captured store must not keep, by vendor and name: systemd-boot's secret that its random seed is mixed with (systemd "Boot Loader
 * Interface"); hashes of passwords and requests of shim's key manager, which wait for the next boot (shim `MokVars.txt`); crash dumps (Linux
 * efi-pstore); the firmware's own identity towards DHCPv6 servers (edk2 `NetworkPkg`).
 */
const PER_MACHINE: readonly (readonly [vendor: string, name: RegExp])[] = [
  [SYSTEMD, /^Loader(SystemToken|RandomSeed)$/],
  [SHIM, /^Mok(New|Auth|Del|DelAuth|XNew|XAuth|XDel|XDelAuth|PW|PWStore|SB|DB)$/],
  ['cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0', /^dump-type/],
  ['9fb9a8a1-2f4a-43a6-889c-d0f7b6c47ad5', /^ClientId$/],
];

export interface CleanedStore {
  bytes: Buffer;
  /** Names of what was taken out. */
  removed: string[];
}

/**
 * The store without what belongs to one machine, and without what was deleted before; undefined when it is none that we know. What stays, stays as it
 * is and where it is. Copies that the firmware made while it moved variables (edk2 `FaultTolerantWriteDxe`) are cleaned as well.
 */
export function cleanStore(store: Buffer): CleanedStore | undefined {
  const start = store.length > 72 && store.subarray(16, 32).equals(NV_DATA) ? store.readUInt16LE(48) : -1;
  if (start < 0 || store.indexOf(AUTHENTICATED) !== start) return undefined;
  const bytes = Buffer.from(store);
  const removed: string[] = [];
  for (let at = start; at >= 0; at = bytes.indexOf(AUTHENTICATED, at + 1)) {
    const found = cleanList(bytes, at);
    if (found === undefined) return undefined;
    if (at === start) removed.push(...found);
  }
  return { bytes, removed };
}

/** Cleans the list that begins at `start`, in place; undefined when it does not hold together. */
function cleanList(bytes: Buffer, start: number): string[] | undefined {
  if (start + LIST_HEADER > bytes.length) return undefined;
  const end = start + bytes.readUInt32LE(start + 16);
  if (end > bytes.length) return undefined;
  const removed: string[] = [];
  let at = start + LIST_HEADER;
  while (at + HEADER <= end && bytes.readUInt16LE(at) === START) {
    const data = at + HEADER + bytes.readUInt32LE(at + 36);
    const behind = data + bytes.readUInt32LE(at + 40);
    if (behind > end) return undefined;
    const state = bytes.readUInt8(at + 2);
    const name = bytes.toString('utf16le', at + HEADER, data).replace(/\0.*$/s, '');
    const isWhole = state === ADDED || state === IN_DELETION;
    const isOwn = PER_MACHINE.some(([vendor, pattern]) => vendor === guid(bytes, at + 44) && pattern.test(name));
    if (isOwn && isWhole) removed.push(name);
    if (isOwn || !isWhole) {
      bytes.writeUInt8(state & DELETED, at + 2);
      bytes.fill(0, data, behind);
    }
    at = (behind + 3) & ~3;
  }
  return removed;
}

/** As text, the first three fields little-endian (UEFI 2.10, appendix A). */
function guid(bytes: Buffer, at: number): string {
  const hex = (from: number, to: number) => bytes.toString('hex', at + from, at + to);
  const little = (from: number, to: number) =>
    Buffer.from(bytes.subarray(at + from, at + to))
      .reverse()
      .toString('hex');
  return `${little(0, 4)}-${little(4, 6)}-${little(6, 8)}-${hex(8, 10)}-${hex(10, 16)}`;
}
