/** Who is signed in, and the stream of events that keeps the pages true while somebody is. */
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { Me } from '../../../src/contract/system.ts';
import { ApiError, api, onSignedOut } from '../api/client.ts';
import { follow, type Link } from '../api/live.ts';
import { useI18n } from '../i18n/index.tsx';
import { SignIn } from '../pages/sign-in.tsx';
import { Waiting } from '../parts/status.tsx';

interface Session {
  me: Me;
  link: Link;
  admin: boolean;
}

const Context = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const value = useContext(Context);
  if (value === undefined) throw new Error('outside SessionGate');
  return value;
}

/** Shows what is inside to who is signed in, and the sign-in page to everybody else: the address stays, so nobody is sent elsewhere. */
export function SessionGate({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { t } = useI18n();
  const me = useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) => api.me({}, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: 'always',
  });
  const [link, setLink] = useState<Link>('opening');
  const account = me.data?.account;
  useEffect(() => {
    // What another person saw is not kept for the next.
    onSignedOut(() => {
      if (client.getQueryData(['me']) === undefined) return;
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
      void client.resetQueries({ queryKey: ['me'] });
    });
    return () => onSignedOut(() => {});
  }, [client]);
  useEffect(() => {
    if (account === undefined) return;
    const stop = new AbortController();
    const endsSoon = () =>
      notifications.show({ title: t.machines.endsSoon, message: t.machines.endsSoonText, color: 'orange', autoClose: 60_000 });
    follow(client, stop.signal, { link: setLink, endsSoon }).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) void client.resetQueries({ queryKey: ['me'] });
    });
    return () => stop.abort();
  }, [client, account, t]);
  if (me.isPending) return <Waiting />;
  if (me.data === undefined) return <SignIn />;
  return <Context value={{ me: me.data, link, admin: me.data.role === 'admin' }}>{children}</Context>;
}
