import { type Static, Type } from 'typebox';
import { Description, Id, IdParams, Time, Uuid } from './common.ts';
import { named, oneOf, route, strict } from './route.ts';

export const Checkpoint = named(
  'Checkpoint',
  Type.Object({
    id: Uuid,
    name: Type.String(),
    description: Type.String(),
    state: oneOf(['making', 'there']),
    createdBy: Type.String(),
    createdAt: Time,
  }),
);
export type Checkpoint = Static<typeof Checkpoint>;

export const CheckpointJob = named('CheckpointJob', Type.Object({ checkpoint: Checkpoint, job: Uuid }));
export type CheckpointJob = Static<typeof CheckpointJob>;

const CheckpointParams = strict({ id: Id, checkpoint: Id });

export const checkpointRoutes = {
  listCheckpoints: route('listCheckpoints', {
    summary: 'What the machine can be taken back to, oldest first',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    response: named('Checkpoints', Type.Object({ items: Type.Array(Checkpoint) })),
    errors: ['not-found'],
  }),
  addCheckpoint: route('addCheckpoint', {
    summary: 'Keep the disks as they are now, to be able to go back',
    description: 'The disks only: what the guest has in memory and not yet written is not in it.',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    body: strict({
      name: Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$',
        description: 'Letters, digits, blanks, `.`, `_` and `-`; at most 60.',
      }),
      description: Type.Optional(Description),
    }),
    response: CheckpointJob,
    status: 202,
    errors: ['not-found', 'wrong-state', 'already-exists', 'limit-reached', 'busy', 'not-supported', 'unavailable'],
  }),
  revertCheckpoint: route('revertCheckpoint', {
    summary: 'Take the machine back to a checkpoint',
    description:
      'What came after it is lost, unless it is in another checkpoint. A machine that runs is switched off for it and started again.',
    tag: 'reservations',
    scope: 'user',
    params: CheckpointParams,
    response: CheckpointJob,
    status: 202,
    errors: ['not-found', 'wrong-state', 'busy', 'not-supported', 'unavailable'],
  }),
  deleteCheckpoint: route('deleteCheckpoint', {
    summary: 'Delete a checkpoint; the machine stays as it is',
    tag: 'reservations',
    scope: 'user',
    params: CheckpointParams,
    response: CheckpointJob,
    status: 202,
    errors: ['not-found', 'wrong-state', 'busy', 'not-supported', 'unavailable'],
  }),
};
