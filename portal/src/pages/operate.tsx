import { Tabs } from '@mantine/core';
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
  return (
    <>
      <PageTitle>{t.operate.title}</PageTitle>
      <Tabs defaultValue="providers" keepMounted={false}>
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
