import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventData } from '../contract/system.ts';
import { CarrelError } from '../lib/errors.ts';
import { isAdmin, notAllowed } from './access.ts';
import type { Places } from './places.ts';
import type { Caller, Services } from '../services/interface.ts';

export interface StreamOptions {
  services: Pick<Services, 'events' | 'lastEventId' | 'untilSignedOut'>;
  now: () => Date;
  /** Milliseconds without an event after which a comment line is sent. */
  heartbeatMs: number;
  /** Milliseconds a reader may leave its buffer full before it is dropped; it resumes by Last-Event-ID. */
  stallMs: number;
  /** The streams that are open. */
  places: Places;
  /** Aborts when the server stops. */
  closing: AbortSignal;
  headers: Record<string, string>;
}

/** An event is the same object for all who follow it, so its text is made once. */
const frames = new WeakMap<EventData, string>();

function frame(event: EventData): string {
  let text = frames.get(event);
  if (text === undefined) frames.set(event, (text = `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`));
  return text;
}

/** Resolves once the reader has taken what was written; rejects when it stands still for too long. */
function drained(raw: ServerResponse, stallMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      clearTimeout(timer);
      raw.off('drain', onDrain);
      signal.removeEventListener('abort', onAbort);
      if (error) reject(error);
      else resolve();
    };
    const onDrain = () => finish();
    const onAbort = () => finish();
    const timer = setTimeout(() => finish(new CarrelError('deadline', 'the reader of the event stream stands still')), stallMs);
    raw.once('drain', onDrain);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function startOf(request: FastifyRequest): string | undefined {
  const header = request.headers['last-event-id'];
  const query = (request.query as { lastEventId?: string }).lastEventId;
  const given = typeof header === 'string' && header !== '' ? header : query;
  if (given === undefined) return undefined;
  // Beyond a bigint's range there is no such event.
  if (!/^\d{1,19}$/.test(given) || BigInt(given) > 9_223_372_036_854_775_807n) {
    throw new CarrelError('bad-request', 'Last-Event-ID is not the id of an event');
  }
  return given;
}

/** Answers `GET /events` and holds the stream open until the caller goes, stands still or is signed out, or the server stops. */
export async function streamEvents(request: FastifyRequest, reply: FastifyReply, caller: Caller, options: StreamOptions): Promise<void> {
  const { all } = request.query as { all?: boolean };
  if (all && !isAdmin(caller)) throw notAllowed('only operators see what belongs to others');
  const resumeAt = startOf(request);
  const giveBack = options.places.take(caller);
  try {
    await stream(request, reply, caller, options, resumeAt);
  } finally {
    giveBack();
  }
}

async function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  options: StreamOptions,
  resumeAt: string | undefined,
): Promise<void> {
  const { all } = request.query as { all?: boolean };
  const after = resumeAt ?? (await options.services.lastEventId());
  reply.hijack();
  const raw = reply.raw;
  const gone = new AbortController();
  raw.on('close', () => gone.abort());
  raw.on('error', () => gone.abort());
  const signedOut = options.services.untilSignedOut(caller, gone.signal);
  const signal = AbortSignal.any([gone.signal, options.closing, signedOut]);
  raw.writeHead(200, { ...options.headers, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  const hello: EventData = {
    id: after,
    at: options.now().toISOString(),
    kind: 'hello',
    body: { resumed: resumeAt !== undefined },
  };
  raw.write(`retry: 1000\n\n${frame(hello)}`);

  const heartbeat = setInterval(() => {
    if (!raw.writableNeedDrain) raw.write(': still here\n\n');
  }, options.heartbeatMs);
  try {
    const accountId = all ? undefined : caller.accountId;
    for await (const event of options.services.events({ accountId, after, signal })) {
      if (signal.aborted) break;
      if (!raw.write(frame(event))) await drained(raw, options.stallMs, signal);
    }
    raw.end();
  } catch (error) {
    if (!signal.aborted) request.log.info({ err: error }, 'event stream dropped');
    raw.destroy();
  } finally {
    clearInterval(heartbeat);
    gone.abort();
  }
}
