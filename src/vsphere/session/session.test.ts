import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { makeCtx } from '../../lib/context.ts';
import { isFault } from '../errors.ts';
import { ANSWERED, type Handler, ref, ScriptFault, type ScriptServer, scriptServer, session } from '../testing.ts';
import { Session } from './session.ts';
import { compareVersions, pickVersion, readServiceVersions } from './version.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of open.splice(0).toReversed()) await end();
});

async function pair(handlers: Record<string, Handler> = {}, more: Parameters<ScriptServer['options']>[0] = {}) {
  const server = await scriptServer(handlers);
  open.push(() => server.stop());
  const s = new Session(server.options(more));
  open.push(() => s.close());
  return { server, session: s };
}

const vm = ref('VirtualMachine', 'vm-1');
const count = (server: ScriptServer, method: string) => server.calls.filter((m) => m === method).length;

/** Knows one session at a time; `expire` forgets it. */
function expiring(): { handlers: Record<string, Handler>; expire: () => void } {
  let live = '';
  let logins = 0;
  const check = (cookie: string) => {
    if (cookie !== `vmware_soap_session="${live}"`) throw new ScriptFault({ _type: 'NotAuthenticated' });
  };
  return {
    expire: () => {
      live = '';
    },
    handlers: {
      Login: (_, { response }) => {
        live = `k${++logins}`;
        response.setHeader('set-cookie', `vmware_soap_session="${live}"; Path=/`);
        return session(live);
      },
      CurrentTime: (_, { cookie }) => {
        check(cookie);
        return new Date(0);
      },
      PowerOnVM_Task: (_, { cookie }) => {
        check(cookie);
        return ref('Task', 'task-1');
      },
    },
  };
}

test('many callers share one login, and each call carries the cookie as it was given', async () => {
  const { handlers } = expiring();
  const { server, session: s } = await pair(handlers);
  await Promise.all(Array.from({ length: 20 }, () => s.call(makeCtx(), 'CurrentTime', vm, {})));
  expect(count(server, 'Login')).toBe(1);
  expect(s.version).toBe('8.0.3.0');
  expect(s.cookie).toBe('vmware_soap_session="k1"');
});

test('an expired session is renewed once for all, and reads are sent again', async () => {
  const { handlers, expire } = expiring();
  const { server, session: s } = await pair(handlers);
  await s.open(makeCtx());
  expire();
  await Promise.all(Array.from({ length: 20 }, () => s.call(makeCtx(), 'CurrentTime', vm, {})));
  expect(count(server, 'Login')).toBe(2);
  expect(s.epoch).toBe(2);
});

test('a refusal that comes late, after somebody logged in again, starts no second login', async () => {
  const { handlers, expire } = expiring();
  let letGo!: () => void;
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const check = handlers['CurrentTime'] as Handler;
  let first = true;
  const { server, session: s } = await pair({
    ...handlers,
    CurrentTime: async (request, raw) => {
      if (first) {
        first = false;
        await gate;
        throw new ScriptFault({ _type: 'NotAuthenticated' });
      }
      return check(request, raw);
    },
  });
  await s.open(makeCtx());
  const slow = s.call(makeCtx(), 'CurrentTime', vm, {});
  expire();
  await s.call(makeCtx(), 'PowerOnVM_Task', vm, {}, { safe: true });
  letGo();
  await slow;
  expect(count(server, 'Login')).toBe(2);
});

test('a refused login is answered from memory, twice as long each time up to a bound, so that no directory locks the account', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  onTestFinished(() => void vi.useRealTimers());
  const { server, session: s } = await pair(
    {
      Login: () => {
        throw new ScriptFault({ _type: 'InvalidLogin' });
      },
    },
    { refusedForMs: 30_000 },
  );
  const sent: number[] = [];
  for (let second = 0; second < 3_600; second += 10) {
    vi.setSystemTime(second * 1_000);
    const before = count(server, 'Login');
    await expect(s.open(makeCtx())).rejects.toMatchObject({ code: 'vsphere-login' });
    if (count(server, 'Login') > before) sent.push(second);
  }
  expect(sent).toEqual([0, 30, 90, 210, 450, 930, 1830, 2730]);
});

test('a call that changes something is not sent again, unless it is marked safe; the session is good afterwards', async () => {
  const { handlers, expire } = expiring();
  const { server, session: s } = await pair(handlers);
  await s.open(makeCtx());
  expire();
  const error: unknown = await s.call(makeCtx(), 'PowerOnVM_Task', vm, {}).catch((e: unknown) => e);
  expect(isFault(error, 'NotAuthenticated')).toBe(true);
  expect(count(server, 'PowerOnVM_Task')).toBe(1);
  expect(await s.call(makeCtx(), 'PowerOnVM_Task', vm, {})).toEqual(ref('Task', 'task-1'));
  expire();
  expect(await s.call(makeCtx(), 'PowerOnVM_Task', vm, {}, { safe: true })).toEqual(ref('Task', 'task-1'));
});

test('a full session table is waited for, within the login timeout', async () => {
  let full = 3;
  const busy: Handler = (_, { response }) => {
    if (full-- > 0) {
      response.statusCode = 503;
      response.end('Service Unavailable');
      return ANSWERED;
    }
    return session('k');
  };
  const { server, session: s } = await pair({ Login: busy });
  await s.open(makeCtx());
  expect(count(server, 'Login')).toBe(4);

  full = 1e9;
  const other = new Session(server.options({ loginTimeoutMs: 5_000 }));
  open.push(() => other.close());
  await expect(other.open(makeCtx())).rejects.toMatchObject({ code: 'vsphere-busy', retry: 'later' });
  expect(count(server, 'Login')).toBeLessThan(100);
});

test('the caller who gives up does not take the login from the others', async () => {
  let letIn!: () => void;
  const gate = new Promise<void>((resolve) => {
    letIn = resolve;
  });
  const { server, session: s } = await pair({
    Login: async () => {
      await gate;
      return session('k');
    },
  });
  const control = new AbortController();
  const first = s.open(makeCtx({ signal: control.signal }));
  const second = s.open(makeCtx());
  control.abort();
  await expect(first).rejects.toMatchObject({ code: 'cancelled' });
  letIn();
  await second;
  expect(count(server, 'Login')).toBe(1);
});

test('a SAML token goes into the header', async () => {
  let seen = '';
  const { server, session: s } = await pair(
    {
      LoginByToken: (request) => {
        seen = request.method;
        return session('k');
      },
    },
    { credentials: { kind: 'token', samlAssertion: '<?xml version="1.0"?><saml:Assertion xmlns:saml="urn:x">token</saml:Assertion>' } },
  );
  await s.open(makeCtx());
  expect(seen).toBe('LoginByToken');
  expect(count(server, 'Login')).toBe(0);
});

test('close logs out, once; afterwards nothing is sent', async () => {
  const { server, session: s } = await pair();
  await s.open(makeCtx());
  await s.close();
  await s.close();
  expect(count(server, 'Logout')).toBe(1);
  await expect(s.call(makeCtx(), 'CurrentTime', vm, {})).rejects.toMatchObject({ code: 'vsphere-closed' });
});

test('an idle session is kept alive', async () => {
  let called!: () => void;
  const kept = new Promise<void>((resolve) => {
    called = resolve;
  });
  const { session: s } = await pair(
    {
      CurrentTime: () => {
        called();
        return new Date(0);
      },
    },
    { keepAliveMs: 20 },
  );
  await s.open(makeCtx());
  await kept;
});

test('versions: the newest that both know', () => {
  expect(compareVersions('6.7', '6.7.0.0')).toBe(0);
  expect(compareVersions('6.7.3', '6.7.10')).toBeLessThan(0);
  expect(pickVersion(['6.5', '8.0.3.0', '12.0'])).toBe('8.0.3.0');
  expect(pickVersion(['12.0', '13.0'])).toBe('12.0');
  expect(pickVersion(['nonsense'])).toBeUndefined();
  const document =
    '<namespaces version="1.0"><namespace><name>urn:vim2</name><version>2.0</version></namespace><namespace><name>urn:vim25</name>' +
    '<version>6.5</version><priorVersions><version>6.0</version><version>5.5</version></priorVersions></namespace></namespaces>';
  expect(readServiceVersions(document)).toEqual(['6.5', '6.0', '5.5']);
});

test('a server without a list of versions is asked for its own', async () => {
  const { session: s } = await pair();
  const request = s.pool.request.bind(s.pool);
  s.pool.request = async (ctx, r) => (r.method === 'GET' ? { status: 404, headers: {}, text: 'not found' } : await request(ctx, r));
  await s.open(makeCtx());
  expect(s.version).toBe('8.0.3.0');
});
