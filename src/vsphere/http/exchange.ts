/**
 * One request whose reply is read into memory, as a handler of undici's `dispatch`. Its `request` would make a stream, an abort signal and
 * several promises for each call, which together cost more than decoding most replies; and it leaves a request that still waits for a free
 * connection waiting when it is aborted.
 */
import type { Dispatcher } from 'undici';
import { CarrelError } from '../../lib/errors.ts';
import { vsphereError } from '../errors.ts';
import { requestError } from './failure.ts';

export interface HttpReply {
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  text: string;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

export class TextExchange implements Dispatcher.DispatchHandler {
  private readonly host: string;
  private readonly maxBytes: number;
  private readonly resolve: (reply: HttpReply) => void;
  private readonly reject: (error: CarrelError) => void;
  private controller: Dispatcher.DispatchController | undefined;
  private over = false;
  private status = 0;
  private headers: HttpReply['headers'] = {};
  private chunks: Buffer[] = [];
  private size = 0;

  constructor(host: string, maxBytes: number, resolve: (reply: HttpReply) => void, reject: (error: CarrelError) => void) {
    this.host = host;
    this.maxBytes = maxBytes;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** Fails at once, wherever the request is: waiting for a connection, sent, or half answered. */
  cancel(error: CarrelError): void {
    if (this.over) return;
    this.over = true;
    this.reject(error);
    this.controller?.abort(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.over) controller.abort(new CarrelError('cancelled', 'nobody waits for it any more'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: HttpReply['headers']): void {
    // 1xx only announce the reply
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > this.maxBytes) {
      this.cancel(vsphereError('vsphere-too-large', `the reply of ${this.host} is larger than ${this.maxBytes} bytes`));
      return;
    }
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.over) return;
    this.over = true;
    let text: string;
    try {
      text = UTF8.decode(this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks, this.size));
    } catch (error) {
      this.reject(new CarrelError('vsphere-xml', `the reply of ${this.host} is not UTF-8`, { cause: error }));
      return;
    }
    this.resolve({ status: this.status, headers: this.headers, text });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.over) return;
    this.over = true;
    this.reject(requestError(this.host, error));
  }
}
