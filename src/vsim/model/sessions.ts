import { VimFault } from './fault.ts';
import { principal } from './grants.ts';
import type { Model } from './model.ts';

export interface Session {
  key: string;
  user: string;
  loginTime: number;
  lastActive: number;
  address: string;
  userAgent: string;
}

/** Who is logged in. */
export class Sessions {
  readonly #model: Model;
  readonly #sessions = new Map<string, Session>();
  /** Accounts besides the one of the options: name -> password. */
  readonly accounts = new Map<string, string>();
  /** Tokens that LoginByToken takes, and for whom. */
  readonly tokens = new Map<string, string>();
  /** Logins since the start, refused ones included. */
  logins = 0;
  readonly #ended: ((key: string) => void)[] = [];

  constructor(model: Model) {
    this.#model = model;
    this.accounts.set(model.options.username, model.options.password);
  }

  onEnd(listener: (key: string) => void): void {
    this.#ended.push(listener);
  }

  login(user: string, password: string, address: string, userAgent: string): Session {
    this.logins++;
    const known = this.check(user, password);
    if (known === undefined) throw new VimFault('InvalidLogin', 'Cannot complete login due to an incorrect user name or password.');
    return this.#open(known, address, userAgent);
  }

  /** The account of a user name in any of its forms, if the password is right. */
  check(user: string, password: string): string | undefined {
    const [known] = [...this.accounts].find(([name, own]) => principal(name) === principal(user) && own === password) ?? [];
    return known;
  }

  loginByToken(token: string, address: string, userAgent: string): Session {
    this.logins++;
    const user = this.tokens.get(token);
    if (user === undefined) throw new VimFault('InvalidLogin', 'Cannot complete login: the token is not valid.');
    return this.#open(user, address, userAgent);
  }

  #open(user: string, address: string, userAgent: string): Session {
    if (this.#model.grants.of(user).length === 0) {
      const fields = { object: this.#model.root, privilegeId: 'System.View' };
      throw new VimFault('NoPermission', 'Cannot complete login: the user has no permission on any object.', fields);
    }
    this.#expire();
    if (this.#sessions.size >= this.#model.options.sessionCap) throw new SessionLimit();
    const now = this.#model.now();
    const session: Session = { key: this.#model.random.uuid(), user, loginTime: now, lastActive: now, address, userAgent };
    this.#sessions.set(session.key, session);
    return session;
  }

  /** The live session behind a cookie, marked as active now. */
  use(key: string | undefined): Session | undefined {
    const session = this.peek(key);
    if (session !== undefined) session.lastActive = this.#model.now();
    return session;
  }

  peek(key: string | undefined): Session | undefined {
    const session = key === undefined ? undefined : this.#sessions.get(key);
    if (session === undefined) return undefined;
    if (this.#model.now() - session.lastActive <= this.#model.options.sessionIdleMs) return session;
    this.end(session.key);
    return undefined;
  }

  end(key: string): void {
    if (!this.#sessions.delete(key)) return;
    for (const listener of this.#ended) listener(key);
  }

  endAll(): void {
    for (const key of this.#sessions.keys()) this.end(key);
  }

  all(): Session[] {
    return [...this.#sessions.values()];
  }

  #expire(): void {
    for (const session of this.all()) this.peek(session.key);
  }
}

/** The session table is full; the server answers 503. */
export class SessionLimit extends Error {
  constructor() {
    super('The maximum session limit was reached.');
    this.name = 'SessionLimit';
  }
}
