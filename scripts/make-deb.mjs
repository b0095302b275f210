// Makes carrel_VERSION_ARCH.deb in the folder named (default: deb/).
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { stage } from './stage.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = resolve(process.argv[2] ?? join(root, 'deb'));
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const arch = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
const dir = await mkdtemp(join(tmpdir(), 'carrel-deb-'));
try {
  await stage(dir, '/usr');
  const size = execFileSync('du', ['-sk', dir], { encoding: 'utf8' }).split('\t')[0];
  const control = join(dir, 'DEBIAN');
  await mkdir(control, { mode: 0o755 });
  // What setup.sh asks for, as Debian's own fields say it.
  await writeFile(
    join(control, 'control'),
    `Package: carrel
Version: ${version}
Architecture: ${arch}
Maintainer: Carrel <carrel@localhost>
Section: admin
Priority: optional
Installed-Size: ${size}
Depends: libc6 (>= 2.28), libstdc++6, postgresql, openssh-client, passwd
Recommends: qemu-system-x86, qemu-utils, seabios, ipxe-qemu, ovmf, swtpm, e2fsprogs, cpio, xz-utils, zstd
Suggests: mmdebstrap
Description: virtual computing lab: machines lent as linked clones
 Lends virtual machines: a person reserves an image, and seconds later a machine
 of their own is ready, a linked clone of a golden image that no mistake can
 touch. Provisions on VMware vCenter, on a lone ESXi host, and on QEMU/KVM of
 the machine that it runs on (which needs the recommended packages).
`,
  );
  await writeFile(join(control, 'conffiles'), '/etc/default/carrel\n');
  for (const script of ['postinst', 'prerm', 'postrm']) await copyFile(join(root, 'packaging/debian', script), join(control, script));
  await mkdir(out, { recursive: true });
  const file = join(out, `carrel_${version}_${arch}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '-z1', '--build', dir, file], { stdio: ['ignore', 'ignore', 'inherit'] });
  process.stdout.write(`${file}\n`);
} finally {
  await rm(dir, { recursive: true, force: true });
}
