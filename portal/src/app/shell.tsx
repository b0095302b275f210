import {
  Alert,
  AppShell,
  Burger,
  Group,
  type MantineColorScheme,
  Menu,
  NavLink,
  Text,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import IconAdjustments from 'icon:adjustments';
import IconDeviceDesktop from 'icon:device-desktop';
import IconKey from 'icon:key';
import IconLanguage from 'icon:language';
import IconLogout from 'icon:logout';
import IconMoon from 'icon:moon';
import IconPlus from 'icon:plus';
import IconPlugConnectedX from 'icon:plug-connected-x';
import IconStack2 from 'icon:stack-2';
import IconSun from 'icon:sun';
import IconSunMoon from 'icon:sun-moon';
import IconUser from 'icon:user';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { signOut } from '../api/sign-in.ts';
import { LANGUAGES, type Language, useI18n } from '../i18n/index.tsx';
import { Mark } from '../parts/mark.tsx';
import { SessionGate, useSession } from './session.tsx';

export function Shell() {
  return (
    <SessionGate>
      <Frame />
    </SessionGate>
  );
}

function Frame() {
  const { t } = useI18n();
  const { link, admin } = useSession();
  const [opened, { toggle, close }] = useDisclosure();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    close();
    // After a change of page the keyboard and the screen reader go on at its content.
    if (first.current) first.current = false;
    else main.current?.focus();
  }, [path, close]);
  const pages = [
    { to: '/reserve', label: t.nav.reserve, icon: IconPlus },
    { to: '/machines', label: t.nav.machines, icon: IconDeviceDesktop },
    { to: '/images', label: t.nav.images, icon: IconStack2 },
    ...(admin ? [{ to: '/operate', label: t.nav.operate, icon: IconAdjustments }] : []),
  ];
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }} padding="md">
      <a href="#main" className="skip-link">
        {t.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t.nav.menu} aria-expanded={opened} />
            <Mark size={28} />
            <Text fw={700} size="lg">
              Carrel
            </Text>
          </Group>
          <AccountMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label={t.nav.main}>
        {pages.map(({ to, label, icon: Icon }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            leftSection={<Icon size={18} />}
            active={path.startsWith(to)}
            aria-current={path.startsWith(to) ? 'page' : undefined}
            variant="light"
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1} style={{ outline: 'none' }}>
        {link === 'broken' && (
          <Alert mb="md" color="yellow" icon={<IconPlugConnectedX />} role="status">
            {t.common.away}
          </Alert>
        )}
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

const SCHEMES = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconSunMoon },
] as const;

function AccountMenu() {
  const { t, chosen, setLanguage } = useI18n();
  const { me } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const client = useQueryClient();
  const leave = async () => {
    await signOut().catch(() => {});
    client.clear();
    await client.invalidateQueries({ queryKey: ['me'] });
    location.assign('/');
  };
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton>
          <Group gap={6} wrap="nowrap">
            <IconUser size={18} />
            <Text size="sm" maw={200} truncate>
              {me.account}
            </Text>
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t.account.theme}</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}>
          {SCHEMES.map(({ value, icon: Icon }) => (
            <Menu.RadioItem key={value} value={value} rightSection={<Icon size={16} />}>
              {t.account[value]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Label>{t.account.language}</Menu.Label>
        <Menu.RadioGroup value={chosen} onChange={(value) => setLanguage(value as Language)}>
          {(Object.keys(LANGUAGES) as Language[]).map((code) => (
            <Menu.RadioItem key={code} value={code} lang={code} rightSection={<IconLanguage size={16} />}>
              {LANGUAGES[code]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item component={Link} to="/own" leftSection={<IconKey size={16} />}>
          {t.account.own}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>
          {t.account.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
