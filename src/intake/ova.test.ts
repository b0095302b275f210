import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ova, type OvaOptions, withSecureBootAndTpm } from '../../test/support/ova.ts';
import { descriptor } from '../vsim/model/ovf.ts';
import { writeStream } from '../vsim/model/stream-out.ts';
import { chainOf } from '../vsim/model/vmdk.ts';
import { disksOf } from '../vsim/model/vm-record.ts';
import { makeSim } from '../vsim/testing.ts';
import { isOvf, ovfArchive } from '../cli/ovf-archive.ts';
import { unwrap } from './unwrap.ts';

let dir: string;
let disk: string;
const content = randomBytes(300_001);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'carrel-ova-'));
  disk = join(dir, 'system');
  writeFileSync(disk, content);
});
afterAll(() => rmSync(dir, { recursive: true }));

async function taken(source: string | AsyncIterable<Buffer>, maxBytes = 1 << 30) {
  const sent = typeof source === 'string' ? (createReadStream(source, { highWaterMark: 1000 }) as AsyncIterable<Buffer>) : source;
  const { bytes, plain, found } = await unwrap(sent, maxBytes);
  const parts: Buffer[] = [];
  for await (const part of bytes) parts.push(part);
  return { bytes: Buffer.concat(parts), plain, ...found() };
}
const made = (options: Partial<OvaOptions> = {}) => ova(dir, { disk, ...options });

describe('the system disk comes out, and the hardware is proposed', () => {
  it.each<[string, Partial<OvaOptions>]>([
    ['by VMware', {}],
    ['with a manifest at the end, by SHA-1', { hash: 'sha1', order: ['ovf', 'disk', 'mf'] }],
    ['without a manifest', { order: ['ovf', 'disk'] }],
    ["in GNU's form", { tar: ['--format=gnu'] }],
    ['in the form of pax', { tar: ['--format=pax'] }],
    ['with its disk packed', { gzip: true }],
  ])('%s', async (_, options) => {
    const { bytes, plain, proposed, notes } = await taken(made(options));
    expect(bytes.equals(content)).toBe(true);
    expect(plain).toBe(false);
    expect(proposed).toEqual({ vcpus: 3, memoryMiB: 1536, firmware: 'efi', nic: 'vmxnet3', os: 'Debian GNU/Linux 12 (64-bit)' });
    expect(notes).toEqual(['It was made for lsilogic, of which machines here have none: they get virtio, whose drivers it must have.']);
  });

  it('as a vCenter exports it', async () => {
    const sim = makeSim({ masterBytes: 5 * 2 ** 16 });
    const { model: m } = sim;
    const { vm } = sim.master();
    Object.assign(vm.record, { firmware: 'efi', numCPUs: 3 });
    const exported = join(dir, 'exported');
    const [system] = disksOf(vm.record);
    if (system === undefined) throw new Error('no disk');
    const parts: Buffer[] = [];
    for await (const part of writeStream(chainOf(m.storage, system.path))) parts.push(part);
    writeFileSync(exported, Buffer.concat(parts));
    const file = { path: 'disk-0.vmdk', size: statSync(exported).size, populated: undefined, compression: undefined, chunkSize: undefined };
    const wish = { name: 'a "web" & <co>', description: undefined, files: new Map([[system.key, file]]), options: new Set<string>() };
    const described = descriptor(m, vm, wish);
    // The schema of an item is a sequence, in the order of the alphabet.
    for (const [item] of described.matchAll(/<Item[^]*?<\/Item>/g)) {
      const names = [...item.matchAll(/<rasd:(\w+)>/g)].map(([, name = '']) => name);
      expect(names).toEqual([...names].sort((a, b) => (a < b ? -1 : 1)));
    }
    const { bytes, proposed, notes } = await taken(made({ disk: exported, edit: () => described }));
    expect(bytes.equals(readFileSync(exported))).toBe(true);
    const hardware = { vcpus: 3, memoryMiB: vm.record.memoryMB, firmware: 'efi', diskBus: 'pvscsi', nic: 'vmxnet3' };
    expect(proposed).toEqual({ ...hardware, os: 'Ubuntu Linux (64-bit)' });
    expect(notes).toEqual([]);
  });

  it('when the OVA itself is packed', async () => {
    async function* packed() {
      yield gzipSync(readFileSync(made()));
    }
    expect((await taken(packed())).bytes.equals(content)).toBe(true);
    await expect(taken(packed(), 200_000)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('of several disks the first by its place, and the others are named', async () => {
    const data = join(dir, 'data');
    writeFileSync(data, 'data');
    const { bytes, notes } = await taken(made({ data: { 'disk-1.vmdk': data }, order: ['ovf', 'mf', 'data', 'disk'] }));
    expect(bytes.equals(content)).toBe(true);
    expect(notes[0]).toBe('Of its 2 disks the first ("vmdisk0") is taken; left out: "vmdisk1".');
  });

  it.each([
    ['GigaBytes', '2', 2048],
    ['byte * 2^30', '2', 2048],
    ['byte*2^10', '1048576', 1024],
    ['byte', '536870912', 512],
    ['MegaBytes', '512', 512],
    ['byte * 2^20', '0', undefined],
    ['byte * 2^20', '-5', undefined],
    ['byte * 2^60', '4', undefined],
  ])('memory in %s', async (unit, amount, mib) => {
    const edit = (ovf: string) => ovf.replace('byte * 2^20', unit).replace('>1536<', `>${amount}<`);
    expect((await taken(made({ edit }))).proposed.memoryMiB).toBe(mib);
  });

  it('firmware as VirtualBox writes it, and none where nothing is said', async () => {
    const without = (ovf: string) => ovf.replace(/<vmw:Config.*?\/>/, '');
    expect((await taken(made({ edit: without }))).proposed.firmware).toBeUndefined();
    const box = (ovf: string) =>
      without(ovf).replace('</VirtualSystem>', '<vbox:Machine><Hardware><Firmware type="EFI"/></Hardware></vbox:Machine></VirtualSystem>');
    expect((await taken(made({ edit: box }))).proposed.firmware).toBe('efi');
  });

  const box = (section: string) => (ovf: string) =>
    ovf.replace('</VirtualSystem>', `<vbox:Machine><Hardware>${section}</Hardware></vbox:Machine></VirtualSystem>`);
  it.each<[string, (ovf: string) => string, unknown]>([
    ['as VMware writes them', withSecureBootAndTpm, { secureBoot: true, tpm: true }],
    ['secure boot that is off', (o) => withSecureBootAndTpm(o).replace('"true"', '"false"'), { tpm: true }],
    ['secure boot without EFI, which alone has it', (o) => withSecureBootAndTpm(o).replace('"efi"', '"bios"'), { tpm: true }],
    ['a TPM as VirtualBox writes it', box('<TrustedPlatformModule type="v2_0" location=""/>'), { tpm: true }],
    ['a TPM of the version before', box('<TrustedPlatformModule type="v1_2"/>'), {}],
  ])('secure boot and TPM: %s', async (_, edit, wanted) => {
    const { secureBoot, tpm } = (await taken(made({ edit }))).proposed;
    expect({ ...(secureBoot && { secureBoot }), ...(tpm && { tpm }) }).toEqual(wanted);
  });
});

describe('a description with its files beside it is sent as the OVA that they make', () => {
  const beside = (options: Partial<OvaOptions> = {}) => made(options).replace(/\.ova$/, '.ovf');
  async function sent(path: string) {
    const { bytes, content: archive } = await ovfArchive(path);
    const parts: Buffer[] = [];
    for await (const part of archive as AsyncIterable<Buffer>) parts.push(part);
    const whole = Buffer.concat(parts);
    expect(whole.length).toBe(bytes);
    return whole;
  }
  const once = async function* (whole: Buffer) {
    yield whole;
  };

  it.each<[string, Partial<OvaOptions>]>([
    ['with its manifest', {}],
    ['with a packed disk', { gzip: true }],
    ['with a second disk, of a long name that is not of ASCII', { tar: ['--format=pax'], data: { [`${'größe-'.repeat(30)}.vmdk`]: '' } }],
  ])('%s', async (_, options) => {
    const data = Object.fromEntries(Object.keys(options.data ?? {}).map((name) => [name, disk]));
    const whole = await sent(beside({ ...options, data }));
    const { bytes, proposed, notes } = await taken(once(whole));
    expect(bytes.equals(content)).toBe(true);
    expect(proposed).toMatchObject({ vcpus: 3, firmware: 'efi' });
    expect(notes.some((note) => note.startsWith('Of its 2 disks'))).toBe(options.data !== undefined);
  });

  it('its manifest is checked, a file that is missing is named, and none that lies elsewhere is read', async () => {
    const changed = await sent(beside({ manifest: (text) => text.replaceAll(/= ../g, '= 00') }));
    await expect(taken(once(changed))).rejects.toThrow('is not what it was');
    const path = beside();
    rmSync(join(path, '..', 'disk-0.vmdk'));
    await expect(ovfArchive(path)).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('disk-0.vmdk') });
    const linked = beside();
    rmSync(join(linked, '..', 'disk-0.vmdk'));
    symlinkSync(disk, join(linked, '..', 'disk-0.vmdk'));
    await expect(ovfArchive(linked)).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('disk-0.vmdk') });
    const odd = beside({
      edit: (text) => text.replace(/ovf:href="disk-0.vmdk" ovf:id="file0"/, "ovf:id='file0' ovf:href='R&amp;D&#x20;&#228;.vmdk'"),
    });
    await expect(ovfArchive(odd)).rejects.toMatchObject({ message: expect.stringContaining('"R&D ä.vmdk"') });
    const outside = beside({ edit: (text) => text.replace('disk-0.vmdk', '../../etc/passwd') });
    await expect(ovfArchive(outside)).rejects.toMatchObject({ code: 'bad-image', message: expect.stringContaining('outside of it') });
  });

  it('it is known by its content', async () => {
    for (const [text, is] of [
      [readFileSync(beside(), 'utf8'), true],
      ['<html>Envelope schemas.dmtf.org/ovf</html>', false],
      ['QFI\xfb', false],
    ] as const) {
      const path = join(dir, 'unnamed');
      writeFileSync(path, text);
      const file = await open(path);
      expect(await isOvf(file)).toBe(is);
      await file.close();
    }
  });
});

describe('refused, with what helps', () => {
  const hrefOf = (href: string) => ({ edit: (ovf: string) => ovf.replace('ovf:href="disk-0.vmdk"', `ovf:href="${href}"`) });
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>`;
  it.each<[string, Partial<OvaOptions>, string]>([
    ['a disk that is not what its manifest says', { manifest: (m) => m.replace(/(disk-0.vmdk\)= )../, '$100') }, 'is not what it was'],
    ['a description that is not what its manifest says', { manifest: (m) => m.replace(/(web.ovf\)= )../, '$100') }, 'is not what it was'],
    ['a file of the manifest that is missing', { manifest: (m) => m.replaceAll('disk-0', 'disk-9') }, 'is not there'],
    ['a manifest of another kind', { manifest: () => 'MD5(web.ovf)= 00\n' }, 'manifest cannot be read'],
    ['a manifest of nonsense', { manifest: () => 'nothing\n' }, 'manifest cannot be read'],
    ['a disk that is not there', { order: ['ovf'] }, 'is not in it'],
    ['a disk before its description', { order: ['disk', 'ovf'] }, 'begins with "disk-0.vmdk"'],
    ['entities', { edit: (o) => o.replace('?>', `?>${bomb}`) }, 'cannot be read'],
    ['an entity of nobody', { edit: (o) => o.replace('&amp;', '&b;') }, 'cannot be read'],
    ['elements inside each other without end', { edit: (o) => o.replace('<Info/>', '<a>'.repeat(100_000)) }, 'cannot be read'],
    ['a description cut off', { edit: (o) => o.slice(0, 900) }, 'cannot be read'],
    ['a description in another encoding', { edit: (o) => o.replace('Debian', '\ud800') }, ''],
    ['another document', { edit: () => '<html></html>' }, 'description is none'],
    ['a path that leads out', hrefOf('../../etc/passwd'), 'names a file outside of it'],
    ['a path from the root', hrefOf('/etc/shadow'), 'names a file outside of it'],
    ['an address', hrefOf('http://example.org/disk.vmdk'), 'names a file outside of it'],
    ['a disk without a file', { edit: (o) => o.replace(' ovf:fileRef="file0"', '') }, 'is empty'],
    [
      'a disk on another',
      { edit: (o) => o.replace('ovf:fileRef="file0"', 'ovf:fileRef="file0" ovf:parentRef="x"') },
      'stands on another disk',
    ],
    ['a disk in pieces', { edit: (o) => o.replace('ovf:id="file0"', 'ovf:id="file0" ovf:chunkSize="9"') }, 'cut in pieces'],
    ['no disk', { edit: (o) => o.replaceAll('>17<', '>15<') }, 'has no disk'],
    [
      'two machines',
      { edit: (o) => o.replace(/(<VirtualSystem[^]*<\/VirtualSystem>)/, '<VirtualSystemCollection>$1$1</VirtualSystemCollection>') },
      'has 2 machines',
    ],
  ])('%s', async (what, options, says) => {
    if (what.includes('another encoding')) {
      // A lone surrogate becomes U+FFFD in UTF-8, which is fine: the name of the system is all that it spoils.
      expect((await taken(made(options))).proposed.os).toContain('\ufffd');
      return;
    }
    const error = await taken(made(options)).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'bad-image', message: expect.stringContaining(says), hint: expect.stringMatching(/\w/) });
  });

  const archive = (name: string, ...args: string[]) => {
    const to = join(dir, name);
    execFileSync('tar', ['-cf', to, '-P', ...args], { stdio: ['ignore', 'ignore', 'ignore'] });
    return to;
  };
  it('archives that lead elsewhere, or are no OVA', async () => {
    mkdirSync(join(dir, 'bad'), { recursive: true });
    symlinkSync('/etc/passwd', join(dir, 'bad', 'x.ovf'));
    const cases = [
      [archive('link.tar', '-C', join(dir, 'bad'), 'x.ovf'), 'link or a device'],
      [archive('up.tar', '-C', join(dir, 'bad'), '../system'), 'leads out of it'],
      [archive('root.tar', disk), 'leads out of it'],
      [archive('backup.tar', '-C', dir, 'system'), 'begins with "system"'],
    ] as const;
    for (const [path, says] of cases)
      await expect(taken(path)).rejects.toMatchObject({ code: 'bad-image', message: expect.stringContaining(says) });
  });

  it('what is damaged or cut off', async () => {
    const whole = readFileSync(made());
    const changed = Buffer.from(whole);
    changed.write('9', 124);
    const twice = Buffer.concat([whole.subarray(0, whole.indexOf('disk-0.vmdk\0')), whole]);
    for (const [wrong, says] of [
      [whole.subarray(0, whole.length / 2), 'cut off'],
      [changed, 'damaged'],
      [twice, 'a file twice'],
    ] as const) {
      async function* sent() {
        yield Buffer.from(wrong);
      }
      await expect(taken(sent())).rejects.toMatchObject({ code: 'bad-image', message: expect.stringContaining(says) });
    }
  });
});
