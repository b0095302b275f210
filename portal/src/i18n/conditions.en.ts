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

/** Why credentials that were set do not all work, or none of them. */
export const hindrances = {
  refused: () => 'The agent in the guest refused something, so that not all of this works.',
  expired: (user: string) =>
    `In the guest ${user} or its password has expired, so nothing lets it in until somebody there renews it. The screen may help.`,
  shell: (user: string) => `In the guest ${user} has no shell that lets anybody in.`,
  password: (user: string) => `The guest's SSH server takes no password of ${user}. \`carrel ssh\` comes with a key.`,
  keys: () => "The guest's SSH server takes no keys of the account: only the password helps.",
  barred: (user: string) => `The guest's SSH server does not let ${user} in at all.`,
};
