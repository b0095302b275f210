import { Button, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useI18n } from '../i18n/index.tsx';
import { PageTitle } from '../parts/status.tsx';

export function NotFound() {
  const { t } = useI18n();
  return (
    <>
      <PageTitle>{t.common.notFound}</PageTitle>
      <Text mb="md">{location.pathname}</Text>
      <Button component={Link} to="/machines">
        {t.common.home}
      </Button>
    </>
  );
}
