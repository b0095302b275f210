import type { Ctx } from '../../lib/context.ts';
import { isCode } from '../../lib/errors.ts';
import { isFault, vsphereError } from '../errors.ts';
import type { ServiceContent, UserSession } from '../types/vim.gen.ts';
import type { VSphereCredentials } from './options.ts';
import type { SoapTransport } from './transport.ts';

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

/** The token in a WS-Security header, as LoginByToken wants it. */
function securityHeader(samlAssertion: string): string {
  return `<wsse:Security xmlns:wsse="${WSSE}">${samlAssertion.replace(/^\s*<\?xml[^>]*\?>\s*/, '')}</wsse:Security>`;
}

/** One try. `vsphere-login` if refused, `vsphere-busy` if there is no room for another session. */
export async function loginOnce(
  ctx: Ctx,
  transport: SoapTransport,
  content: ServiceContent,
  credentials: VSphereCredentials,
  timeoutMs: number,
): Promise<UserSession> {
  const manager = content.sessionManager;
  if (!manager) throw vsphereError('vsphere-login', 'the server offers no login', { hint: 'Check that it is a vCenter or an ESXi host.' });
  try {
    if (credentials.kind === 'token') {
      return await transport.call(ctx, 'LoginByToken', manager, {}, { timeoutMs, raw: securityHeader(credentials.samlAssertion) });
    }
    return await transport.call(ctx, 'Login', manager, { userName: credentials.username, password: credentials.password }, { timeoutMs });
  } catch (error) {
    throw loginError(error, credentials);
  }
}

function loginError(error: unknown, credentials: VSphereCredentials): unknown {
  const who = credentials.kind === 'password' ? `the user ${credentials.username}` : 'the token';
  if (isFault(error, 'InvalidLogin', 'NoPermission', 'NotAuthenticated', 'PasswordExpired')) {
    return vsphereError('vsphere-login', `the server refused ${who}`, {
      hint: isFault(error, 'NoPermission')
        ? 'The account exists but has no permission on any object.'
        : 'Check user name (with its domain, as user@vsphere.local) and password; the account may be locked or expired.',
      cause: error,
    });
  }
  if (isFault(error, 'LimitExceeded') || isCode(error, 'vsphere-busy')) {
    return vsphereError('vsphere-busy', 'the server has as many sessions as it allows', {
      hint: 'Look for programs that log in without logging out.',
      cause: error,
    });
  }
  return error;
}
