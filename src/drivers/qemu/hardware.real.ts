/** The hardware that an image was said to need is what its guest finds, told by a program in the disk's first sector. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HardwareProfile } from '../../core/image.ts';
import { makeCtx } from '../../lib/context.ts';
import { waitFor } from '../../lib/retry.ts';
import { quickTools, QemuWorld } from '../../../test/support/qemu-harness.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });
let world: QemuWorld;
beforeAll(async () => {
  world = await QemuWorld.make(await quickTools());
});
afterAll(async () => await world?.dispose());

/** Writes `=` and what CPUID says in ECX of leaf 1 and EBX of leaf 7, as two numbers of eight hex digits, on the first serial port, again and again: a line may be lost. */
function bootSector(): Buffer {
  const code = Buffer.from(
    [
      'fa 31c0 8ed0 bc007c', // cli: the BIOS writes there from its timer; xor ax,ax; mov ss,ax; mov sp,0x7c00
      'b03d e83f00', // mov al,'='; call put
      '66b801000000 0fa2 6689ce e81300', // mov eax,1; cpuid; mov esi,ecx; call number
      '66b807000000 6631c9 0fa2 6689de e80200', // mov eax,7; xor ecx,ecx; cpuid; mov esi,ebx; call number
      'ebda', // jmp to the '='
      'b90800', // number: mov cx,8
      '66c1c604 89f0 240f 0430 3c39 7602 0407', // rol esi,4; mov ax,si; and al,15; add al,'0'; cmp al,'9'; jbe +2; add al,7
      'e80800 e2eb', // call put; loop
      'b00a e80100 c3', // mov al,'\n'; call put; ret
      '50 bafd03 ec a820 74fb 58 baf803 ee c3', // put: wait for the line to be free, write al
    ]
      .join('')
      .replaceAll(' ', ''),
    'hex',
  );
  const sector = Buffer.alloc(512);
  code.copy(sector);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/** Bits of CPUID that the levels of the x86-64 psABI name. */
const V2 = [0, 9, 13, 19, 20, 23]; // SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT
const V3 = [3, 5, 8]; // BMI1, AVX2, BMI2

const hasAll = (word: number, bits: readonly number[]) => bits.every((bit) => ((word >>> bit) & 1) === 1);

type Kind = Pick<HardwareProfile, 'cpu' | 'diskBus' | 'nic'>;
test.each<[Kind, { v2: boolean; v3: boolean }]>([
  [{}, { v2: true, v3: false }],
  [
    { cpu: 'x86-64', diskBus: 'sata', nic: 'e1000' },
    { v2: false, v3: false },
  ],
  [
    { cpu: 'x86-64-v2', diskBus: 'pvscsi', nic: 'vmxnet3' },
    { v2: true, v3: false },
  ],
  [
    { cpu: 'x86-64-v3', diskBus: 'lsilogicsas', nic: 'e1000e' },
    { v2: true, v3: true },
  ],
])('the firmware finds the disk of %o, and the guest the processor', async (hardware, has) => {
  const path = join(world.dataDir, 'staging', `${randomUUID()}.raw`);
  await writeFile(path, Buffer.concat([bootSector(), Buffer.alloc(1 << 20)]));
  const revisionId = randomUUID();
  const profile = { agent: 'none' as const, ...hardware };
  const made = await world.driver.prepareMaster(ctx(), { revisionId, source: { kind: 'file', path, claimed: 'raw', profile } });
  expect(made.profile.hardware).toMatchObject(hardware);
  const machineId = randomUUID();
  const size = { vcpus: 1, memoryMiB: 64 };
  await world.driver.clone(ctx(), { machineId, revisionId, mode: 'linked', hardware: size, hostname: 'm' });
  await world.driver.power(ctx(), machineId, 'on');
  const [, leaf1 = '', leaf7 = ''] = await waitFor(ctx(), 50, async () => {
    const text = (await world.parts.fleet.get(machineId)?.serial.last(4096)) ?? '';
    return /=([0-9A-F]{8})\n([0-9A-F]{8})/.exec(text) ?? undefined;
  });
  expect({ v2: hasAll(parseInt(leaf1, 16), V2), v3: hasAll(parseInt(leaf7, 16), V3) }).toEqual(has);
  await world.driver.destroy(ctx(), machineId);
  await world.driver.removeMaster(ctx(), revisionId);
});
