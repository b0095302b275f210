/** What leads to a machine's screen beside the console itself. */
import { Type } from 'typebox';
import { IdParams } from './common.ts';
import { Png, route, strict } from './route.ts';

/** Of WebSockets that a ticket opens. */
export const REFUSED_INSIDE =
  "A browser is not shown the answer to a refused upgrade. So what is refused to a good ticket is told inside the WebSocket: a text message holds the problem, and the close code is 4000 and the problem's status.";

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
  serialConsole: route('serialConsole', {
    summary: "The machine's serial console: a WebSocket whose binary messages are what it writes and what is typed",
    description: `One at a time, since two who type into one login disturb each other: \`busy\` says who is there, in \`details\` too (\`by\`, \`since\`). A text that more look at is \`serialLog\`. With close code 4409 and no text message before it somebody took it over. \`not-supported\`: the provider joins nobody. ${REFUSED_INSIDE}`,
    tag: 'reservations',
    scope: 'ticket',
    kind: 'websocket',
    params: IdParams,
    query: strict({
      ticket: Type.Optional(Type.String({ maxLength: 200 })),
      force: Type.Optional(Type.Boolean({ description: 'Takes it over from who is there.' })),
      session: Type.Optional(
        Type.String({
          maxLength: 64,
          description:
            "A word of the client's own: who comes back with the same, after a connection that broke, finds no own rest in the way.",
        }),
      ),
    }),
    response: Type.Unknown(),
    status: 101,
    errors: ['not-found', 'not-allowed', 'wrong-state', 'busy', 'not-supported', 'unavailable'],
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
