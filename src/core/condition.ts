/**
 * What is the matter with a machine that is there and does not do its work, beside its state: a machine that stands still for lack of space
 * is no machine that is switched off. See docs/spec/machine.md.
 */
export const CONDITIONS = ['out-of-space', 'suspended', 'frozen', 'question', 'unreachable', 'hung', 'no-tpm', 'crashed'] as const;
export type MachineCondition = (typeof CONDITIONS)[number];

interface Told {
  /** Completes "its machine …". */
  says: string;
  /** What the person, or the operator, can do. */
  wayOut: string;
}

export const CONDITION_WORDS: Record<MachineCondition, Told> = {
  'out-of-space': {
    says: 'stands still: the storage under it is full',
    wayOut:
      'it goes on by itself when there is space again (on vSphere: when its question is answered, `carrel answer`); ending machines makes some',
  },
  suspended: { says: 'was suspended by somebody at its provider', wayOut: 'switch it on and it goes on where it was' },
  frozen: {
    says: 'cannot write: its file systems were held still for a capture and did not come free',
    wayOut: 'reset it, which costs what was not written yet; a freeze hook of its guest agent may be to blame',
  },
  question: {
    says: 'stands still: its hypervisor asks a question',
    wayOut: 'an operator answers it: `carrel answer`, or at the provider',
  },
  unreachable: {
    says: 'cannot be controlled: its hypervisor runs it, as far as can be seen, and does not answer for it',
    wayOut: 'it may go on working; reset it, switch it off or end it',
  },
  hung: {
    says: 'hangs, as far as can be seen: its guest stopped answering its hypervisor',
    wayOut: 'look at its console; reset it if nothing moves, which costs what was not written yet',
  },
  'no-tpm': {
    says: 'runs without its TPM: the process that imitates it ended',
    wayOut: 'reset it, which starts one again with what it held; until then what needs the TPM fails in the guest',
  },
  crashed: { says: 'crashed', wayOut: 'switch it on' },
};

/** Conditions in which nobody gets an answer out of the guest, so that nobody should wait for one. */
export const STANDS_STILL: readonly MachineCondition[] = ['out-of-space', 'suspended', 'frozen', 'question'];
