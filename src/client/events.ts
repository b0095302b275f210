import type { EventData } from '../contract/system.ts';
import { ApiError, UnreachableError } from './errors.ts';
import { type ClientOptions, headersOf, pause, send, urlOf } from './request.ts';

export interface EventOptions {
  signal?: AbortSignal | undefined;
  /** Everybody's events; operators only. */
  all?: boolean;
  /** Go on after this event; from now on if left out. */
  lastEventId?: string;
  /** Milliseconds until a broken stream is opened anew; 500 if left out. */
  reconnectMs?: number;
  /** Told each time a stream breaks, before it is opened anew. Throwing ends the iteration. */
  onBreak?: (error: unknown) => void;
}

/** One `text/event-stream` block: its id and data; undefined for comments. */
export interface SseBlock {
  id: string | undefined;
  event: string | undefined;
  data: string;
}

/** Cuts a stream of text into blocks, as the HTML standard says (LF, CRLF and CR end a line). */
export class SseParser {
  #rest = '';
  #lines: string[] = [];

  push(text: string): SseBlock[] {
    this.#rest += text;
    const blocks: SseBlock[] = [];
    for (;;) {
      // A CR at the very end may be the first half of CRLF: wait for more.
      const match = /\r\n|\n|\r(?!$)/.exec(this.#rest);
      if (match === null) return blocks;
      const line = this.#rest.slice(0, match.index);
      this.#rest = this.#rest.slice(match.index + match[0].length);
      if (line !== '') {
        this.#lines.push(line);
        continue;
      }
      const block = toBlock(this.#lines);
      this.#lines = [];
      if (block !== undefined) blocks.push(block);
    }
  }
}

function toBlock(lines: readonly string[]): SseBlock | undefined {
  const data: string[] = [];
  let id: string | undefined;
  let event: string | undefined;
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'id') id = value;
    else if (field === 'event') event = value;
  }
  return data.length === 0 ? undefined : { id, event, data: data.join('\n') };
}

async function* readStream(response: Response): AsyncGenerator<EventData> {
  if (response.body === null) return;
  const parser = new SseParser();
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const block of parser.push(decoder.decode(value as Uint8Array, { stream: true }))) yield JSON.parse(block.data) as EventData;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** How long to wait before a broken stream is opened anew, in milliseconds: as long as the server says, if it said so. */
export function pauseAfter(error: unknown, reconnectMs: number): number {
  const told = error instanceof ApiError ? error.details['retryAfterS'] : undefined;
  return typeof told === 'number' ? Math.max(reconnectMs, told * 1000) : reconnectMs;
}

/**
 * Events as they happen, for ever: a stream that breaks is opened anew and goes on after the last event seen. The first event is
 * `hello` (the stream is open; what is read now cannot be missed); `gap` says that events were lost and things must be read anew.
 * Ends when the signal aborts; rejects with ApiError when the server refuses (bad token).
 */
export async function* events(client: ClientOptions, options: EventOptions = {}): AsyncGenerator<EventData> {
  let last = options.lastEventId;
  while (!options.signal?.aborted) {
    let broken: unknown;
    try {
      const url = urlOf(client.baseUrl, 'events', { query: { all: options.all } });
      const headers = headersOf(client, { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': last }) });
      const response = await send(client, url, {
        method: 'GET',
        headers,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      for await (const event of readStream(response)) {
        last = event.id;
        yield event;
      }
      options.onBreak?.(new UnreachableError(client.baseUrl, new Error('the server closed the stream')));
    } catch (error) {
      if (options.signal?.aborted) return;
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error;
      broken = error;
      options.onBreak?.(error);
    }
    await pause(pauseAfter(broken, options.reconnectMs ?? 500), options.signal);
  }
}
