import { Alert, Button, Card, Group, Stack, Text } from '@mantine/core';
import type { Finding } from '../../../../src/contract/system.ts';
import { api } from '../../api/client.ts';
import { useI18n } from '../../i18n/index.tsx';
import { findingText } from '../../rules/reasons.ts';
import { useAct } from '../../parts/act.tsx';
import { State, WhatToDo } from '../../parts/status.tsx';

/** What the reconciler sees differ. Looking changes nothing; mending touches only what carries our tag. */
export function Findings() {
  const { t } = useI18n();
  const look = useAct((dryRun: boolean) => api.reconcile({ body: { dryRun } }), { stale: [] });
  const report = look.data;
  return (
    <Stack>
      <Group>
        <Button loading={look.isPending} onClick={() => look.mutate(true)}>
          {t.operate.check}
        </Button>
        <Button variant="default" disabled={report === undefined || report.findings.length === 0} onClick={() => look.mutate(false)}>
          {t.operate.mend}
        </Button>
      </Group>
      {report !== undefined && (
        <div role="status">
          <Stack>
            {!report.complete && <Alert color="yellow">{t.operate.incomplete}</Alert>}
            {report.findings.length === 0 && <Alert color="reading">{t.operate.noFindings}</Alert>}
            {report.findings.map((finding) => (
              <Card key={`${finding.kind} ${finding.subject}`} withBorder>
                <Group justify="space-between">
                  <Text fw={600}>{t.findings.kinds[finding.kind].name}</Text>
                  <State tone={finding.outcome === 'failed' ? 'bad' : finding.outcome === 'mended' ? 'good' : 'waiting'}>
                    {t.findings.outcomes[finding.outcome]}
                  </State>
                </Group>
                <Detail finding={finding} />
                <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                  {t.findings.actions[finding.action]} · {finding.subject}
                </Text>
                {finding.problem !== undefined && <WhatToDo hint={undefined} said={finding.problem} />}
              </Card>
            ))}
          </Stack>
        </div>
      )}
    </Stack>
  );
}

function Detail({ finding }: { finding: Finding }) {
  const { t } = useI18n();
  const text = findingText(finding, t);
  if (text === undefined) return <WhatToDo hint={undefined} said={finding.detail} />;
  return <Text size="sm">{text}</Text>;
}
