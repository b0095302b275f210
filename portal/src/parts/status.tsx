import { Alert, Badge, Button, Center, Loader, Stack, Text, Title } from '@mantine/core';
import IconAlertTriangle from 'icon:alert-triangle';
import type { ReactNode } from 'react';
import { explain, type Explained } from '../rules/explain.ts';
import { useI18n } from '../i18n/index.tsx';
import { Sentence } from './sentence.tsx';
import type { Tone } from '../rules/reservation.ts';
import { TONE_COLORS } from '../rules/tones.ts';

export function Waiting() {
  const { t } = useI18n();
  return (
    <Center mih={160} role="status" aria-label={t.common.loading}>
      <Loader type="dots" />
    </Center>
  );
}

/** What went wrong, with what can be done about it. */
export function Problem({ error, again }: { error: unknown; again?: (() => void) | undefined }) {
  const { t, format } = useI18n();
  const explained = explain(error, t, format);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={explained.title} role="alert">
      <Stack gap="xs" align="flex-start">
        <WhatToDo {...explained} />
        {again !== undefined && (
          <Button size="xs" variant="default" onClick={again}>
            {t.common.retry}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** The rest of an explanation, below its title. */
export function WhatToDo({ hint, said }: Pick<Explained, 'hint' | 'said'>) {
  const { t } = useI18n();
  return (
    <>
      {hint !== undefined && (
        <Text size="sm">
          <Sentence>{hint}</Sentence>
        </Text>
      )}
      {said !== undefined && (
        <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
          {t.common.said} <q lang="en">{said}</q>
        </Text>
      )}
    </>
  );
}

export function Empty({ title, hint, action }: { title: string; hint?: string; action?: ReactNode }) {
  return (
    <Center mih={240}>
      <Stack align="center" gap="xs">
        <Text fw={600} size="lg">
          {title}
        </Text>
        {hint !== undefined && (
          <Text c="dimmed" ta="center">
            <Sentence>{hint}</Sentence>
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  );
}

/** A state: colour helps, the word says it. */
export function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <Badge color={TONE_COLORS[tone]} variant={tone === 'over' ? 'outline' : 'filled'} tt="none" className="state">
      {children}
    </Badge>
  );
}

export function PageTitle({ children, side }: { children: string; side?: ReactNode }) {
  return (
    <div className="page-title">
      <title>{`${children} · Carrel`}</title>
      <Title order={1} size="h2">
        {children}
      </Title>
      {side}
    </div>
  );
}
