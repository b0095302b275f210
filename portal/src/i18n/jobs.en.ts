import type { JobDetail } from '../../../src/contract/machines.ts';

type StepState = JobDetail['steps'][number]['state'];

/** What jobs and their steps are called, by the server's names; those stand for themselves where there is no other. */
export interface JobWords {
  sagas: Readonly<Record<string, string>>;
  steps: Readonly<Record<string, string>>;
  stepStates: Readonly<Record<StepState, string>>;
}

export const jobWords: JobWords = {
  sagas: {
    provision: 'Make a machine',
    end: 'Take a machine away',
    reimage: 'Re-image',
    prepare: 'Make an image',
    capture: 'Capture a machine',
    power: 'Switch on or off',
    checkpoint: 'Checkpoint',
    prove: 'Prove a revision',
    'remove-revision': 'Remove a revision',
    'add-master': 'Add golden disks',
    unlink: 'Disks of its own',
    relocate: 'Move to a datastore',
  },
  steps: {
    clone: 'clone',
    gate: 'check the disks',
    start: 'switch on',
    guest: 'wait for the guest',
    destroy: 'take away',
    master: 'the golden disks',
    staging: 'tidy up',
    flatten: 'flatten the disks',
    power: 'switch',
    act: 'work on the checkpoint',
    handover: 'hand over access',
    copy: 'copy the disks',
  },
  stepStates: { started: 'started', done: 'done', undone: 'undone' },
};
