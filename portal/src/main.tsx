import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/app.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { cspNonce } from './app/nonce.ts';
import { router } from './app/router.tsx';
import { theme } from './app/theme.ts';
import { Told } from './app/told.tsx';
import { queryClient } from './api/query.ts';
import { I18nProvider, preferredLanguage, speak } from './i18n/index.tsx';

// A dialog's scroll lock makes a style element by a way of its own.
setNonce(cspNonce());

const first = await speak(preferredLanguage());

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={cspNonce}>
      <QueryClientProvider client={queryClient}>
        <I18nProvider first={first}>
          <Told />
          <RouterProvider router={router} />
        </I18nProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
