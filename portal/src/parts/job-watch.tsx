import { Alert } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { JobDetail } from '../../../src/contract/machines.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { explainCode } from '../rules/explain.ts';
import { WhatToDo } from './status.tsx';

const ENDED: ReadonlySet<JobDetail['state']> = new Set(['done', 'undone', 'stuck']);

/**
 * What became of work that was begun at this page and is a state of nothing on it: why it failed, where it did; what it changed is read anew.
 * Nothing while it goes well.
 */
export function JobWatch({ job, failed, stale }: { job: string; failed: string; stale: readonly (readonly unknown[])[] }) {
  const { t, format } = useI18n();
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: ['job', job],
    queryFn: ({ signal }) => api.showJob({ params: { id: job } }, { signal }),
    // It ends with no event. What the server refuses to show is not asked for for ever.
    refetchInterval: ({ state }) => (state.error !== null || (state.data !== undefined && ENDED.has(state.data.state)) ? false : 2_000),
  });
  const ended = data !== undefined && ENDED.has(data.state);
  useEffect(() => {
    if (ended) for (const queryKey of stale) void client.invalidateQueries({ queryKey: [...queryKey] });
  }, [client, ended, stale]);
  if (!ended || data.state === 'done') return null;
  const why = data.error && explainCode(data.error, t, format);
  return (
    <Alert w="100%" color="red" variant="light" title={why === undefined ? failed : `${failed}: ${why.title}`} role="alert">
      {why !== undefined && <WhatToDo {...why} />}
    </Alert>
  );
}
