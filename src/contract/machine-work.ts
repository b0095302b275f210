/** What is done to a reservation's machine by a job: its disks, its power. */
import { Type } from 'typebox';
import { IdParams } from './common.ts';
import { PowerOp, ReservationJob } from './reservations.ts';
import { route, strict } from './route.ts';

export const machineWorkRoutes = {
  unlinkReservation: route('unlinkReservation', {
    summary: "Give the machine disks of its own in place of those that stand on its image's",
    description:
      'While it is off and has no checkpoints. It takes as much room as its image and what it wrote together, and the time of copying that; the image may go afterwards. Once more does no harm.',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    response: ReservationJob,
    status: 202,
    errors: ['not-found', 'wrong-state', 'busy', 'not-supported', 'unavailable'],
  }),
  relocateReservation: route('relocateReservation', {
    summary: 'Move the machine to another datastore of its provider',
    description:
      'For operators, while it is off and has no checkpoints. There it has disks of its own, whatever it stood on: it takes as much room as its image and what it wrote together, and the time of copying that. Golden disks are not moved. Once more does no harm. That there is no such datastore, or no room on it, is told by the job.',
    tag: 'reservations',
    scope: 'admin',
    params: IdParams,
    body: strict({ datastore: Type.String({ minLength: 1, maxLength: 200, description: 'Its name at the provider.' }) }),
    response: ReservationJob,
    status: 202,
    errors: ['not-found', 'wrong-state', 'busy', 'not-supported', 'unavailable'],
  }),
  powerReservation: route('powerReservation', {
    summary: 'Switch the machine on or off',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    body: strict({ op: PowerOp }),
    response: ReservationJob,
    status: 202,
    errors: ['not-found', 'wrong-state', 'busy', 'not-supported', 'unavailable'],
  }),
};
