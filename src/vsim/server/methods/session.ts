import { invalidArgument, notSupported, VimFault } from '../../model/fault.ts';
import type { Session } from '../../model/sessions.ts';
import type { Call, Handlers } from '../calls.ts';
import { serviceContent } from '../props/content.ts';
import { date } from '../props/context.ts';
import { sessionInfo } from '../props/misc.ts';

/** Methods that work without a login. */
export const OPEN_METHODS = new Set([
  'RetrieveServiceContent',
  'Login',
  'LoginByToken',
  'Logout',
  'CloneSession',
  'RetrieveProperties',
  'RetrievePropertiesEx',
]);

function begin(c: Call, session: Session) {
  c.setCookie(session.key);
  return sessionInfo(session) as never;
}

const cloneTickets = new WeakMap<object, Map<string, string>>();

export const sessionMethods: Handlers = {
  RetrieveServiceContent: (c) => serviceContent(c.reader) as never,
  CurrentTime: (c) => date(c.m.now()),
  Login: (c, a) => {
    if (c.session !== undefined) throw new VimFault('InvalidLogin', 'Cannot complete login: this connection is logged in already.');
    return begin(c, c.sim.sessions.login(a.userName, a.password, c.client.address, c.client.userAgent));
  },
  LoginByToken: (c) => {
    if (c.client.samlToken === undefined) throw new VimFault('InvalidLogin', 'Cannot complete login: the request carries no token.');
    return begin(c, c.sim.sessions.loginByToken(c.client.samlToken, c.client.address, c.client.userAgent));
  },
  Logout: (c) => {
    if (c.session === undefined)
      throw new VimFault('NotAuthenticated', 'The session is not authenticated.', { object: c.m.root, privilegeId: 'System.View' });
    c.sim.sessions.end(c.session.key);
    c.setCookie(undefined);
  },
  SessionIsActive: (c, a) => {
    if (!c.m.isVc) throw notSupported();
    c.m.require('Sessions.ValidateSession', c.m.root);
    const session = c.sim.sessions.peek(a.sessionID);
    return session !== undefined && session.user === a.userName;
  },
  AcquireCloneTicket: (c) => {
    const ticket = c.m.random.uuid();
    let all = cloneTickets.get(c.m);
    if (all === undefined) {
      all = new Map();
      cloneTickets.set(c.m, all);
    }
    all.set(ticket, c.session?.user ?? '');
    return `cst-VCT-${ticket}`;
  },
  CloneSession: (c, a) => {
    const ticket = a.cloneTicket.replace(/^cst-VCT-/, '');
    const user = cloneTickets.get(c.m)?.get(ticket);
    cloneTickets.get(c.m)?.delete(ticket);
    const password = user === undefined ? undefined : c.sim.sessions.accounts.get(user);
    if (user === undefined || password === undefined) throw new VimFault('InvalidLogin', 'The ticket is not valid.');
    return begin(c, c.sim.sessions.login(user, password, c.client.address, c.client.userAgent));
  },
  TerminateSession: (c, a) => {
    for (const key of a.sessionId) {
      if (key === c.session?.key) throw invalidArgument('sessionId');
      c.sim.sessions.end(key);
    }
  },
  QueryOptions: (_, a) => {
    if (a.name !== undefined && a.name !== '') throw new VimFault('InvalidName', 'There is no such option.', { name: a.name });
    return [];
  },
};
