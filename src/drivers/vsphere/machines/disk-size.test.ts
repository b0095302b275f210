import { describe, expect, test } from 'vitest';
import { ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';

const MIB = 2 ** 20;

describe.each(['vcenter', 'esxi'] as const)('a larger disk on %s', (kind) => {
  test('a copy that was made and not made larger before it broke off gets its size at the next try, and once it runs nothing more is asked', async () => {
    await inWorld({ vsim: { kind } }, async (c) => {
      const { machineId, chains } = await c.clone('full');
      const diskBytes = (chains[0]?.[0]?.virtualBytes ?? 0) + 10 * MIB;
      const spec = { ...c.spec(machineId, 'full'), diskBytes };
      const again = await c.driver.clone(ctx(), spec);
      expect(again.chains.map((chain) => chain.map((disk) => disk.virtualBytes))).toEqual([[diskBytes]]);
      await c.driver.power(ctx(), machineId, 'on');
      const larger = await c.driver.clone(ctx(), { ...spec, diskBytes: diskBytes + MIB });
      expect(larger.chains[0]?.[0]?.virtualBytes).toBe(diskBytes);
      await c.unchanged();
      await c.driver.destroy(ctx(), machineId);
      await c.nothingLeft();
    });
  });
});
