/**
 * SOAP 1.1 messages of the vSphere Web Services API, both directions on both sides:
 * a client encodes requests and decodes replies, a server (the simulator) decodes requests and encodes replies.
 */
import { CarrelError } from '../../lib/errors.ts';
import { findMethod, type MethodDesc, typeDesc } from '../types/schema.ts';
import type { DataObject, Ref } from '../types/value.ts';
import type { AnyMethodFault, VimMethods } from '../types/vim.gen.ts';
import { readField, readFields, readObject, readRef } from '../xml/decode.ts';
import { writeField, writeFields, writeObject, XmlWriter } from '../xml/encode.ts';
import { type ReaderLimits, XmlReader } from '../xml/reader.ts';
import { escapeText } from '../xml/text.ts';

export type MethodName = keyof VimMethods;
export type MethodArgs<M extends MethodName> = VimMethods[M]['args'];
export type MethodResult<M extends MethodName> = VimMethods[M]['result'];

const OPEN =
  '<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
  ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">';
const CLOSE = '</soapenv:Envelope>';

/** What stands beside the body. */
export interface SoapHeader {
  /** Shown in the server's own logs; one per reservation or saga helps whoever reads them. */
  operationId?: string | undefined;
  /** XML written as it is, such as a SAML assertion in a wsse:Security element. */
  raw?: string | undefined;
}

export interface DecodedRequest {
  method: string;
  /** Undefined if the tables do not have the method; then `args` is empty. */
  desc: MethodDesc | undefined;
  self: Ref;
  args: Record<string, unknown>;
  operationId: string | undefined;
}

/** A SOAP fault as it came; `detail` is the vim fault if there is one. */
export interface SoapFault {
  code: string;
  message: string;
  detail: AnyMethodFault | undefined;
}

export type DecodedReply = { fault: SoapFault } | { fault?: undefined; value: unknown };

/** The document is XML, but no SOAP message (code `vsphere-not-soap`). */
export class NotSoapError extends CarrelError {
  constructor(message: string) {
    super('vsphere-not-soap', message);
    this.name = 'NotSoapError';
  }
}

function method(name: string): MethodDesc {
  const desc = findMethod(name);
  if (!desc) throw new CarrelError('internal', `not in the vSphere tables: method ${name}`);
  return desc;
}

function headerXml(header: SoapHeader): string {
  if (header.operationId === undefined && header.raw === undefined) return '';
  const id = header.operationId === undefined ? '' : `<operationID xmlns="urn:vim25">${escapeText(header.operationId)}</operationID>`;
  return `<soapenv:Header>${id}${header.raw ?? ''}</soapenv:Header>`;
}

/** Client side: the request of `name` on `self`. Throws `vsphere-xml` if an argument does not fit the tables. */
export function encodeRequest<M extends MethodName>(name: M, self: Ref, args: MethodArgs<M>, header: SoapHeader = {}): string {
  const desc = method(name);
  const w = new XmlWriter();
  w.out = `${OPEN}${headerXml(header)}<soapenv:Body><${name} xmlns="urn:vim25">`;
  writeFields(w, desc.request, { ...(args as Record<string, unknown>), _this: self });
  w.out += `</${name}></soapenv:Body>${CLOSE}`;
  return w.out;
}

/** The reader's current name, for comparisons after a step that the compiler takes for no change. */
function at(r: XmlReader): string {
  return r.name;
}

/** Positions the reader inside the body's first element; header elements go to `onHeader`, which must consume each. */
function enterBody(r: XmlReader, onHeader: (r: XmlReader) => void): void {
  r.root();
  if (at(r) !== 'Envelope') throw new NotSoapError(`the document is a <${r.name}>, not a SOAP envelope`);
  while (r.nextChild()) {
    if (at(r) === 'Header') while (r.nextChild()) onHeader(r);
    else if (at(r) === 'Body') {
      if (!r.nextChild()) throw new NotSoapError('the SOAP body is empty');
      return;
    } else r.skip();
  }
  throw new NotSoapError('the SOAP envelope has no body');
}

function leaveBody(r: XmlReader): void {
  if (r.nextChild()) r.fail('a second element in the SOAP body');
  while (r.nextChild()) r.skip();
  r.end();
}

/** Client side: the reply to `name`: its value, or the fault. */
export function decodeReply(name: string, document: string, limits: ReaderLimits = {}): DecodedReply {
  const desc = method(name);
  const r = new XmlReader(document, limits);
  enterBody(r, (h) => h.skip());
  if (r.name === 'Fault') {
    const fault = readFault(r);
    leaveBody(r);
    return { fault };
  }
  if (r.name !== `${name}Response`) throw new NotSoapError(`the reply is a <${r.name}>, not the answer to ${name}`);
  let value: unknown = desc.returns?.array ? [] : undefined;
  while (r.nextChild()) {
    if (r.name !== 'returnval' || !desc.returns || r.nil) r.skip();
    else if (desc.returns.array) (value as unknown[]).push(readField(r, desc.returns));
    else value = readField(r, desc.returns);
  }
  leaveBody(r);
  if (desc.returns?.array && desc.returns.optional && (value as unknown[]).length === 0) value = undefined;
  return { value };
}

function readFault(r: XmlReader): SoapFault {
  const fault: SoapFault = { code: '', message: '', detail: undefined };
  while (r.nextChild()) {
    if (r.name === 'faultcode') fault.code = r.text();
    else if (r.name === 'faultstring') fault.message = r.text();
    else if (r.name === 'detail') {
      while (r.nextChild()) {
        // some servers leave out the xsi:type; the element is named after the type then
        if (r.xsiType === '') r.xsiType = r.name.replace(/Fault$/, '');
        fault.detail = readObject(r, typeDesc('MethodFault')) as AnyMethodFault;
      }
    } else r.skip();
  }
  return fault;
}

/** Server side: a request. A method that the tables do not have is passed over, so that the server can answer with a fault. */
export function decodeRequest(document: string, limits: ReaderLimits = {}): DecodedRequest {
  const r = new XmlReader(document, limits);
  let operationId: string | undefined;
  enterBody(r, (h) => {
    if (h.name === 'operationID') operationId = h.text();
    else h.skip();
  });
  const name = r.name;
  const desc = findMethod(name);
  const args: Record<string, unknown> = {};
  if (desc) readFields(r, desc.request, args);
  else
    while (r.nextChild())
      if (r.name === '_this') args['_this'] = readRef(r);
      else r.skip();
  const self = args['_this'] as Ref | undefined;
  delete args['_this'];
  leaveBody(r);
  if (!self) throw new NotSoapError(`the request ${name} names no object (_this)`);
  for (const f of desc?.request.fields ?? []) {
    if (f.name !== '_this' && !f.optional && args[f.name] === undefined) throw new NotSoapError(`the request ${name} lacks ${f.name}`);
  }
  return { method: name, desc, self, args, operationId };
}

/** Server side: the reply to `name`. */
export function encodeReply(name: string, value: unknown): string {
  const desc = method(name);
  const w = new XmlWriter();
  w.out = `${OPEN}<soapenv:Body><${name}Response xmlns="urn:vim25">`;
  if (desc.returns) writeField(w, desc.returns, value);
  w.out += `</${name}Response></soapenv:Body>${CLOSE}`;
  return w.out;
}

/** Server side: a fault; send it with HTTP status 500. */
export function encodeFault(fault: { code?: string; message: string; detail?: (DataObject & { _type: string }) | undefined }): string {
  const w = new XmlWriter();
  w.out = `${OPEN}<soapenv:Body><soapenv:Fault><faultcode>${escapeText(fault.code ?? 'ServerFaultCode')}</faultcode>`;
  w.out += `<faultstring>${escapeText(fault.message)}</faultstring>`;
  if (fault.detail) {
    const inner = new XmlWriter();
    writeObject(inner, `${fault.detail._type}Fault`, fault.detail, undefined);
    w.out += `<detail>${inner.out.replace(/^<(\w+)/, '<$1 xmlns="urn:vim25"')}</detail>`;
  }
  w.out += `</soapenv:Fault></soapenv:Body>${CLOSE}`;
  return w.out;
}
