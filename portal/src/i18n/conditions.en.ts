/** What keeps a machine that is there from doing its work: a word for its row, and what helps. */
export const conditions = {
  'out-of-space': {
    word: 'no space',
    text: 'It stands still because the storage under it is full. It goes on by itself when there is space again.',
  },
  suspended: { word: 'suspended', text: 'Somebody suspended it. Switch it on and it goes on where it was.' },
  frozen: { word: 'cannot write', text: 'Its file systems were held still for a capture and did not come free. Reset it.' },
  question: { word: 'stands still', text: 'Its hypervisor asks a question, which an operator has to answer.' },
  unreachable: {
    word: 'out of control',
    text: 'It runs as far as can be seen, and cannot be controlled. Work in it may go on; reset it, switch it off or end it.',
  },
  hung: {
    word: 'does not answer',
    text: 'Its guest stopped answering its hypervisor and hangs, it seems. See its console; if nothing moves there, reset it.',
  },
  'no-tpm': { word: 'no TPM', text: 'It runs on without its TPM, whose process ended. What needs the TPM fails in it; reset it.' },
  crashed: { word: 'crashed', text: 'It crashed. Switch it on.' },
};
