import { Button, Card, Group, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Rules as SiteRules } from '../../../../src/contract/calendar.ts';
import { api } from '../../api/client.ts';
import { useI18n } from '../../i18n/index.tsx';
import { useAct } from '../../parts/act.tsx';
import { Problem, Waiting } from '../../parts/status.tsx';
import { changeOf, formOf, RULE_FIELDS, type RuleForm } from '../../rules/site-rules.ts';

const KINDS = ['lab', 'long', 'imaging', 'server'] as const;
type Kind = (typeof KINDS)[number];
const GROUPS = ['*', 'user', 'admin'] as const;
const stale = [['rules']];

/** What the site allows, for each kind of reservation, to everybody or to a group. */
export function Rules() {
  const { t } = useI18n();
  const words = t.operate.siteRules;
  const [group, setGroup] = useState<string>('*');
  const [kind, setKind] = useState<Kind>('lab');
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['rules'],
    queryFn: ({ signal }) => api.showRules({}, { signal }),
  });
  if (error !== null) return <Problem error={error} again={() => void refetch()} />;
  if (isPending) return <Waiting />;
  const said = data.site[group]?.[kind] ?? {};
  const groups = [...new Set([...GROUPS, ...Object.keys(data.site)])];
  const named = { '*': words.everybody, ...t.operate.roles };
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {words.text}
      </Text>
      <Group>
        <Select
          label={words.group}
          value={group}
          onChange={(value) => setGroup(value ?? '*')}
          allowDeselect={false}
          data={groups.map((value) => ({ value, label: named[value as keyof typeof named] ?? value }))}
        />
        <Select
          label={t.reserve.kind}
          value={kind}
          onChange={(value) => setKind((value ?? 'lab') as Kind)}
          allowDeselect={false}
          data={KINDS.map((value) => ({ value, label: t.reserve.kinds[value] }))}
        />
      </Group>
      {/* Begun anew with what is chosen, and with what was saved. */}
      <RuleCard key={`${group} ${kind} ${JSON.stringify(said)}`} group={group} kind={kind} said={said as SiteRules['site'][string]} />
    </Stack>
  );
}

function RuleCard({ group, kind, said }: { group: string; kind: Kind; said: Record<string, unknown> }) {
  const { t } = useI18n();
  const words = t.operate.siteRules;
  const [form, setForm] = useState(() => formOf(said, words.any));
  const change = (part: Partial<RuleForm>) => setForm((before) => ({ ...before, ...part }));
  const save = useAct(() => api.setRule({ body: changeOf(form, { group, kind }, words.any) }), {
    stale,
    done: () => notifications.show({ message: words.saved }),
  });
  return (
    <Card withBorder component="section" aria-label={words.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(undefined);
        }}
      >
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            <Select
              label={words.allowed}
              value={form.allowed}
              onChange={(value) => change({ allowed: (value ?? '') as RuleForm['allowed'] })}
              allowDeselect={false}
              data={(['', 'yes', 'no'] as const).map((value) => ({ value, label: words.allowedWords[value] }))}
            />
            {RULE_FIELDS.map((field) => (
              <TextInput
                key={field}
                label={words.fields[field]}
                value={form[field]}
                onChange={(e) => change({ [field]: e.currentTarget.value })}
              />
            ))}
          </SimpleGrid>
          <Text size="sm" c="dimmed">
            {words.hint}
          </Text>
          <Button type="submit" loading={save.isPending} style={{ alignSelf: 'flex-start' }}>
            {t.images.save}
          </Button>
        </Stack>
      </form>
    </Card>
  );
}
