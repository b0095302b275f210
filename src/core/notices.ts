/**
 * What people are told in one sentence of a reservation, of what is being done for it and why it is where it is, and of a provider. Each sentence has a code, so that a page can say it in
 * another language; the English of it is kept, and read back here.
 */

/** By code: the sentence, with `{name}` for what differs. None may match what another says. */
export const NOTICES = {
  'powered-off': 'powered off',
  'switched-off': 'its machine is switched off',
  kept: 'switched off and kept for a while: `carrel undo` brings it back',
  'nobody-connected': 'nobody has connected yet: it is ended at {at} unless somebody does',
  'nobody-there': 'nobody is connected: it is ended at {at} unless somebody connects or extends it',
  'ended-unused': 'ended: nobody had connected within {after}',
  'ended-unused-kept': 'ended: nobody had connected within {after}; `carrel undo` brings it back',
  'ended-idle': 'ended: nobody had been connected for {after}',
  'ended-idle-kept': 'ended: nobody had been connected for {after}; `carrel undo` brings it back',
  'time-up': 'its time is up',
  ending: 'ending',
  'stopping-begun': 'stopping what was begun',
  'taking-away': 'taking the machine away',
  'taking-old-away': 'taking the old machine away',
  'waiting-provider': 'waiting for the provider, goes on by itself: {why}',
  'waiting-maintenance': 'waiting for the end of maintenance at {at}: its machine is begun then',
  'no-room': 'waiting for room: machines that should be gone are still being taken away',
  'room-needed': 'its room is needed: it is taken away now',
  reverting: 'going back to checkpoint {name}',
  'power-failed': 'power {op} failed: {why}',
  'own-disks-copying': 'powered off; its disks are being copied, to be its own',
  'own-disks': 'powered off; it has disks of its own now',
  'own-disks-failed': 'it was not given disks of its own: {why}',
  'disks-moving': 'powered off; it is being moved to the datastore {datastore}',
  'disks-moved': 'powered off; it lies on the datastore {datastore} now, on disks of its own',
  'disks-not-moved': 'it was not moved to the datastore {datastore}: {why}',
  'late-by-maintenance': 'its machine is begun when maintenance is over, at {at}, and may be there up to {after} after the start',
  'linked-instead': 'It was made as a linked clone, not an instant one: {why}',
  'making-linked': 'making a linked clone',
  'making-full': 'making a full clone',
  'making-instant': 'making an instant clone',
  starting: 'starting',
  'waiting-guest': 'waiting for the guest to answer',
  'placed-again': '{from} could not make it ({why}): now on {to}',
  ended: 'ended',
  'ended-early': 'ended before it began',
  'place-chosen': '{place} was chosen',
  'place-only': '{place} is the only place with the image that is enabled',
  'place-room': '{place} has room',
  'place-next': '{place} was chosen: the places before it have no room at this time',
  'place-left': '{place} would have {percent} % left',
  'place-left-down': '{place} would have {percent} % left but is down',
  'place-left-disabled': '{place} would have {percent} % left but is disabled',
  'place-full': '{place} has no room',
  'place-emptied': '{place} is being emptied',
  'place-tried': 'tried before it: {places}',
  'taking-made-away': 'taking away what was made',
  'store-was-full': 'the datastore {name} was full',
  'provider-new': 'it has not been opened yet',
  'provider-disabled': 'an operator disabled it',
  'provider-silent': 'it does not answer. Look at the server itself and at the network between here and there.',
  'provider-stopped': 'its server {name} was stopped since {at}',
  'provider-away': 'its server {name} is away since {at}',
  'provider-written-off': 'written off: {why}',
  'machine-written-off': 'its machine was on {place}, which was written off: {why}',
  'provider-no-qemu': 'this server was started without QEMU',
  'master-changed': '{why}. Save what you need and reserve another: this machine may read wrong data, and is not captured',
} as const;

export type NoticeCode = keyof typeof NOTICES;

/** What stands for `{name}`; times as in ISO 8601, spans as in `2h`. */
export type NoticeFacts = Record<string, string>;

/** The names in a sentence: `{at}` of `… at {at} …`. */
type NamesIn<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;

/** The sentence of a notice in English. */
export function say<Code extends NoticeCode>(code: Code, facts: Record<NamesIn<(typeof NOTICES)[Code]>, string>): string {
  return NOTICES[code].replace(/\{(\w+)\}/g, (_, name: string) => (facts as NoticeFacts)[name] ?? '');
}

/** A span, a time or a provider's name has no blank in it; what another name or a reason holds is anything. */
const ONE_WORD: ReadonlySet<string> = new Set(['at', 'after', 'op', 'from', 'to', 'place', 'percent']);

const READERS = Object.entries(NOTICES).map(([code, sentence]) => {
  const parts = sentence.split(/\{(\w+)\}/);
  const names = parts.filter((_, i) => i % 2 === 1);
  const part = (name: string) => (ONE_WORD.has(name) ? '(\\S+?)' : '(.*)');
  const source = parts.map((text, i) => (i % 2 === 1 ? part(text) : text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))).join('');
  return { code: code as NoticeCode, names, pattern: new RegExp(`^${source}$`, 's') };
});

/** Which notice a sentence is; undefined if it is none, as what a driver says about its work. */
export function noticeOf(text: string): { code: NoticeCode; facts: NoticeFacts } | undefined {
  for (const { code, names, pattern } of READERS) {
    const found = pattern.exec(text);
    if (found !== null) return { code, facts: Object.fromEntries(names.map((name, i) => [name, found[i + 1] as string])) };
  }
  return undefined;
}
