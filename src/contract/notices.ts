import { type Static, Type } from 'typebox';
import { named, oneOf } from './route.ts';

/** What is said in one sentence and has a code, so that a page can say it in another language. */
export const NOTICE_CODES = [
  'powered-off',
  'switched-off',
  'kept',
  'nobody-connected',
  'nobody-there',
  'ended-unused',
  'ended-unused-kept',
  'ended-idle',
  'ended-idle-kept',
  'time-up',
  'ending',
  'stopping-begun',
  'taking-away',
  'taking-old-away',
  'waiting-provider',
  'waiting-maintenance',
  'no-room',
  'room-needed',
  'reverting',
  'power-failed',
  'own-disks-copying',
  'own-disks',
  'own-disks-failed',
  'late-by-maintenance',
  'linked-instead',
  'master-changed',
] as const;

export const Notice = named(
  'Notice',
  Type.Object(
    {
      code: oneOf(NOTICE_CODES, 'What is said.'),
      facts: Type.Record(Type.String(), Type.String(), { description: 'What differs: times as in ISO 8601, spans as in `2h`.' }),
    },
    { description: 'A sentence of an answer as code and facts, where it is one of those that have a code.' },
  ),
);
export type Notice = Static<typeof Notice>;
