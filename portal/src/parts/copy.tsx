import { ActionIcon, Code, CopyButton, Group, Text, Tooltip } from '@mantine/core';
import IconCheck from 'icon:check';
import IconCopy from 'icon:copy';
import { useI18n } from '../i18n/index.tsx';

/** A value with a button that copies it. `secret` ones are shown only where they are asked for, so nothing is hidden twice. */
export function Copyable({ label, value }: { label: string; value: string }) {
  const { t } = useI18n();
  return (
    <Group gap="xs" wrap="nowrap" justify="space-between">
      <Text size="sm" c="dimmed" miw={100}>
        {label}
      </Text>
      <Group gap={4} wrap="nowrap" miw={0}>
        <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{value}</Code>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? t.common.copied : t.common.copy}>
              <ActionIcon variant="subtle" color="gray" onClick={copy} aria-label={`${t.common.copy}: ${label}`}>
                {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </Group>
    </Group>
  );
}
