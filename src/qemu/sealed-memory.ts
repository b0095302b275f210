import { spawn } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import { type Ctx, race } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';

/**
 * QEMU opens the file of a `memory-backend-file` for writing even when it maps it privately (`share=off`; up to 8.1 there is no way
 * around it). So a clone's QEMU would have to hold a writable descriptor of the memory that all clones share. It gets a sealed copy
 * instead: a memfd (memfd_create(2)) whose F_SEAL_WRITE makes every write and every shared writable mapping fail, for root too, while
 * private mappings go on working. Node has no call for it; Perl, which is an essential package of Debian, has.
 * The numbers: syscalls memfd_create (x86-64: 319, others: 279), MFD_CLOEXEC|MFD_ALLOW_SEALING = 3, F_ADD_SEALS = 1033,
 * F_SEAL_SEAL|SHRINK|GROW|WRITE = 15. The script gives the descriptor's number and then holds it until its standard input ends.
 */
const SCRIPT = `
use strict;
my ($path, $call) = @ARGV;
my $name = 'carrel-memory';
my $fd = syscall($call + 0, $name, 3);
die "memfd_create: $!" if $fd < 0;
open(my $out, '+<&=', $fd) or die "fdopen: $!";
open(my $in, '<:raw', $path) or die "open: $!";
truncate($out, -s $in) or die "truncate: $!";
while (my $n = sysread($in, my $buffer, 1 << 20)) {
  if ($buffer =~ /[^\\0]/) { my $w = syswrite($out, $buffer); die "write: $!" unless defined $w && $w == $n; }
  else { sysseek($out, $n, 1); }
}
fcntl($out, 1033, 15) or die "seal: $!";
$| = 1;
print "$fd\\n";
<STDIN>;
`;

/** Time in which a copy must be made, in milliseconds; 1 GiB takes about half a second. */
const COPY_MS = 60_000;

/**
 * A sealed copy of a file's content in memory, open for reading. Nobody can change it; it lives as long as somebody holds or maps it.
 * Errors: `missing-tool` (no Perl), `not-supported` (the kernel refuses), `deadline`, `cancelled`.
 */
export async function sealedCopy(ctx: Pick<Ctx, 'signal'>, path: string): Promise<FileHandle> {
  const call = process.arch === 'x64' ? '319' : '279';
  const child = spawn('perl', ['-e', SCRIPT, '--', path, call], { stdio: ['pipe', 'pipe', 'pipe'], cwd: '/' });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stdin.on('error', () => {});
  const timer = setTimeout(() => child.kill('SIGKILL'), COPY_MS);
  try {
    const descriptor = await race(
      ctx,
      new Promise<string>((resolve, reject) => {
        child.once('error', (cause) =>
          reject(new CarrelError('missing-tool', 'perl is not installed', { hint: 'install it: apt install perl-base', cause })),
        );
        child.once('close', () => reject(new CarrelError('not-supported', `memory cannot be sealed here: ${said.trim().slice(0, 200)}`)));
        child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
      }),
    );
    return await open(`/proc/${child.pid}/fd/${descriptor}`, 'r');
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}
