/** Bytes of disks' extents over `/folder`. */
import { afterEach, expect, it } from 'vitest';
import { Agent, request } from 'undici';
import { disconnectHost } from './model/trouble.ts';
import { disksOf } from './model/vm-record.ts';
import { GRAIN, openLink, writeBlock } from './model/vmdk.ts';
import type { VsimOptions } from './vsim.ts';
import { wire } from './wire-testing.ts';

const MIB = 2 ** 20;
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A simulator whose golden disk has 4 MiB, half of them brought by its image, and how to ask for files beside that disk. */
async function start(options: VsimOptions = {}) {
  const { client, close } = await wire({ masters: 1, masterBytes: 4 * MIB, ...options });
  open.push(close);
  const { vsim } = client;
  const { model: m, sim } = vsim;
  const base = openLink(m.storage, disksOf(sim.master().vm.record.snapshots[0]?.hardware as Parameters<typeof disksOf>[0])[0]?.path ?? '');
  const agent = new Agent({ connect: { ca: vsim.certificate } });
  open.push(async () => await agent.destroy());
  const get = async (path: string, range?: string) => {
    const { datastore, path: inside } = m.storage.parse(path);
    const query = new URLSearchParams({ dcPath: 'DC0', dsName: datastore.name });
    const url = `${new URL(vsim.url).origin}/folder/${inside}?${query.toString()}`;
    const headers = { cookie: `vmware_soap_session="${client.cookie}"`, ...(range === undefined ? {} : { range }) };
    const reply = await request(url, { headers, dispatcher: agent });
    return { status: reply.statusCode, part: reply.headers['content-range'], bytes: Buffer.from(await reply.body.arrayBuffer()) };
  };
  return { m, sim, base, get };
}

it('a flat extent is the disk as its guest sees it: what was written, what the image brought, zeros', async () => {
  const { m, base, get } = await start();
  writeBlock(m.storage, base, 1, Buffer.from('written'), m.now(), m.random);
  const { status, bytes } = await get(base.extentPath);
  expect([status, bytes.length]).toEqual([200, 4 * MIB]);
  expect(bytes.subarray(GRAIN, GRAIN + 8).toString()).toBe('written\0');
  const blocks = Array.from({ length: bytes.length / GRAIN }, (_, i) => bytes.subarray(i * GRAIN, (i + 1) * GRAIN).some((b) => b !== 0));
  const brought = base.extent.data?.seedBytes ?? 0;
  expect(brought).toBeGreaterThan(GRAIN);
  expect(blocks).toEqual(blocks.map((_, i) => i === 1 || i * GRAIN < brought));
  expect(bytes.subarray(0, GRAIN).equals(bytes.subarray(2 * GRAIN, 3 * GRAIN))).toBe(false);
});

it('ranges are the same bytes: from the middle, to the end, from the end; what lies behind is refused', async () => {
  const { base, get } = await start();
  const { bytes: all } = await get(base.extentPath);
  for (const [range, from, to] of [
    ['bytes=65530-65545', 65530, 65546],
    [`bytes=${4 * MIB - 3}-`, 4 * MIB - 3, 4 * MIB],
    ['bytes=-5', 4 * MIB - 5, 4 * MIB],
    [`bytes=${4 * MIB - 1}-${9 * MIB}`, 4 * MIB - 1, 4 * MIB],
  ] as const) {
    const { status, part, bytes } = await get(base.extentPath, range);
    expect([range, status, part]).toEqual([range, 206, `bytes ${from}-${to - 1}/${4 * MIB}`]);
    expect(bytes.equals(all.subarray(from, to))).toBe(true);
  }
  expect(await get(base.extentPath, `bytes=${4 * MIB}-`)).toMatchObject({ status: 416, part: `bytes */${4 * MIB}` });
});

it('a redo extent changes with each block that is written, and is not read while its machine writes to it', async () => {
  const { m, sim, get } = await start();
  const leaf = openLink(m.storage, disksOf(sim.master().vm.record)[0]?.path ?? '');
  const before = (await get(leaf.extentPath)).bytes;
  writeBlock(m.storage, leaf, 20, Buffer.from('x'), m.now(), m.random);
  const after = (await get(leaf.extentPath)).bytes;
  expect(after.equals(before)).toBe(false);
  leaf.file.writer = 'somebody';
  expect((await get(leaf.extentPath)).status).toBe(409);
});

it('nothing is read without the privilege, without a host that answers, or where a disk is an object', async () => {
  const { m, base, get } = await start();
  m.denied.add(`${m.options.username} Datastore.FileManagement`);
  expect((await get(base.extentPath)).status).toBe(403);
  m.denied.clear();
  for (const host of m.hosts) disconnectHost(m, host);
  expect((await get(base.extentPath)).status).toBe(503);
  const vsan = await start({ flavours: ['vsan'] });
  expect((await vsan.get(vsan.base.extentPath)).status).toBe(404);
  expect((await vsan.get(vsan.base.path)).status).toBe(200);
});
