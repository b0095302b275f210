import type { Notice } from '../../../src/contract/notices.ts';

/** What stands for `code`; `time` writes a time as people here do. A fact that is missing is shown as a gap, and never as a fault. */
export type NoticeWords = Record<Notice['code'], (facts: Facts, time: (at: string) => string) => string>;

interface Facts extends Record<string, string> {
  at: string;
  after: string;
  name: string;
  op: string;
  from: string;
  to: string;
  place: string;
  places: string;
  percent: string;
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
  'disks-moving': ({ datastore }) => `Powered off; it is being moved to the datastore ${datastore}.`,
  'disks-moved': ({ datastore }) => `Powered off; it lies on the datastore ${datastore} now, on disks of its own.`,
  'disks-not-moved': ({ datastore, why }) => `It was not moved to the datastore ${datastore}: ${why}`,
  'late-by-maintenance': ({ at, after }, time) =>
    `Its machine is begun when maintenance is over, ${time(at)}, and may be there up to ${after} after the start.`,
  'linked-instead': ({ why }) => `It was made as a linked clone, not an instant one: ${why}`,
  'master-changed': ({ why }) => `Save what you need and reserve another: this machine may read wrong data, and is not captured. ${why}`,
  'own-disks-failed': ({ why }) => `It was not given disks of its own: ${why}`,
  'making-linked': () => 'A linked clone: it stands on the golden image.',
  'making-full': () => 'A full copy, all its own.',
  'making-instant': () => 'An instant clone of a running machine.',
  starting: () => 'It is being switched on.',
  'waiting-guest': () => 'It is on; its operating system has not answered yet.',
  'placed-again': ({ from, why, to }) => `${from} could not make it, so ${to} does now. ${why}`,
  ended: () => 'Ended.',
  'ended-early': () => 'Ended before it began.',
  'place-chosen': ({ place }) => `${place} was chosen.`,
  'place-only': ({ place }) => `${place} is the only provider with this image that is enabled.`,
  'place-room': ({ place }) => `${place} has room.`,
  'place-next': ({ place }) => `${place} was chosen: those before it have no room at this time.`,
  'place-left': ({ place, percent }) => `${place} would have ${percent} % left.`,
  'place-left-down': ({ place, percent }) => `${place} would have ${percent} % left, but is down.`,
  'place-left-disabled': ({ place, percent }) => `${place} would have ${percent} % left, but is disabled.`,
  'place-full': ({ place }) => `${place} has no room.`,
  'place-emptied': ({ place }) => `${place} is being emptied.`,
  'place-tried': ({ places }) => `Tried before it: ${places}.`,
  'taking-made-away': () => 'What was made is being taken away.',
  'store-was-full': ({ name }) => `Datastore ${name} was full, so it is on another.`,
  'provider-new': () => 'It has not been opened yet.',
  'provider-disabled': () => 'An operator disabled it.',
  'provider-silent': () => 'It does not answer. Look at the server itself and at the network between here and there.',
  'provider-stopped': ({ name, at }, time) => `Its server ${name} has been stopped since ${time(at)}.`,
  'provider-away': ({ name, at }, time) => `Its server ${name} has been away since ${time(at)}.`,
  'provider-written-off': ({ why }) => `Written off: ${why}`,
  'machine-written-off': ({ place, why }) => `Your machine was on ${place}, which was written off: ${why}`,
  'provider-no-qemu': () => 'The server that has it was started without QEMU.',
};
