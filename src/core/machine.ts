/** Machines: the states between the promise of one and the proof that it is gone. */

export type MachineState = 'planned' | 'building' | 'running' | 'stopped' | 'destroying' | 'gone' | 'lost';
export type MachineEvent = 'build' | 'poweredOn' | 'poweredOff' | 'vanished' | 'destroy' | 'destroyed';

/**
 * States x events, no gaps; `null` = refused. Capacity is held in every state but `gone`: a machine that is `lost` may
 * still be running somewhere we cannot see. See docs/spec/machine.md.
 */
export const MACHINE_TABLE: Record<MachineState, Record<MachineEvent, MachineState | null>> = {
  planned: { build: 'building', poweredOn: null, poweredOff: null, vanished: null, destroy: 'destroying', destroyed: 'gone' },
  building: {
    build: 'building',
    poweredOn: 'running',
    poweredOff: 'stopped',
    vanished: 'building',
    destroy: 'destroying',
    destroyed: 'gone',
  },
  running: { build: null, poweredOn: 'running', poweredOff: 'stopped', vanished: 'lost', destroy: 'destroying', destroyed: 'gone' },
  stopped: { build: null, poweredOn: 'running', poweredOff: 'stopped', vanished: 'lost', destroy: 'destroying', destroyed: 'gone' },
  destroying: {
    build: null,
    poweredOn: 'destroying',
    poweredOff: 'destroying',
    vanished: 'destroying',
    destroy: 'destroying',
    destroyed: 'gone',
  },
  lost: { build: null, poweredOn: 'running', poweredOff: 'stopped', vanished: 'lost', destroy: 'destroying', destroyed: 'gone' },
  gone: { build: null, poweredOn: null, poweredOff: null, vanished: null, destroy: null, destroyed: 'gone' },
};

/** States in which a machine takes up memory, vCPUs and a place on its provider. */
export const HOLDS_CAPACITY: readonly MachineState[] = ['planned', 'building', 'running', 'stopped', 'destroying', 'lost'];
