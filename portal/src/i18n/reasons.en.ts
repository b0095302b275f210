import type { FindingKind } from '../../../src/contract/system.ts';

/** Why a time cannot be had, by what the server names in `details`. */
export const whyNot = {
  resources: { machines: 'machines', memoryMiB: 'memory', vcpus: 'virtual CPUs', storageMiB: 'storage' },
  room: (at: string, what: string, free: string, wanted: string) =>
    `Too little room ${at}: ${what}: ${free} left, and this needs ${wanted}.`,
  tooLarge: (wanted: string, largest: string) =>
    `No time helps: its disks may come to take ${wanted}, and the largest datastore there holds ${largest}.`,
  turnround: 'Only preparation ahead of a start and the turn-round after an end are in the way.',
  licence: (name: string, at: string) => `Every seat of licence ${name} is taken ${at}.`,
  freeAgain: (time: string) => `One is free again ${time}.`,
  maintenance: (reason: string) => `It is closed for maintenance until further notice: ${reason}`,
  maintenanceUntil: (time: string, reason: string) => `It is closed for maintenance until ${time}: ${reason}`,
  kind: 'You may not make reservations of this kind.',
  longest: (span: string) => `A reservation of this kind may last ${span} at most.`,
  total: (span: string) => `A reservation of this kind may last ${span} at most, with all extensions.`,
  ahead: (span: string) => `A reservation of this kind may begin ${span} ahead at most.`,
  atOnce: (n: string) => `You may hold ${n} reservations of this kind at one time.`,
  groupAtOnce: (group: string | undefined, n: string, at: string) =>
    `${group === undefined ? 'All people' : `The people of group ${group}`} together may hold ${n} reservations of this kind at one time, and hold that many ${at}.`,
  oneMoreAt: (time: string) => `One more can be had ${time}.`,
};

/** What the reconciler finds: its name, and what is so where that differs by nothing; the rest is the server's to say. */
interface FindingWords {
  name: string;
  text?: string;
}

const kinds: Record<FindingKind, FindingWords> = {
  'leaked-machine': { name: 'Machine without a reservation', text: 'It carries our tag, and no reservation has it.' },
  'missing-machine': { name: 'Machine that is not there', text: 'It is on record, and it is not there.' },
  'power-changed': { name: 'Power changed' },
  condition: { name: 'Condition of a machine' },
  'leaked-master': { name: 'Golden disks without a revision', text: 'They carry our tag, and no revision has them.' },
  'missing-master': {
    name: 'Golden disks that are not there',
    text: 'A revision has them, and they are not there: stop handing it out and restore them from a backup.',
  },
  'open-delete': { name: 'Delete that was cut off', text: 'Its delete was cut off before its proof was kept.' },
  'changed-master': { name: 'Golden disks that changed' },
  stray: { name: 'Left over' },
  foreign: { name: 'Not ours' },
  frozen: { name: 'Nothing is mended' },
};

export const findings = {
  kinds,
  actions: {
    destroy: 'is taken away',
    'mark-lost': 'is marked as lost',
    record: 'is recorded',
    report: 'is reported',
    remove: 'is removed',
    prove: 'is proved again',
    'take-out': 'its revision is taken out of service',
    sweep: 'is swept away',
    leave: 'is left alone',
  },
  outcomes: { 'would-mend': 'would be mended', waiting: 'waits', mended: 'mended', reported: 'reported', failed: 'failed' },
  powers: { on: 'It is on now.', off: 'It is off now.', suspended: 'It is suspended now.', crashed: 'It has crashed.' },
  well: 'Nothing is the matter with it any more.',
};
