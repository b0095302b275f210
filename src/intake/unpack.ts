/** Compressed files, unpacked as they come: gzip by Node, xz and zstd by Debian's programs. */
import { spawn } from 'node:child_process';
import { createGunzip } from 'node:zlib';
import { CarrelError } from '../lib/errors.ts';
import { chooseAccount } from '../qemu/process.ts';
import { withLimits } from '../qemu/run-tool.ts';
import { type Bytes, through } from './streams.ts';

export type Packing = 'gzip' | 'xz' | 'zstd';

const MARKS: readonly [Packing, Buffer][] = [
  ['gzip', Buffer.from('1f8b08', 'hex')],
  ['xz', Buffer.from('fd377a585a00', 'hex')],
  ['zstd', Buffer.from('28b52ffd', 'hex')],
];

/** What a file is packed with, by its first bytes. */
export function packingOf(head: Buffer): Packing | undefined {
  return MARKS.find(([, mark]) => head.subarray(0, mark.length).equals(mark))?.[0];
}

/** Memory that unpacking may take: a file says how much it wants, up to gigabytes. The programs' strongest usual levels want 128 MiB. */
const MEMORY_MIB = 256;
const ADDRESS_SPACE = (MEMORY_MIB + 512) * 1024 ** 2;

const PROGRAMS = {
  xz: { args: ['-dc', '--threads=1', `--memlimit-decompress=${MEMORY_MIB}MiB`], pkg: 'xz-utils' },
  zstd: { args: ['-dcq', `--memory=${MEMORY_MIB}MB`], pkg: 'zstd' },
} as const;

/**
 * The content of `packed`. It bounds nothing: whoever takes must stop when it is too much. Codes: `bad-image` (damaged, cut off, or wants more
 * than 256 MiB of memory), `missing-tool`; errors of `packed` as they are.
 */
export function unpack(packing: Packing, packed: Bytes): AsyncGenerator<Buffer> {
  return packing === 'gzip' ? gunzip(packed) : byProgram(packing, packed);
}

async function* gunzip(packed: Bytes): AsyncGenerator<Buffer> {
  const stream = createGunzip({ chunkSize: 65_536 });
  try {
    yield* through(packed, stream, stream);
  } catch (error) {
    if (!String((error as { code?: unknown }).code).startsWith('Z_')) throw error;
    throw damaged('gzip', (error as Error).message, error);
  }
}

/** As an account without rights where we have them all, and with bounds on memory: what is unpacked may be made to do harm. */
async function* byProgram(program: keyof typeof PROGRAMS, packed: Bytes): AsyncGenerator<Buffer> {
  const account = await chooseAccount();
  const child = spawn('prlimit', withLimits(program, PROGRAMS[program].args, { memoryBytes: ADDRESS_SPACE }), {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < 10_000) said += text;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', (code) => resolve(code));
  });
  try {
    yield* through(packed, child.stdin, child.stdout);
    const code = await ended;
    if (code === 0) return;
    if (code === 127) {
      throw new CarrelError('missing-tool', `${program} is not installed on the server, and the file is packed with it`, {
        hint: `install it there (apt install ${PROGRAMS[program].pkg}), or unpack the file first`,
      });
    }
    throw damaged(program, said.trim().split('\n').at(-1) ?? '');
  } finally {
    child.kill('SIGKILL');
  }
}

function damaged(packing: Packing, why: string, cause?: unknown): CarrelError {
  const reason = why.replace(/^(xz|zstd): /, '').replace(/^(\(stdin\)|\/\*stdin\*\\)\s*: /, '');
  return new CarrelError('bad-image', `it is packed with ${packing}, and cannot be unpacked${reason === '' ? '' : `: ${reason}`}`, {
    hint: `look at it where it lies (${packing} -t FILE), and fetch it again`,
    ...(cause === undefined ? {} : { cause }),
  });
}
