/**
 * A program of some hundred bytes for x86-64 Linux, assembled here: copies at most 512 bytes of standard input into the kernel's entropy pool and makes
 * the random number generator take a new key from it (ioctl RNDRESEEDCRNG). A write to /dev/urandom alone is mixed in but not used until the next
 * periodic reseed, up to a minute later (Linux 6.1, drivers/char/random.c); clones of one frozen parent would share their random numbers until then.
 * No shell has ioctl, and the tiny guest has no other language.
 */
const CODE = [
  // lea rdi, [rip+path]   (displacement filled in below)
  [0x48, 0x8d, 0x3d, 0, 0, 0, 0],
  [0xbe, 0x01, 0, 0, 0], // mov esi, O_WRONLY
  [0xb8, 0x02, 0, 0, 0], // mov eax, SYS_open
  [0x0f, 0x05], // syscall
  [0x85, 0xc0], // test eax, eax
  [0x78, 0x3c], // js fail
  [0x41, 0x89, 0xc4], // mov r12d, eax
  [0x48, 0x81, 0xec, 0, 0x02, 0, 0], // sub rsp, 512
  [0x31, 0xff], // xor edi, edi
  [0x48, 0x89, 0xe6], // mov rsi, rsp
  [0xba, 0, 0x02, 0, 0], // mov edx, 512
  [0x31, 0xc0], // xor eax, eax        SYS_read
  [0x0f, 0x05], // syscall
  [0x48, 0x85, 0xc0], // test rax, rax
  [0x7e, 0x1f], // jle fail
  [0x89, 0xc2], // mov edx, eax
  [0x44, 0x89, 0xe7], // mov edi, r12d
  [0xb8, 0x01, 0, 0, 0], // mov eax, SYS_write
  [0x0f, 0x05], // syscall
  [0x44, 0x89, 0xe7], // mov edi, r12d
  [0xbe, 0x07, 0x52, 0, 0], // mov esi, RNDRESEEDCRNG = _IO('R', 7)
  [0xb8, 0x10, 0, 0, 0], // mov eax, SYS_ioctl
  [0x0f, 0x05], // syscall
  [0x89, 0xc7], // mov edi, eax        0 or -errno
  [0xeb, 0x05], // jmp exit
  [0xbf, 0x01, 0, 0, 0], // fail: mov edi, 1
  [0xb8, 0x3c, 0, 0, 0], // exit: mov eax, SYS_exit
  [0x0f, 0x05], // syscall
].flat();

const BASE = 0x400000;
const HEADERS = 64 + 56;

export function reseedProgram(): Buffer {
  const path = Buffer.from('/dev/urandom\0');
  const code = Buffer.from(CODE);
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
