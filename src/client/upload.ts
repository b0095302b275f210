import type { RevisionStarted, UploadQuery } from '../contract/images.ts';
import { type CallOptions, type ClientOptions, headersOf, send, urlOf } from './request.ts';

export interface UploadInput {
  params: { name: string };
  query: UploadQuery;
  /** The file: its chunks (Node) or a Blob (browser). */
  content: AsyncIterable<Uint8Array> | Blob;
  /** Its size in bytes: exactly what `content` gives. */
  bytes: number;
  /** Told after each chunk that was handed on. */
  onProgress?: (sentBytes: number) => void;
}
export type UploadOutput = RevisionStarted;

function counted(content: AsyncIterable<Uint8Array>, onProgress: ((sentBytes: number) => void) | undefined): ReadableStream<Uint8Array> {
  const chunks = content[Symbol.asyncIterator]();
  let sent = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) {
        controller.close();
        return;
      }
      controller.enqueue(value);
      sent += value.byteLength;
      onProgress?.(sent);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}

/** Streams a disk file to the server without holding it in memory. */
export async function upload(options: ClientOptions, input: UploadInput, callOptions: CallOptions = {}): Promise<UploadOutput> {
  const url = urlOf(options.baseUrl, 'uploadImage', { params: input.params, query: input.query });
  const isBlob = input.content instanceof Blob;
  const response = await send(options, url, {
    method: 'POST',
    headers: headersOf(options, {
      'content-type': 'application/octet-stream',
      // Browsers set it by themselves for a Blob and refuse to have it set.
      ...(isBlob ? {} : { 'content-length': String(input.bytes) }),
    }),
    body: input.content instanceof Blob ? input.content : counted(input.content, input.onProgress),
    ...(isBlob ? {} : { duplex: 'half' as const }),
    ...(callOptions.signal === undefined ? {} : { signal: callOptions.signal }),
  });
  return (await response.json()) as UploadOutput;
}
