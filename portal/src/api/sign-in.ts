/** Signing in and out; the cookie is the server's and no script sees it. */
import { api } from './client.ts';

export async function signIn(account: string, password: string): Promise<void> {
  await api.signIn({ body: { account, password } });
}

/** Uses a one-time link: sets the password that the person chose, and signs in. */
export async function signInByLink(code: string, password: string): Promise<void> {
  await api.signIn({ body: { code } });
  await api.setPassword({ body: { password } });
}

export async function signOut(): Promise<void> {
  await api.signOut();
}
