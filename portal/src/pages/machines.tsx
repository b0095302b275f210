import { Button, Group, SimpleGrid, Stack, Switch } from '@mantine/core';
import IconPlus from 'icon:plus';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useSession } from '../app/session.tsx';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { ReservationCard } from '../parts/reservation-card.tsx';
import { Empty, PageTitle, Problem, Waiting } from '../parts/status.tsx';
import { inOrder } from '../rules/reservation.ts';

export function Machines() {
  const { t } = useI18n();
  const { admin } = useSession();
  const [past, setPast] = useState(false);
  const [all, setAll] = useState(false);
  const query = { limit: 100, ...(past ? { past } : {}), ...(all ? { all } : {}) };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['reservations', query],
    queryFn: ({ signal }) => api.listReservations({ query }, { signal }),
    // How far the work on one is comes with no event.
    refetchInterval: ({ state }) => (state.data?.items.some((r) => r.state === 'preparing' || r.progress !== undefined) ? 5_000 : false),
  });
  return (
    <>
      <PageTitle
        side={
          <Group>
            <Switch label={t.machines.past} checked={past} onChange={(e) => setPast(e.currentTarget.checked)} />
            {admin && <Switch label={t.machines.all} checked={all} onChange={(e) => setAll(e.currentTarget.checked)} />}
          </Group>
        }
      >
        {t.machines.title}
      </PageTitle>
      <Stack>
        {error !== null && <Problem error={error} again={() => void refetch()} />}
        {isPending && <Waiting />}
        {data?.items.length === 0 && (
          <Empty
            title={t.machines.none}
            hint={t.machines.noneHint}
            action={
              <Button component={Link} to="/reserve" leftSection={<IconPlus size={18} />}>
                {t.nav.reserve}
              </Button>
            }
          />
        )}
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          {inOrder(data?.items ?? []).map((reservation) => (
            <ReservationCard key={reservation.id} reservation={reservation} owner={all} />
          ))}
        </SimpleGrid>
      </Stack>
    </>
  );
}
