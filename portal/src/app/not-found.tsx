import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useI18n } from '../i18n/index.tsx';
import { Empty } from '../parts/status.tsx';

export function NotFound() {
  const { t } = useI18n();
  return (
    <Empty
      title={t.common.notFound}
      action={
        <Button component={Link} to="/machines">
          {t.common.home}
        </Button>
      }
    />
  );
}
