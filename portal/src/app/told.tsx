import { MantineThemeProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { useI18n } from '../i18n/index.tsx';

/** What is told in passing, on every page. The kit's button that closes it has no name of its own. */
export function Told() {
  const { t } = useI18n();
  const close = { defaultProps: { closeButtonProps: { 'aria-label': t.common.close } } };
  return (
    <MantineThemeProvider theme={{ components: { Notification: close } }} inherit>
      <Notifications position="bottom-right" />
    </MantineThemeProvider>
  );
}
