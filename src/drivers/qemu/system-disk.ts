import { driverError } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import { SYSTEM_DISK } from '../../qemu/argv.ts';
import type { QmpClient } from '../../qemu/qmp.ts';

export interface SystemDisk {
  /** Of the leaf that is written to now: it changes with each checkpoint. */
  node: string;
  virtualBytes: number;
}

interface Block {
  /** The device's id, or its path in QEMU's object tree: `/machine/peripheral/vda/virtio-backend`. */
  qdev?: string;
  inserted?: { 'node-name': string; image: { 'virtual-size': number } };
}

/** The disk of a running machine, among CDs and flash memory. Errors: `wrong-state`. */
export async function systemDisk(ctx: Ctx, qmp: QmpClient): Promise<SystemDisk> {
  const all = await qmp.execute<Block[]>(ctx, 'query-block');
  const inserted = all.find(({ qdev }) => qdev?.split('/').includes(SYSTEM_DISK))?.inserted;
  if (inserted === undefined) throw driverError('wrong-state', 'QEMU shows no disk');
  return { node: inserted['node-name'], virtualBytes: inserted.image['virtual-size'] };
}
