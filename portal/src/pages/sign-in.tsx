import { Button, Center, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { signIn, signInByLink } from '../api/sign-in.ts';
import { useI18n } from '../i18n/index.tsx';
import { Mark } from '../parts/mark.tsx';
import { Password } from '../parts/password.tsx';
import { Problem } from '../parts/status.tsx';

/** The code of a one-time link stands behind the #, so it reaches no log and no other server; it is taken out of the address at once. */
function takeCode(): string | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code === null || code === '') return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return code;
}

// Read once, when the script starts: the router writes the address anew. Good once too, so it is forgotten when it was used.
let linkCode = takeCode();

export function SignIn() {
  const [code, setCode] = useState(linkCode);
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w={400} maw="100%">
        {code === undefined ? <ByPassword /> : <ByLink code={code} onOver={() => setCode(undefined)} />}
      </Paper>
    </Center>
  );
}

function useSubmit(act: () => Promise<void>) {
  const client = useQueryClient();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    act()
      .then(() => client.invalidateQueries({ queryKey: ['me'] }))
      .catch(setError)
      .finally(() => setBusy(false));
  };
  return { error, busy, onSubmit };
}

function Heading({ title, text }: { title: string; text: string }) {
  return (
    <>
      <title>{`${title} · Carrel`}</title>
      <Mark size={40} />
      <Title order={1} size="h2">
        {title}
      </Title>
      <Text c="dimmed">{text}</Text>
    </>
  );
}

function ByPassword() {
  const { t } = useI18n();
  const [account, setAccount] = useState('');
  const [password, setPassword] = useState('');
  const { error, busy, onSubmit } = useSubmit(() => signIn(account, password));
  return (
    <Form onSubmit={onSubmit}>
      <Heading title={t.signIn.title} text={t.signIn.welcome} />
      {error !== undefined && <Problem error={error} />}
      <TextInput
        label={t.signIn.name}
        value={account}
        onChange={(e) => setAccount(e.currentTarget.value)}
        autoComplete="username"
        autoCapitalize="none"
        required
      />
      <Password label={t.signIn.password} value={password} onChange={setPassword} />
      <Button type="submit" loading={busy}>
        {t.signIn.go}
      </Button>
    </Form>
  );
}

function ByLink({ code, onOver }: { code: string; onOver: () => void }) {
  const { t } = useI18n();
  const [password, setPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const { error, busy, onSubmit } = useSubmit(async () => {
    await signInByLink(code, password);
    linkCode = undefined;
  });
  const differ = repeated !== '' && repeated !== password;
  return (
    <Form onSubmit={onSubmit}>
      <Heading title={t.signIn.linkTitle} text={t.signIn.linkText} />
      {error !== undefined && <Problem error={error} />}
      <Password label={t.signIn.password} value={password} onChange={setPassword} fresh />
      <Password label={t.signIn.repeat} value={repeated} onChange={setRepeated} fresh error={differ ? t.signIn.differ : undefined} />
      <Button type="submit" loading={busy} disabled={differ}>
        {t.signIn.linkGo}
      </Button>
      <Button variant="subtle" onClick={onOver}>
        {t.signIn.title}
      </Button>
    </Form>
  );
}

function Form({ onSubmit, children }: { onSubmit: (event: FormEvent) => void; children: ReactNode }) {
  return (
    <form onSubmit={onSubmit}>
      <Stack>{children}</Stack>
    </form>
  );
}
