/**
 * Commands in the guests of reservations, over SSH. A test that waits for something in a guest asks often, and where processors are imitated a
 * login costs the guest more than most commands do: so several go over one connection.
 */
import type { Client } from '../../src/client/client.ts';
import { makeSshKey } from '../../src/lib/ssh-key.ts';
import { type Shell, withSsh } from '../../src/main/ssh-login.ts';

/** Does `work` over one connection to a person's reservation, whose machine must stay on meanwhile. */
export async function withGuest<T>(client: Client, id: string, work: (shell: Shell) => Promise<T>): Promise<T> {
  const key = makeSshKey('carrel test');
  const target = await client.connectReservation({ params: { id }, body: { publicKey: key.publicKey } });
  return withSsh({ ...target, privateKey: key.privateKey }, work);
}

/** One command, over a connection of its own. */
export const inGuest = (client: Client, id: string, command: string): Promise<string> => withGuest(client, id, (shell) => shell(command));
