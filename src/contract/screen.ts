/** What leads to a machine's screen beside the console itself. */
import { Type } from 'typebox';
import { IdParams } from './common.ts';
import { Png, route } from './route.ts';

export const screenRoutes = {
  screenshot: route('screenshot', {
    summary: "A picture of the machine's screen (PNG), some seconds old at most",
    description: 'Looking at it is no use of the machine. `not-supported`: the provider takes none, or the machine has no screen.',
    tag: 'reservations',
    scope: 'user',
    kind: 'png',
    params: IdParams,
    response: Png,
    errors: ['not-found', 'not-allowed', 'wrong-state', 'not-supported', 'unavailable'],
  }),
  rdpFile: route('rdpFile', {
    summary: 'A file with which a Remote Desktop client connects to the machine (`application/x-rdp`)',
    description: 'It holds address and user and no password: `connectReservation` says that. `not-supported`: people come in by SSH.',
    tag: 'reservations',
    scope: 'user',
    kind: 'text',
    params: IdParams,
    response: Type.String(),
    errors: ['not-found', 'not-allowed', 'wrong-state', 'not-supported'],
  }),
};
