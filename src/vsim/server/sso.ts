/**
 * Of vCenter's single sign-on what makes an account, as `govc sso.user.create` asks for it: a bearer token of WS-Trust, by which its administration takes
 * a login, and CreateLocalPersonUser there. There is no lookup service: clients go on with these paths then.
 */
import { principal } from '../model/grants.ts';
import type { Sim } from '../model/simulate.ts';
import type { RawElement } from '../../vsphere/types/value.ts';
import { XmlError } from '../../vsphere/xml/error.ts';
import { XmlReader } from '../../vsphere/xml/reader.ts';
import { escapeText } from '../../vsphere/xml/text.ts';

export const STS_PATH = /^\/sts\/STSService(\/|$)/;
export const SSO_ADMIN_PATH = /^\/sso-adminserver\/sdk(\/|$)/;
const DOMAIN = 'vsphere.local';
/** How long a token is good that says nothing else, in ms. */
const TOKEN_MS = 300_000;
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const TRUST = 'http://docs.oasis-open.org/ws-sx/ws-trust/200512';

export interface SsoAnswer {
  status: number;
  body: string;
  /** A session of its own, beside the one of the web services; '' ends it. */
  setCookie?: string;
}

class SsoFault extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The managed objects of the administration that clients ask for first. */
const CONTENT = {
  SsoAdminServiceInstance: [
    'SessionManager',
    'ConfigurationManagementService',
    'SmtpManagementService',
    'PrincipalDiscoveryService',
    'PrincipalManagementService',
    'RoleManagementService',
    'PasswordPolicyService',
    'LockoutPolicyService',
    'DomainManagementService',
    'IdentitySourceManagementService',
    'SystemManagementService',
    'ComputerManagementService',
    'SsoHealthManagementService',
    'DeploymentInformationService',
    'ReplicationService',
  ],
  SsoGroupcheckServiceInstance: ['SessionManager', 'GroupCheckService'],
};

/** Single sign-on of one vCenter. */
export class Sso {
  readonly #sim: Sim;
  readonly #tokens = new Map<string, { user: string; until: number }>();
  readonly #sessions = new Map<string, string>();

  constructor(sim: Sim) {
    this.#sim = sim;
  }

  /** The token service. */
  token(body: string): SsoAnswer {
    return answered(() => {
      const asked = texts(body);
      if (asked.kind !== 'RequestSecurityToken') throw new SsoFault('ns0:InvalidRequest', 'Only tokens are issued here.');
      const user = this.#sim.sessions.check(asked.first('Username'), asked.first('Password'));
      if (user === undefined) throw new SsoFault('ns0:FailedAuthentication', 'Invalid credentials');
      const id = `_${this.#sim.model.random.uuid()}`;
      const now = this.#sim.model.now();
      this.#tokens.set(id, { user, until: now + TOKEN_MS });
      this.#sim.sessions.tokens.set(id, user);
      const [from, until] = [now, now + TOKEN_MS].map((ms) => new Date(ms).toISOString()) as [string, string];
      const assertion =
        `<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" IssueInstant="${from}" Version="2.0">` +
        `<saml2:Subject><saml2:NameID>${escapeText(user)}</saml2:NameID></saml2:Subject>` +
        `<saml2:Conditions NotBefore="${from}" NotOnOrAfter="${until}"/></saml2:Assertion>`;
      const lifetime = `<wst:Lifetime><wsu:Created>${from}</wsu:Created><wsu:Expires>${until}</wsu:Expires></wst:Lifetime>`;
      return {
        xml:
          `<wst:RequestSecurityTokenResponseCollection xmlns:wst="${TRUST}" xmlns:wsu="${WSU}"><wst:RequestSecurityTokenResponse>` +
          `<wst:RequestedSecurityToken>${assertion}</wst:RequestedSecurityToken>${lifetime}` +
          '</wst:RequestSecurityTokenResponse></wst:RequestSecurityTokenResponseCollection>',
      };
    });
  }

  /** The administration. */
  administer(body: string, cookie: string | undefined): SsoAnswer {
    return answered(() => {
      const asked = texts(body);
      const { kind } = asked;
      if (kind === 'SsoAdminServiceInstance' || kind === 'SsoGroupcheckServiceInstance')
        return { xml: reply(kind, content(CONTENT[kind])) };
      if (kind === 'Login') return { xml: reply(kind), setCookie: this.#login(body) };
      const user = this.#sessions.get(cookie ?? '');
      if (user === undefined) throw new SsoFault('ServerFaultCode', 'Not logged in.');
      if (kind === 'Logout') {
        this.#sessions.delete(cookie ?? '');
        return { xml: reply(kind), setCookie: '' };
      }
      if (kind !== 'CreateLocalPersonUser') throw new SsoFault('ServerFaultCode', `${kind} is not simulated.`);
      const { model, sessions } = this.#sim;
      if (principal(user) !== principal(model.options.username))
        throw new SsoFault('ServerFaultCode', 'Access not authorized to the user.');
      const name = asked.first('userName');
      if (!/^[^\s@\\/:;,"'<>]{1,63}$/.test(name)) throw new SsoFault('ServerFaultCode', `'${name}' is no name for a user.`);
      const full = `${name}@${DOMAIN}`;
      if ([...sessions.accounts.keys()].some((each) => principal(each) === principal(full))) {
        throw new SsoFault('ServerFaultCode', `A user '${name}' is there already.`);
      }
      const wrong = wrongWith(asked.first('password'));
      if (wrong !== undefined) throw new SsoFault('ServerFaultCode', `The password does not meet the policy: ${wrong}.`);
      sessions.accounts.set(full, asked.first('password'));
      return { xml: reply(kind) };
    });
  }

  #login(body: string): string {
    const now = this.#sim.model.now();
    const [id, token] = [...this.#tokens].find(([each]) => body.includes(`"${each}"`)) ?? [];
    if (id === undefined || token === undefined || token.until < now) {
      throw new SsoFault('ServerFaultCode', 'The login carries no token that is good.');
    }
    const key = this.#sim.model.random.uuid();
    this.#sessions.set(key, token.user);
    return key;
  }
}

/** What the policy of a fresh vCenter has against a password; undefined if it takes it. */
export function wrongWith(password: string): string | undefined {
  if (password.length < 8 || password.length > 20) return 'it must have 8 to 20 characters';
  for (const [kind, pattern] of Object.entries({ 'an upper-case letter': /\p{Lu}/u, 'a lower-case letter': /\p{Ll}/u, 'a digit': /\d/ })) {
    if (!pattern.test(password)) return `it must have ${kind}`;
  }
  if (!/[^\p{L}\d]/u.test(password)) return 'it must have a character that is neither a letter nor a digit';
  return /(.)\1{3}/u.test(password) ? 'no character may stand more than three times in a row' : undefined;
}

/** What the request in an envelope is called, and the texts of all elements below the envelope by their names. */
function texts(document: string): { kind: string; first: (name: string) => string } {
  const r = new XmlReader(document, { maxDepth: 40 });
  r.root();
  const envelope = r.raw();
  const found = new Map<string, string>();
  let kind = '';
  const walk = (element: RawElement, inBody: boolean): void => {
    for (const child of element.children) {
      if (typeof child === 'string') continue;
      if (inBody && kind === '') kind = child.name;
      const text = child.children.every((each) => typeof each === 'string') ? child.children.join('') : undefined;
      if (text !== undefined && !found.has(child.name)) found.set(child.name, text);
      walk(child, inBody || child.name === 'Body');
    }
  };
  walk(envelope, false);
  return { kind, first: (name) => found.get(name) ?? '' };
}

const field = (type: string) => type.charAt(0).toLowerCase() + type.slice(1);
const content = (types: readonly string[]) =>
  `<returnval>${types.map((type) => `<${field(type)} type="SsoAdmin${type}">${field(type)}</${field(type)}>`).join('')}</returnval>`;
const reply = (method: string, value = '') => `<${method}Response xmlns="urn:sso">${value}</${method}Response>`;

function answered(make: () => { xml: string; setCookie?: string }): SsoAnswer {
  const envelope = (xml: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>${xml}</soapenv:Body></soapenv:Envelope>`;
  try {
    const { xml, setCookie } = make();
    return { status: 200, body: envelope(xml), ...(setCookie === undefined ? {} : { setCookie }) };
  } catch (error) {
    if (!(error instanceof SsoFault) && !(error instanceof XmlError)) throw error;
    const code = error instanceof SsoFault ? error.code : 'ServerFaultCode';
    const fault = `<faultcode xmlns:ns0="${TRUST}/">${code}</faultcode><faultstring>${escapeText(error.message)}</faultstring>`;
    return { status: 500, body: envelope(`<soapenv:Fault>${fault}</soapenv:Fault>`) };
  }
}
