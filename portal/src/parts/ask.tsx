import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useI18n } from '../i18n/index.tsx';

/** Asks before something that cannot be taken back. The safe answer has the focus. */
export function Ask(props: {
  opened: boolean;
  title: string;
  text: string;
  go: string;
  danger?: boolean;
  busy?: boolean;
  disabled?: boolean;
  onGo: () => void;
  onClose: () => void;
  children?: ReactNode;
}) {
  const { t } = useI18n();
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title} centered closeButtonProps={{ 'aria-label': t.common.close }}>
      <Stack>
        <Text>{props.text}</Text>
        {props.children}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose} data-autofocus>
            {t.common.cancel}
          </Button>
          <Button
            {...(props.danger ? { color: 'red.9' } : {})}
            loading={props.busy ?? false}
            disabled={props.disabled ?? false}
            onClick={props.onGo}
          >
            {props.go}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
