import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { useI18n } from '../../i18n/index.tsx';
import { PlainTable } from '../../parts/plain-table.tsx';
import { actionText, named } from '../../rules/reasons.ts';

export function Audit() {
  const { t, format } = useI18n();
  const query = { limit: 200 };
  const audit = useQuery({ queryKey: ['audit'], queryFn: ({ signal }) => api.listAudit({ query }, { signal }), refetchInterval: 30_000 });
  return (
    <PlainTable
      query={audit}
      head={[t.operate.time, t.operate.actor, t.operate.action, t.operate.subject]}
      rows={audit.data?.items.map((entry) => ({
        key: entry.id,
        cells: [
          format.time(entry.at),
          entry.actor,
          actionText(entry.action, t),
          `${named(t.auditWords.kinds, entry.subjectKind)} ${entry.subjectId}`,
        ],
      }))}
    />
  );
}
