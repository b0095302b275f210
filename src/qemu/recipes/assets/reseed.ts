/**
 * A program of some hundred bytes for x86-64 Linux, assembled here: takes hex digits from standard input (at most 512), gives them to the
 * kernel's entropy pool, credited with four bits each, and makes the random number generator take a new key from it. A plain write to
 * /dev/urandom is mixed in but neither credited nor used before the next periodic reseed, up to a minute later (Linux 6.1,
 * drivers/char/random.c): until then clones of one frozen parent would draw the same random numbers, and at a cold boot the first reader
 * would wait for jitter. No shell has ioctl, and the tiny guest has no other language.
 */
const CODE: readonly (readonly number[] | readonly ['js' | 'jle' | 'jmp', 'fail' | 'exit'] | 'fail' | 'exit')[] = [
  [0x48, 0x8d, 0x3d, 0, 0, 0, 0], // lea rdi, [rip+path]; displacement filled in below
  [0xbe, 0x01, 0, 0, 0], // mov esi, O_WRONLY
  [0xb8, 0x02, 0, 0, 0], // mov eax, SYS_open
  [0x0f, 0x05], // syscall
  [0x85, 0xc0], // test eax, eax
  ['js', 'fail'],
  [0x41, 0x89, 0xc4], // mov r12d, eax
  [0x48, 0x81, 0xec, 0x08, 0x02, 0, 0], // sub rsp, 520: struct rand_pool_info { int bits; int bytes; char buffer[512]; }
  [0x31, 0xff], // xor edi, edi
  [0x48, 0x8d, 0x74, 0x24, 0x08], // lea rsi, [rsp+8]
  [0xba, 0, 0x02, 0, 0], // mov edx, 512
  [0x31, 0xc0], // xor eax, eax: SYS_read
  [0x0f, 0x05], // syscall
  [0x85, 0xc0], // test eax, eax
  ['jle', 'fail'],
  [0x89, 0x44, 0x24, 0x04], // mov [rsp+4], eax
  [0xc1, 0xe0, 0x02], // shl eax, 2
  [0x89, 0x04, 0x24], // mov [rsp], eax
  [0x44, 0x89, 0xe7], // mov edi, r12d
  [0xbe, 0x03, 0x52, 0x08, 0x40], // mov esi, RNDADDENTROPY = _IOW('R', 3, int[2])
  [0x48, 0x89, 0xe2], // mov rdx, rsp
  [0xb8, 0x10, 0, 0, 0], // mov eax, SYS_ioctl
  [0x0f, 0x05], // syscall
  [0x85, 0xc0], // test eax, eax
  ['js', 'fail'],
  [0x44, 0x89, 0xe7], // mov edi, r12d
  [0xbe, 0x07, 0x52, 0, 0], // mov esi, RNDRESEEDCRNG = _IO('R', 7)
  [0xb8, 0x10, 0, 0, 0], // mov eax, SYS_ioctl
  [0x0f, 0x05], // syscall
  [0x89, 0xc7], // mov edi, eax
  ['jmp', 'exit'],
  'fail',
  [0xbf, 0x01, 0, 0, 0], // mov edi, 1
  'exit',
  [0xb8, 0x3c, 0, 0, 0], // mov eax, SYS_exit
  [0x0f, 0x05], // syscall
];

const JUMPS = { js: 0x78, jle: 0x7e, jmp: 0xeb } as const;

/** Fills in the short jumps. */
function assemble(): Buffer {
  const labels = new Map<string, number>();
  let at = 0;
  for (const item of CODE) {
    if (typeof item === 'string') labels.set(item, at);
    else at += item.length;
  }
  at = 0;
  const bytes: number[] = [];
  for (const item of CODE) {
    if (typeof item === 'string') continue;
    at += item.length;
    const [first, second] = item;
    if (typeof first === 'string') bytes.push(JUMPS[first], (labels.get(String(second)) ?? 0) - at);
    else bytes.push(...(item as readonly number[]));
  }
  return Buffer.from(bytes);
}

const BASE = 0x400000;
const HEADERS = 64 + 56;

export function reseedProgram(): Buffer {
  const path = Buffer.from('/dev/urandom\0');
  const code = assemble();
  code.writeInt32LE(code.length - 7, 3);
  const size = HEADERS + code.length + path.length;
  const head = Buffer.alloc(HEADERS);
  head.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  head.writeUInt16LE(2, 16); // ET_EXEC
  head.writeUInt16LE(62, 18); // EM_X86_64
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(BigInt(BASE + HEADERS), 24); // entry
  head.writeBigUInt64LE(64n, 32); // program headers
  head.writeUInt16LE(64, 52);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(1, 64); // PT_LOAD
  head.writeUInt32LE(5, 68); // read, execute
  head.writeBigUInt64LE(BigInt(BASE), 80);
  head.writeBigUInt64LE(BigInt(BASE), 88);
  head.writeBigUInt64LE(BigInt(size), 96);
  head.writeBigUInt64LE(BigInt(size), 104);
  head.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([head, code, path]);
}
