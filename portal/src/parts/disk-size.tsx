import { TextInput } from '@mantine/core';
import { useI18n } from '../i18n/index.tsx';
import { diskFits, MOST_DISK_MIB } from '../rules/request.ts';

/** How large a machine's first disk is to be, in GiB; shown where it may be larger than its image's. */
export function DiskSize({ value, leastMiB, onChange }: { value: string; leastMiB: number; onChange: (gib: string) => void }) {
  const { t, format } = useI18n();
  return (
    <TextInput
      label={t.reserve.disk}
      description={t.reserve.diskHint(format.gib(leastMiB))}
      error={diskFits(value, leastMiB) ? undefined : t.reserve.diskRange(format.gib(leastMiB), format.gib(MOST_DISK_MIB))}
      value={value}
      onChange={(e) => onChange(e.currentTarget.value)}
      inputMode="decimal"
      maxLength={12}
    />
  );
}
