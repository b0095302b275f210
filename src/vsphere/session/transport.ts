/** SOAP calls over the pool: one request, one reply, faults as errors. Knows cookies and the version, not when to log in. */
import type { Ctx } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';
import { VimFaultError, vsphereError } from '../errors.ts';
import type { HttpReply } from '../http/exchange.ts';
import type { HttpPool } from '../http/pool.ts';
import {
  decodeReply,
  type DecodedReply,
  encodeRequest,
  type MethodArgs,
  type MethodName,
  type MethodResult,
  NotSoapError,
  type SoapHeader,
} from '../soap/envelope.ts';
import type { Ref } from '../types/value.ts';

export interface TransportCall extends SoapHeader {
  timeoutMs: number;
}

export class SoapTransport {
  readonly path: string;
  /** Sent as SOAPAction; '' until it was negotiated. */
  version = '';
  /** `name="value"` as the server gave it, quotes included. */
  cookie = '';
  requests = 0;
  private readonly pool: HttpPool;

  constructor(pool: HttpPool, path: string) {
    this.pool = pool;
    this.path = path;
  }

  async call<M extends MethodName>(
    ctx: Pick<Ctx, 'signal'>,
    method: M,
    self: Ref,
    args: MethodArgs<M>,
    options: TransportCall,
  ): Promise<MethodResult<M>> {
    const body = encodeRequest(method, self, args, options);
    this.requests++;
    const reply = await this.pool.request(ctx, {
      method: 'POST',
      path: this.path,
      headers: this.headers(),
      body,
      timeoutMs: options.timeoutMs,
      what: method,
    });
    this.keepCookie(reply);
    const decoded = this.decode(method, reply);
    if (!decoded.fault) return decoded.value as MethodResult<M>;
    const detail = decoded.fault.detail;
    if (detail) throw new VimFaultError(method, detail, decoded.fault.message);
    throw new CarrelError('vsphere-fault', `${method} failed with a SOAP fault: ${decoded.fault.message}`, {
      details: { faultCode: decoded.fault.code, method },
    });
  }

  private headers(): Record<string, string> {
    const headers: Record<string, string> = {
      'content-type': 'text/xml; charset="utf-8"',
      soapaction: this.version === '' ? 'urn:vim25' : `urn:vim25/${this.version}`,
    };
    if (this.cookie !== '') headers['cookie'] = this.cookie;
    return headers;
  }

  private keepCookie(reply: HttpReply): void {
    const set = reply.headers['set-cookie'];
    for (const line of typeof set === 'string' ? [set] : (set ?? [])) {
      const pair = line.split(';', 1)[0]?.trim() ?? '';
      if (pair.startsWith('vmware_soap_session=')) this.cookie = pair;
    }
  }

  private decode(method: string, reply: HttpReply): DecodedReply {
    if (reply.status === 503 || reply.status === 429) {
      throw vsphereError('vsphere-busy', `${this.pool.host} answered ${method} with HTTP status ${reply.status}`, {
        hint: 'The service is starting, overloaded, or has as many sessions as it allows.',
      });
    }
    const type = String(reply.headers['content-type'] ?? '');
    if (reply.status !== 200 && reply.status !== 500 && !/\bxml\b/i.test(type)) {
      throw vsphereError('vsphere-http', `${this.pool.host} answered ${method} with HTTP status ${reply.status}`, {
        hint: 'Check that the address is that of a vCenter or ESXi host and that its path is /sdk.',
        details: { status: reply.status, contentType: type },
      });
    }
    if (/\bhtml\b/i.test(type) || !reply.text.trimStart().startsWith('<') || /^\s*<(!doctype\s+)?html/i.test(reply.text))
      throw this.webPage(reply, type);
    try {
      return decodeReply(method, reply.text);
    } catch (error) {
      if (error instanceof NotSoapError) throw this.webPage(reply, type, error);
      throw error;
    }
  }

  private webPage(reply: HttpReply, type: string, cause?: unknown): CarrelError {
    return new CarrelError(
      'vsphere-not-soap',
      `${this.pool.host} answered with something that is not SOAP (HTTP ${reply.status}, ${type || 'no type'})`,
      {
        hint: 'The address belongs to a web page or a proxy. Give the address of vCenter or ESXi itself, ending in /sdk.',
        cause,
        details: { begins: reply.text.slice(0, 120) },
      },
    );
  }
}
