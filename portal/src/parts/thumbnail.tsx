import { Image } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Reservation } from '../../../src/contract/reservations.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { againOf } from '../rules/again.ts';

/** Milliseconds between two pictures, as long as somebody sees the page. */
const EVERY_MS = 20_000;

/** The machine's screen in small, which leads to the screen itself; nothing where there is no picture to be had. */
export function Thumbnail({ reservation: { id, hostname } }: { reservation: Reservation }) {
  const { t } = useI18n();
  const { data, error } = useQuery({
    queryKey: ['screenshot', id],
    queryFn: ({ signal }) => api.screenshot({ params: { id } }, { signal }),
    retry: false,
    gcTime: 0,
    refetchInterval: (query) => (query.state.error !== null && againOf(query.state.error) === 'never' ? false : EVERY_MS),
  });
  const url = useObjectUrl(error === null ? data : undefined);
  if (url === undefined) return null;
  return (
    <Link to="/machines/$id/screen" params={{ id } as never} style={{ flex: '0 0 auto', lineHeight: 0 }}>
      <Image src={url} alt={t.machines.screenOf(hostname)} w={160} h={107} fit="contain" radius="sm" bg="black" c="white" />
    </Link>
  );
}

function useObjectUrl(png: Uint8Array | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (png === undefined) {
      setUrl(undefined);
      return;
    }
    const made = URL.createObjectURL(new Blob([png as Uint8Array<ArrayBuffer>], { type: 'image/png' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [png]);
  return url;
}
