import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { useI18n } from '../../i18n/index.tsx';
import { PlainTable } from '../../parts/plain-table.tsx';

export function Accounts() {
  const { t, format } = useI18n();
  const query = { limit: 1000 };
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: ({ signal }) => api.listAccounts({ query }, { signal }) });
  return (
    <PlainTable
      query={accounts}
      head={[t.images.name, t.operate.role, t.operate.since2]}
      rows={accounts.data?.items.map((account) => ({
        key: account.name,
        cells: [account.name, account.role, format.time(account.createdAt)],
      }))}
    />
  );
}
