import { REFUSED } from '../contract/problem.ts';

/** What ends a connection that is held open for a person, other than its two sides. */
export interface Over {
  /** The server stops. */
  closing: AbortSignal;
  /** The person is signed out. */
  signedOut: AbortSignal;
  /** The machine is not theirs any more, or not on; the reason is an Error whose message people read. */
  machine?: AbortSignal | undefined;
  /** Somebody else has it now; the reason as above. */
  taken?: AbortSignal | undefined;
}

/** Calls `end` with a WebSocket's close code (RFC 6455, section 7.4) and reason, once, at the first of them. The result takes that back. */
export function whenOver(over: Over, end: (code: number, reason: string) => void): () => void {
  const ways: [AbortSignal | undefined, number, (reason: Error) => string][] = [
    [over.closing, 1001, () => 'the server is stopping'],
    [over.signedOut, 1008, () => 'the sign-in is over'],
    [over.machine, 1001, (reason) => reason.message],
    [over.taken, REFUSED + 409, (reason) => reason.message],
  ];
  const released = new AbortController();
  for (const [signal, code, reason] of ways) {
    const onAbort = () => {
      if (released.signal.aborted) return;
      released.abort();
      end(code, reason(signal?.reason as Error));
    };
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true, signal: released.signal });
  }
  return () => released.abort();
}
