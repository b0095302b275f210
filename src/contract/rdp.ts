import { Type } from 'typebox';
import { IdParams } from './common.ts';
import { route } from './route.ts';

export const rdpRoutes = {
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
