import { type Client, makeClient } from '../../../src/client/client.ts';

export { ApiError, UnreachableError } from '../../../src/client/errors.ts';

/** Told when the server says that nobody is signed in (any more). */
let signedOut: () => void = () => {};
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

/**
 * The portal's client. It is signed in by its cookie, which no script can read. The header is what a page of another site cannot
 * send with that cookie; the server refuses changes without it.
 */
export const api: Client = makeClient({
  baseUrl: location.origin,
  fetch: async (url, init) => {
    const headers = { ...(init.headers as Record<string, string>), 'x-carrel-csrf': '1' };
    const response = await fetch(url, { ...init, headers, credentials: 'same-origin' });
    // Where a password is proved, 401 says that it was wrong, not that nobody is signed in.
    if (response.status === 401 && !/^\/api\/v1\/session(?:\/|$)/.test(new URL(url).pathname)) signedOut();
    return response;
  },
});
