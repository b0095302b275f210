/** What may be done with a revision in which state (docs/spec/revision.md); the server decides in the end. */
import type { Revision } from '../../../src/contract/images.ts';
import type { Tone } from './reservation.ts';

export interface RevisionActions {
  publish: boolean;
  checkOut: boolean;
  verify: boolean;
  retire: boolean;
  remove: boolean;
}

type Facts = Pick<Revision, 'state' | 'machines' | 'failure'>;

export function revisionActions({ state, machines, failure }: Facts, author: boolean): RevisionActions {
  const whole = state === 'draft' || state === 'published';
  return {
    publish: author && state === 'draft',
    checkOut: author && whole,
    verify: author && (whole || state === 'retired') && failure?.code !== 'not-supported',
    retire: author && (whole || state === 'failed'),
    remove: author && machines === 0 && (state === 'draft' || state === 'retired' || state === 'failed'),
  };
}

export function revisionTone({ state }: Pick<Facts, 'state'>): Tone {
  const tones: Record<Facts['state'], Tone> = { preparing: 'waiting', draft: 'off', published: 'good', retired: 'over', failed: 'bad' };
  return tones[state];
}
