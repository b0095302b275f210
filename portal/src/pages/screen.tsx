import { Button, CopyButton, Group, Menu, Popover, Select, Stack, Text, Textarea } from '@mantine/core';
import IconClipboardText from 'icon:clipboard-text';
import IconKeyboard from 'icon:keyboard';
import IconMaximize from 'icon:maximize';
import IconTextCaption from 'icon:text-caption';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { type ScreenControls, type ScreenLink, useScreen } from '../parts/use-screen.ts';
import { PageTitle, Problem, State } from '../parts/status.tsx';
import { Ways } from '../parts/ways.tsx';
import { type Layout, LAYOUTS, typeText } from '../rules/keyboard.ts';

const LAYOUT_KEY = 'carrel.layout';

/** What was chosen here, else what the browser's language makes likely. */
function firstLayout(): Layout {
  const stored = localStorage.getItem(LAYOUT_KEY);
  const known = LAYOUTS.find(({ value }) => value === stored)?.value;
  if (known !== undefined) return known;
  const tag = navigator.language.toLowerCase();
  if (tag === 'de-ch') return 'ch';
  if (tag.startsWith('de')) return 'de';
  if (tag.startsWith('fr')) return 'fr';
  return tag === 'en-gb' ? 'gb' : 'us';
}

export function Screen() {
  const { t } = useI18n();
  const { id } = useParams({ strict: false }) as { id: string };
  const target = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [layout, setLayout] = useState(firstLayout);
  const reservation = useQuery({
    queryKey: ['reservation', id],
    queryFn: ({ signal }) => api.showReservation({ params: { id } }, { signal }),
  });
  const { link, error, screen, copied, again } = useScreen(id, target);
  const chooseLayout = (value: string | null) => {
    const next = (value ?? 'us') as Layout;
    localStorage.setItem(LAYOUT_KEY, next);
    setLayout(next);
  };
  return (
    <>
      <PageTitle
        side={
          <Group gap="xs">
            <LinkState link={link} refused={error !== undefined} />
            <Select
              aria-label={t.screen.layout}
              data={[...LAYOUTS]}
              value={layout}
              onChange={chooseLayout}
              allowDeselect={false}
              leftSection={<IconKeyboard size={16} />}
              w={190}
            />
            <TypeText layout={layout} screen={screen} disabled={link !== 'open'} />
            {copied !== undefined && <TakeCopied text={copied} />}
            <Menu>
              <Menu.Target>
                <Button variant="default" disabled={link !== 'open'}>
                  {t.screen.keys}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => screen.ctrlAltDel()}>Ctrl+Alt+Del</Menu.Item>
                {[1, 2, 7].map((n) => (
                  <Menu.Item key={n} onClick={() => screen.ctrlAltF(n)}>{`Ctrl+Alt+F${n}`}</Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
            {/* Telephones of one maker have it for films alone. */}
            {document.fullscreenEnabled && (
              <Button
                variant="default"
                leftSection={<IconMaximize size={16} />}
                onClick={() => void frame.current?.requestFullscreen().then(() => screen.focus())}
              >
                {t.screen.full}
              </Button>
            )}
          </Group>
        }
      >
        {reservation.data?.hostname ?? t.screen.title}
      </PageTitle>
      {error !== undefined && <Problem error={error} again={link === 'refused' ? again : undefined} />}
      <div ref={frame} className="screen">
        <div
          ref={target}
          role="application"
          aria-label={`${t.screen.label} ${reservation.data?.hostname ?? ''}`}
          aria-describedby="screen-hint"
        />
      </div>
      <Stack gap={4} mt="xs" align="flex-start">
        <Text size="sm" c="dimmed" id="screen-hint">
          {t.screen.hint}
        </Text>
        {reservation.data !== undefined && reservation.data.machine.address?.rdpPort === undefined && (
          <Text size="sm" c="dimmed">
            {t.screen.copyOut}
          </Text>
        )}
        <Ways id={id} at="screen" reservation={reservation.data} />
      </Stack>
    </>
  );
}

function LinkState({ link, refused }: { link: ScreenLink; refused: boolean }) {
  const { t } = useI18n();
  return (
    <span role="status">
      {link === 'connecting' && <State tone="waiting">{t.screen.connecting}</State>}
      {link === 'broken' && <State tone="bad">{refused ? t.screen.refused : t.screen.lost}</State>}
      {link === 'refused' && <State tone="bad">{t.screen.notOpened}</State>}
      {link === 'over' && <State tone="over">{t.screen.over}</State>}
    </span>
  );
}

/** What the machine said was copied in it. */
function TakeCopied({ text }: { text: string }) {
  const { t } = useI18n();
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button variant="default" leftSection={<IconClipboardText size={16} />} onClick={copy}>
          {copied ? t.common.copied : t.screen.takeCopied}
        </Button>
      )}
    </CopyButton>
  );
}

function TypeText(props: { layout: Layout; screen: ScreenControls; disabled: boolean }) {
  const { t } = useI18n();
  const [text, setText] = useState('');
  const [opened, setOpened] = useState(false);
  const { strokes, missing } = typeText(text, props.layout);
  const done = () => {
    setOpened(false);
    setText('');
  };
  return (
    <Popover width={340} trapFocus withRoles opened={opened} onChange={setOpened}>
      <Popover.Target>
        <Button variant="default" leftSection={<IconTextCaption size={16} />} disabled={props.disabled} onClick={() => setOpened(!opened)}>
          {t.screen.clipboard}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Textarea
            label={t.screen.clipboard}
            description={t.screen.clipboardText}
            value={text}
            onChange={(e) => setText(e.currentTarget.value)}
            error={missing.length === 0 ? undefined : t.screen.cannotType(missing.join(' '))}
            autosize
            minRows={3}
            maxRows={10}
            spellCheck={false}
          />
          <Button
            disabled={strokes.length === 0 || missing.length > 0}
            onClick={() => {
              done();
              props.screen.type(strokes);
            }}
          >
            {t.screen.clipboardGo}
          </Button>
          <Button
            variant="default"
            disabled={text === ''}
            onClick={() => {
              done();
              props.screen.putInClipboard(text);
            }}
          >
            {t.screen.putInClipboard}
          </Button>
          <Text size="xs" c="dimmed">
            {t.screen.putInClipboardText}
          </Text>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
