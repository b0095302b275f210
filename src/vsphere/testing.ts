/** For tests: a TLS server that answers SOAP calls from a script, decoded and encoded by the same codec as the client. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { selfSigned } from '../lib/self-signed.ts';
import { type DecodedRequest, decodeRequest, encodeFault, encodeReply } from './soap/envelope.ts';
import type { DataObject, Ref } from './types/value.ts';
import type { SessionOptions } from './session/options.ts';

/** Thrown by a script's handler: the fault that the client gets. */
export class ScriptFault extends Error {
  readonly detail: DataObject & { _type: string };

  constructor(detail: DataObject & { _type: string }, message = 'scripted') {
    super(message);
    this.detail = detail;
  }
}

/** `raw` takes over the reply itself. */
export type Handler = (request: DecodedRequest, raw: { response: ServerResponse; socket: Socket; cookie: string }) => unknown;

/** A handler that has answered by itself returns this. */
export const ANSWERED = Symbol('answered');

export interface ScriptServer {
  url: string;
  fingerprint256: string;
  cert: string;
  /** Method names in the order of their arrival. */
  calls: string[];
  handlers: Record<string, Handler>;
  options(more?: Partial<SessionOptions>): SessionOptions;
  stop(): Promise<void>;
}

export const ref = (type: string, value: string): Ref => ({ type, value });

/** A vCenter that knows how to let people in, and what else `handlers` says. */
export async function scriptServer(handlers: Record<string, Handler> = {}): Promise<ScriptServer> {
  const tls = selfSigned();
  const calls: string[] = [];
  const all: Record<string, Handler> = { ...basics(), ...handlers };
  const server = createServer({ key: tls.key, cert: tls.cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (c: Buffer) => chunks.push(c));
    request.on('end', () => {
      void answer(Buffer.concat(chunks).toString(), request.url ?? '', String(request.headers.cookie ?? ''), response, request.socket);
    });
  });
  const answer = async (body: string, url: string, cookie: string, response: ServerResponse, socket: Socket): Promise<void> => {
    if (url.endsWith('vimServiceVersions.xml')) {
      response.end(
        '<?xml version="1.0"?><namespaces version="1.0"><namespace><name>urn:vim25</name><version>8.0.3.0</version></namespace></namespaces>',
      );
      return;
    }
    const decoded = decodeRequest(body);
    calls.push(decoded.method);
    try {
      const handler = all[decoded.method];
      if (!handler) throw new ScriptFault({ _type: 'MethodNotFound' });
      const value = await handler(decoded, { response, socket, cookie });
      if (value === ANSWERED) return;
      response.setHeader('content-type', 'text/xml; charset="utf-8"');
      response.end(encodeReply(decoded.method, value));
    } catch (error) {
      if (!(error instanceof ScriptFault)) throw error;
      response.statusCode = 500;
      response.setHeader('content-type', 'text/xml; charset="utf-8"');
      response.end(encodeFault({ message: error.message, detail: error.detail }));
    }
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/sdk`;
  return {
    url,
    fingerprint256: tls.fingerprint256,
    cert: tls.cert,
    calls,
    handlers: all,
    options: (more = {}) => ({
      url,
      credentials: { kind: 'password', username: 'user', password: 'pass' },
      trust: { fingerprint256: tls.fingerprint256 },
      keepAliveMs: 0,
      busyBackoffMs: 5,
      ...more,
    }),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Service content and login with the one right password. */
function basics(): Record<string, Handler> {
  let logins = 0;
  return {
    RetrieveServiceContent: () => ({
      rootFolder: ref('Folder', 'group-d1'),
      propertyCollector: ref('PropertyCollector', 'pc'),
      viewManager: ref('ViewManager', 'vm'),
      sessionManager: ref('SessionManager', 'sm'),
      about: {
        name: 'VMware vCenter Server',
        fullName: 'VMware vCenter Server 8.0.3',
        vendor: 'VMware, Inc.',
        version: '8.0.3',
        build: '1',
        osType: 'linux-x64',
        productLineId: 'vpx',
        apiType: 'VirtualCenter',
        apiVersion: '8.0.3.0',
      },
    }),
    Login: ({ args }, { response }) => {
      if (args['password'] !== 'pass') throw new ScriptFault({ _type: 'InvalidLogin' });
      logins++;
      response.setHeader('set-cookie', `vmware_soap_session="s${logins}"; Path=/; HttpOnly; Secure`);
      return session(`s${logins}`);
    },
    Logout: () => undefined,
    CurrentTime: () => new Date(0),
  };
}

export function session(key: string): Record<string, unknown> {
  return {
    key,
    userName: 'user',
    fullName: 'User',
    loginTime: new Date(0),
    lastActiveTime: new Date(0),
    locale: 'en',
    messageLocale: 'en',
  };
}
