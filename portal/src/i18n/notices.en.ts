import type { Notice } from '../../../src/contract/notices.ts';

/** What stands for `code`; `time` writes a time as people here do. A fact that is missing is shown as a gap, and never as a fault. */
export type NoticeWords = Record<Notice['code'], (facts: Facts, time: (at: string) => string) => string>;

interface Facts extends Record<string, string> {
  at: string;
  after: string;
  name: string;
  op: string;
  why: string;
}

/** What the server says of a reservation in one sentence, in the portal's words: times of the person's zone, and buttons instead of commands. */
export const notices: NoticeWords = {
  'powered-off': () => 'Powered off',
  'switched-off': () => 'Its machine is switched off',
  kept: () => 'Switched off and kept for a while: Undo brings it back.',
  'nobody-connected': ({ at }, time) => `Nobody has connected yet: it is ended at ${time(at)} unless somebody does.`,
  'nobody-there': ({ at }, time) => `Nobody is connected: it is ended at ${time(at)} unless somebody connects or extends it.`,
  'ended-unused': ({ after }) => `Ended: nobody had connected within ${after}.`,
  'ended-unused-kept': ({ after }) => `Ended: nobody had connected within ${after}. Undo brings it back.`,
  'ended-idle': ({ after }) => `Ended: nobody had been connected for ${after}.`,
  'ended-idle-kept': ({ after }) => `Ended: nobody had been connected for ${after}. Undo brings it back.`,
  'time-up': () => 'Its time is up.',
  ending: () => 'It is ending.',
  'stopping-begun': () => 'What was begun is being stopped.',
  'taking-away': () => 'The machine is being taken away.',
  'taking-old-away': () => 'The old machine is being taken away.',
  'waiting-provider': ({ why }) => `Waiting for the provider; goes on by itself: ${why}`,
  'waiting-maintenance': ({ at }, time) => `Waiting for the end of maintenance at ${time(at)}: its machine is begun then.`,
  'no-room': () => 'Waiting for room: machines that should be gone are still being taken away.',
  'room-needed': () => 'Its room is needed: it is taken away now.',
  reverting: ({ name }) => `Going back to checkpoint ${name}.`,
  'power-failed': ({ op, why }) => `Power ${op} failed: ${why}`,
  'own-disks-copying': () => 'Powered off; its disks are being copied, to be its own.',
  'own-disks': () => 'Powered off; it has disks of its own now.',
  'late-by-maintenance': ({ at, after }, time) =>
    `Its machine is begun when maintenance is over, ${time(at)}, and may be there up to ${after} after the start.`,
  'linked-instead': ({ why }) => `It was made as a linked clone, not an instant one: ${why}`,
  'master-changed': ({ why }) => `Save what you need and reserve another: this machine may read wrong data, and is not captured. ${why}`,
  'own-disks-failed': ({ why }) => `It was not given disks of its own: ${why}`,
};
