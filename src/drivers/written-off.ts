/**
 * What stands in for the driver of a provider that an operator wrote off. Every run that waited for it comes to its end by its ordinary way: what
 * takes away succeeds and says that nothing was seen, everything else is refused. It never claims to have looked: its readings are not complete.
 */
import type { DeletionProof } from '../core/lineage.ts';
import { type Driver, driverError, WRITTEN_OFF } from '../driver/index.ts';

/** `name` and `reason` as operators know them. */
export function writtenOffDriver(name: string, reason: string): Driver {
  const refuse = async (): Promise<never> => {
    throw driverError('written-off', `${name} was written off: ${reason}`, {
      hint: 'What was there is gone for Carrel. Should it be back, an operator takes it up again with `carrel provider enable`.',
    });
  };
  const gone = async (id: string): Promise<DeletionProof> => {
    const now = new Date().toISOString();
    return { machineId: id, startedAt: now, finishedAt: now, chainsBefore: [], removed: [], parents: [], writtenOff: `${name}: ${reason}` };
  };
  return {
    kind: WRITTEN_OFF,
    open: async () => ({
      cloneModes: [],
      liveCapture: false,
      checkpoints: false,
      suspend: false,
      console: 'none',
      recipes: [],
      importFormats: [],
      startSlots: 1,
      copySlots: 1,
      facts: {},
    }),
    close: async () => {},
    inventory: async () => ({ complete: false, machines: [], masters: [], strays: [] }),
    lineage: async () => ({ complete: false, chains: [], disks: [] }),
    watch: () => () => {},
    room: async () => ({ machines: 0, memoryMiB: 0, vcpus: 0, storageMiB: 0, storageBytes: 0, storageFreeBytes: 0 }),
    whereabouts: () => undefined,
    prepareMaster: refuse,
    verifyMaster: refuse,
    removeMaster: (_ctx, revisionId) => gone(revisionId),
    clone: refuse,
    readBack: refuse,
    power: refuse,
    checkpoint: refuse,
    checkpoints: async () => [],
    revert: refuse,
    deleteCheckpoint: async () => {},
    capture: refuse,
    destroy: (_ctx, machineId) => gone(machineId),
    sweep: async () => {},
    guest: { ready: refuse, address: refuse, handover: refuse, revoke: async () => {} },
    console: refuse,
    serialLog: refuse,
  };
}
