/** A machine that is off moves to another datastore of its provider and has disks of its own there. */
import { say } from '../../core/notices.ts';
import { ownDisksSaga, type UnlinkInput } from './unlink.ts';

export interface RelocateInput extends UnlinkInput {
  /** By its name at the provider. */
  datastore: string;
}

export const relocate = ownDisksSaga<RelocateInput>({
  name: 'relocate',
  action: 'machine.relocated',
  begun: ({ datastore }) => say('disks-moving', { datastore }),
  done: ({ datastore }) => say('disks-moved', { datastore }),
  failed: ({ datastore }, why) => say('disks-not-moved', { datastore, why }),
  detail: ({ datastore }) => ({ datastore }),
  run: (ctx, driver, { machineId, datastore }) => driver.relocate?.(ctx, machineId, datastore),
});
