/** `carrel doctor`: what this machine has, what it lacks for lending machines, and how to get it. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { CarrelError, isCode } from '../lib/errors.ts';
import { findTool } from '../lib/find-tool.ts';
import { findQemu, isKvmOnly, networkProblem, QEMU } from '../qemu/find-qemu.ts';
import { findOvmf } from '../qemu/ovmf.ts';

export interface Check {
  name: string;
  state: 'ok' | 'warn' | 'missing';
  detail: string;
  fix?: string;
}

interface Tool {
  command: string;
  /** Debian's package. */
  pkg: string;
  needed: 'always' | 'sometimes';
  why: string;
}

const TOOLS: readonly Tool[] = [
  { command: QEMU, pkg: 'qemu-system-x86', needed: 'always', why: 'runs the machines' },
  { command: 'qemu-img', pkg: 'qemu-utils', needed: 'always', why: 'makes and reads disks' },
  { command: 'ssh', pkg: 'openssh-client', needed: 'always', why: '`carrel ssh`' },
  { command: 'apt-get', pkg: 'apt', needed: 'sometimes', why: '`carrel image build` gets packages with it' },
  { command: 'dpkg', pkg: 'dpkg', needed: 'sometimes', why: '`carrel image build` unpacks with it' },
  { command: 'mke2fs', pkg: 'e2fsprogs', needed: 'sometimes', why: '`carrel image build` makes file systems with it' },
  { command: 'cpio', pkg: 'cpio', needed: 'sometimes', why: '`carrel image build` packs the initramfs' },
  { command: 'mmdebstrap', pkg: 'mmdebstrap', needed: 'sometimes', why: '`carrel image build --recipe debian`' },
  { command: 'xz', pkg: 'xz-utils', needed: 'sometimes', why: '`carrel image import` unpacks FILE.xz with it' },
  { command: 'swtpm', pkg: 'swtpm', needed: 'sometimes', why: 'the TPM of images that were imported with `--tpm`' },
  { command: 'zstd', pkg: 'zstd', needed: 'sometimes', why: '`carrel image import` unpacks FILE.zst with it' },
];

const LOW_DISK_BYTES = 5 * 2 ** 30;
const LOW_MEMORY_BYTES = 2 ** 30;

/** What helps where a QEMU cannot reach machines. */
const OTHER_QEMU = `install one that has it as ${QEMU} on PATH, or serve other providers only, with --no-qemu`;

const whereIs = (command: string, path: string, libexec?: string): string | undefined =>
  command === QEMU ? findQemu(path, libexec) : findTool(command, path);

/** All checks; reads only. `libexec`: see {@link findQemu}. */
export function examine(dataDir: string, path = process.env.PATH ?? '', libexec?: string): Check[] {
  const checks = TOOLS.map((tool): Check => {
    const at = whereIs(tool.command, path, libexec);
    const wrong = at !== undefined && isKvmOnly(at) ? networkProblem(at) : undefined;
    if (wrong !== undefined) return { name: tool.command, state: 'missing', detail: wrong, fix: OTHER_QEMU };
    if (at !== undefined) return { name: tool.command, state: 'ok', detail: at };
    return {
      name: tool.command,
      state: tool.needed === 'always' ? 'missing' : 'warn',
      detail: `not found; ${tool.why}`,
      fix: `apt-get install --no-install-recommends ${tool.pkg}`,
    };
  });
  return [...checks, efiFirmware(), postgres(path), acceleration(), memory(), disk(dataDir)];
}

function efiFirmware(): Check {
  const [plain, secure] = [findOvmf({ secureBoot: false }), findOvmf({ secureBoot: true })];
  if (plain !== undefined && secure !== undefined) return { name: 'efi', state: 'ok', detail: `${plain.code}, ${secure.code}` };
  return {
    name: 'efi',
    state: 'warn',
    detail: plain === undefined ? 'no EFI firmware: images that start with EFI cannot be lent' : `${plain.code}; none with secure boot`,
    fix: 'apt-get install --no-install-recommends ovmf',
  };
}

function postgres(path: string): Check {
  if (process.env.DATABASE_URL) return { name: 'postgresql', state: 'ok', detail: 'DATABASE_URL is set' };
  const dirs = ['18', '17', '16', '15'].map((v) => `/usr/lib/postgresql/${v}/bin`);
  const found =
    [process.env.CARREL_PG_BIN ?? '', ...dirs].find((d) => d !== '' && existsSync(join(d, 'initdb'))) ?? findTool('initdb', path);
  if (found !== undefined) return { name: 'postgresql', state: 'ok', detail: found };
  return {
    name: 'postgresql',
    state: 'warn',
    detail: "no Debian packages of PostgreSQL 15 or newer; npm's binaries are used if they were installed",
    fix: 'apt-get install --no-install-recommends postgresql',
  };
}

function acceleration(): Check {
  if (!existsSync('/dev/kvm'))
    return { name: 'kvm', state: 'warn', detail: 'no /dev/kvm: machines run under emulation (TCG), several times slower' };
  const pvm = existsSync('/sys/module/kvm_pvm') && !existsSync('/sys/module/kvm_intel') && !existsSync('/sys/module/kvm_amd');
  const detail = pvm
    ? '/dev/kvm is there, but this kind (PVM) boots no stock guest: the server measures, and uses emulation'
    : '/dev/kvm is there; the server measures whether it is faster than emulation before it uses it';
  return { name: 'kvm', state: pvm ? 'warn' : 'ok', detail };
}

function memory(): Check {
  const free = freemem();
  const detail = `${Math.round(free / 2 ** 20)} MiB free of ${Math.round(totalmem() / 2 ** 20)} MiB`;
  return { name: 'memory', state: free < LOW_MEMORY_BYTES ? 'warn' : 'ok', detail };
}

function whyNotWritable(path: string): string | undefined {
  if (!statSync(path).isDirectory()) return `${path} is no folder`;
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    return isCode(error, 'EROFS') ? 'it is on a file system that is mounted read-only' : 'this account may not write there';
  }
}

function disk(dataDir: string): Check {
  let at = dataDir;
  while (!existsSync(at) && at !== '/') at = join(at, '..');
  const why = whyNotWritable(at);
  if (why !== undefined)
    return { name: 'disk', state: 'warn', detail: `${dataDir}: ${why}`, fix: 'choose another data directory with --data or CARREL_DATA' };
  const { bavail, bsize } = statfsSync(at);
  const free = bavail * bsize;
  const low = free < LOW_DISK_BYTES;
  return {
    name: 'disk',
    state: low ? 'warn' : 'ok',
    detail: `${(free / 2 ** 30).toFixed(1)} GiB free for ${dataDir}`,
    ...(low ? { fix: 'make room, or choose another data directory with --data' } : {}),
  };
}

/** Prints the checks; resolves with 0, or 1 if something that is always needed is missing. */
export async function doctor(options: { dataDir: string; json: boolean }): Promise<number> {
  const checks = examine(options.dataDir);
  const missing = checks.some((check) => check.state === 'missing');
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ok: !missing, checks })}\n`);
  } else {
    const mark = { ok: 'ok     ', warn: 'note   ', missing: 'MISSING' };
    for (const check of checks) {
      process.stdout.write(`${mark[check.state]}  ${check.name.padEnd(20)} ${check.detail}\n`);
      if (check.fix !== undefined) process.stdout.write(`         ${''.padEnd(20)} -> ${check.fix}\n`);
    }
  }
  return missing ? 1 : 0;
}

/** Throws `missing-tool` unless all that is always needed is there: said before a server starts rather than at its first machine. */
export function requireTools(path = process.env.PATH ?? ''): void {
  const lacking = TOOLS.filter((tool) => tool.needed === 'always' && tool.command !== 'ssh' && whereIs(tool.command, path) === undefined);
  if (lacking.length === 0) {
    const qemu = findQemu(path);
    const wrong = qemu !== undefined && isKvmOnly(qemu) ? networkProblem(qemu) : undefined;
    if (wrong !== undefined) throw new CarrelError('missing-tool', wrong, { hint: OTHER_QEMU });
    return;
  }
  throw new CarrelError(
    'missing-tool',
    `${lacking.map((t) => t.command).join(' and ')} ${lacking.length === 1 ? 'is' : 'are'} not installed`,
    {
      hint: `apt-get install --no-install-recommends ${lacking.map((t) => t.pkg).join(' ')}; or serve other providers only, with --no-qemu`,
    },
  );
}
