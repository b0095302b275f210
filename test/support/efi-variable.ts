/** Variables as edk2's firmware keeps them in its store. For tests. */

/** Whose variables those of systemd-boot are. */
export const SYSTEMD = '4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';
/** The state of one that is there. */
const WHOLE = 0x3f;

/** In the order of bytes that EFI has. */
export function guid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** `state`: its bits are cleared one by one (edk2, VariableFormat.h). */
export function variable(vendor: string, name: string, data: string, state = WHOLE): Buffer {
  const text = Buffer.from(`${name}\0`, 'utf16le');
  const head = Buffer.alloc(60);
  head.writeUInt16LE(0x55aa, 0);
  head.writeUInt8(state, 2);
  head.writeUInt32LE(7, 4);
  head.writeUInt32LE(text.length, 36);
  head.writeUInt32LE(data.length, 40);
  guid(vendor).copy(head, 44);
  const whole = Buffer.concat([head, text, Buffer.from(data)]);
  return Buffer.concat([whole, Buffer.alloc((4 - (whole.length % 4)) % 4, 0xff)]);
}
