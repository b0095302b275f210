import { type Static, Type } from 'typebox';
import { Done, IdParams, Time } from './common.ts';
import { NewToken } from './system.ts';
import { named, oneOf, route, strict } from './route.ts';
import { Role } from './roles.ts';

/** Who is calling, and until when. */
export const SessionInfo = named(
  'SessionInfo',
  Type.Object({
    account: Type.String(),
    role: Role,
    by: oneOf(['password', 'link', 'token'], 'How they signed in. After `link` the first thing is to set a password.'),
    id: Type.Optional(Type.String({ description: "The session's; none with a token." })),
    endsAt: Type.Optional(Time),
    idleEndsAt: Type.Optional(Time),
    version: Type.String({ description: "The server's." }),
  }),
);
export type SessionInfo = Static<typeof SessionInfo>;

/** A session as its person sees it in a list. */
export const OpenSession = named(
  'OpenSession',
  Type.Object({
    id: Type.String(),
    current: Type.Boolean({ description: 'The one that asks.' }),
    by: oneOf(['password', 'link']),
    userAgent: Type.String({ description: 'What the browser says it is.' }),
    address: Type.String({ description: 'From where they signed in.' }),
    createdAt: Time,
    lastSeenAt: Time,
    idleEndsAt: Time,
    endsAt: Time,
  }),
);
export type OpenSession = Static<typeof OpenSession>;

const Password = Type.String({ minLength: 1, maxLength: 2000 });

const Proof = {
  account: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  password: Type.Optional(Password),
  code: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Of a link; then neither account nor password.' })),
};

const OfAccount = strict({
  account: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: "Another's; operators only." })),
});

export const sessionRoutes = {
  signIn: route('signIn', {
    summary: 'Sign in: by account and password, or by the code of a link that is good once',
    description:
      'Answers with a cookie that scripts cannot read. Over plain HTTP it is given to this machine itself only. A request that comes by the cookie and changes something needs the header `X-Carrel-CSRF: 1`.',
    tag: 'sign-in',
    scope: 'public',
    body: strict(Proof),
    response: SessionInfo,
    errors: ['unauthorized', 'not-allowed', 'rate-limited'],
  }),
  signInForToken: route('signInForToken', {
    summary: 'Sign in a program: as signIn, but the answer is a token of its own and no cookie',
    tag: 'sign-in',
    scope: 'public',
    body: strict({
      ...Proof,
      label: Type.String({ minLength: 1, maxLength: 100 }),
      for: Type.Optional(Type.String({ maxLength: 40, description: 'How long it is good for; `30d` if left out.' })),
    }),
    response: named('SignedInToken', Type.Object({ ...NewToken.properties, account: Type.String(), role: Role })),
    status: 201,
    errors: ['unauthorized', 'not-allowed', 'rate-limited'],
  }),
  listSessions: route('listSessions', {
    summary: 'Where I am signed in, newest first',
    tag: 'sign-in',
    scope: 'user',
    query: OfAccount,
    response: named('SessionList', Type.Object({ items: Type.Array(OpenSession) })),
    errors: ['not-found'],
  }),
  endSession: route('endSession', {
    summary: 'Sign a browser out',
    tag: 'sign-in',
    scope: 'user',
    params: IdParams,
    query: OfAccount,
    response: Done,
    errors: ['not-found'],
  }),
  showSession: route('showSession', {
    summary: 'Who I am, and until when; by session or token',
    tag: 'sign-in',
    scope: 'user',
    response: SessionInfo,
  }),
  signOut: route('signOut', { summary: 'End my session', tag: 'sign-in', scope: 'user', response: Done, errors: ['not-allowed'] }),
  setPassword: route('setPassword', {
    summary: 'Set my password; the other sessions of the account end',
    description: 'A session that was opened by a link needs no present password.',
    tag: 'sign-in',
    scope: 'user',
    body: strict({ current: Type.Optional(Password), password: Password }),
    response: SessionInfo,
    errors: ['not-allowed'],
  }),
};
