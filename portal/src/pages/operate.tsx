import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useI18n } from '../i18n/index.tsx';
import { PageTitle } from '../parts/status.tsx';
import { Accounts } from './operate/accounts.tsx';
import { Audit } from './operate/audit.tsx';
import { Findings } from './operate/findings.tsx';
import { Machines } from './operate/machines.tsx';
import { Jobs } from './operate/jobs.tsx';
import { Providers } from './operate/providers.tsx';
import { Rules } from './operate/rules.tsx';

const TABS = [
  ['providers', Providers],
  ['machines', Machines],
  ['jobs', Jobs],
  ['findings', Findings],
  ['accounts', Accounts],
  ['rules', Rules],
  ['audit', Audit],
] as const;

export function Operate() {
  const { t } = useI18n();
  const navigate = useNavigate();
  // In the address: a link leads to it, and the browser's own way back is the way back.
  const { tab: asked } = useSearch({ strict: false }) as { tab?: unknown };
  const [tab] = TABS.find(([key]) => key === asked) ?? TABS[0];
  const tabs = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On a phone the row is wider than the page. Some browsers answer with a promise, which an effect must not.
    tabs.current?.querySelector('[role=tab][aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [tab]);
  const open = (key: string | null) => void navigate({ to: '/operate', search: { tab: key } as never, resetScroll: false });
  return (
    <>
      <PageTitle>{t.operate.title}</PageTitle>
      <Tabs value={tab} onChange={open} keepMounted={false} ref={tabs}>
        <Tabs.List mb="md" className="one-row">
          {TABS.map(([key]) => (
            <Tabs.Tab key={key} value={key}>
              {t.operate[key]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map(([key, Panel]) => (
          <Tabs.Panel key={key} value={key}>
            <Panel />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
