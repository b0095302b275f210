/**
 * A guest's TPM, spoken to from its shell in the TPM's own words: the guests have no tools for it. Numbers are those of TCG's "TPM 2.0 Library",
 * part 2 (constants) and part 3 (commands).
 */

/** Runs a script in the guest and gives what it says. */
type Shell = (script: string) => Promise<string>;

/** A password session with the empty password: the hierarchies of a new TPM have none. */
const EMPTY_AUTH = '00000009 40000009 0000 00 0000';
/** Where NV indexes lie that nobody has reserved (TCG's "Registry of Reserved TPM 2.0 Handles", section 2.2.2). */
const FIRST_INDEX = 0x01_50_00_00;
const HEADER_BYTES = 10;

async function command(shell: Shell, tag: '8001' | '8002', code: string, body: string): Promise<Buffer> {
  const rest = Buffer.from((code + body).replaceAll(' ', ''), 'hex');
  const size = Buffer.alloc(4);
  size.writeUInt32BE(rest.length + 6);
  const bytes = Buffer.concat([Buffer.from(tag, 'hex'), size, rest]);
  const octal = [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  // The resource manager's device: what a command leaves in the TPM goes when it is closed.
  const said = await shell(`exec 3<>/dev/tpmrm0; printf '${octal}' >&3; dd bs=4096 count=1 <&3 2>/dev/null | base64`);
  const answer = Buffer.from(said, 'base64');
  const result = answer.length < HEADER_BYTES ? undefined : answer.readUInt32BE(6);
  if (result !== 0) throw new Error(`the TPM answers ${code} with ${result?.toString(16) ?? `${answer.length} bytes`}`);
  return answer.subarray(HEADER_BYTES);
}

/** The public part of its endorsement key of a fixed kind (P-256), in hex: the same as long as its seed is, and no other TPM's. */
export async function endorsementKey(shell: Shell): Promise<string> {
  const kind = '0023 000b 00030072 0000 0006 0080 0043 0010 0003 0010 0000 0000';
  const answer = await command(shell, '8002', '00000131', `4000000b ${EMPTY_AUTH} 0004 0000 0000 001a ${kind} 0000 00000000`);
  const at = 8; // a handle and the size of the parameters
  return answer.subarray(at + 2, at + 2 + answer.readUInt16BE(at)).toString('hex');
}

/** Makes an NV index of eight bytes, which stays until somebody removes it. */
export async function defineIndex(shell: Shell, n: number): Promise<void> {
  const index = (FIRST_INDEX + n).toString(16).padStart(8, '0');
  await command(shell, '8002', '0000012a', `40000001 ${EMPTY_AUTH} 0000 000e ${index} 000b 02060006 0000 0008`);
}

/** The NV indexes that are there, as `defineIndex` counts them. */
export async function definedIndexes(shell: Shell): Promise<number[]> {
  const first = FIRST_INDEX.toString(16).padStart(8, '0');
  const answer = await command(shell, '8001', '0000017a', `00000001 ${first} 00000010`);
  return Array.from({ length: answer.readUInt32BE(5) }, (_, i) => answer.readUInt32BE(9 + 4 * i) - FIRST_INDEX).filter(
    (n) => n < 0x1_00_00,
  );
}
