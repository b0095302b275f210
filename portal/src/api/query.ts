import { QueryClient } from '@tanstack/react-query';
import { UnreachableError } from './client.ts';

/**
 * What was read stays on the page while the server is away, and is asked for again until it answers. What the server refuses is
 * not asked for again by itself. Nothing is stale by age alone: the stream of events says what has changed (live.ts).
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (_count, error) => error instanceof UnreachableError,
      retryDelay: 1_000,
      staleTime: 30_000,
      refetchOnWindowFocus: true,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
