/** The second recipe: a full Debian, built here and lent in each way. Minutes under emulation, so in the long runs. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inGuest } from '../support/guest-shell.ts';
import { TestServer, until } from '../support/server.ts';

const server = new TestServer();
beforeAll(() => server.start());
afterAll(() => server.dispose());

const inside = async (id: string, command: string) => (await inGuest(server.client, id, command)).trim();

test('a full Debian is built, lent linked and instant, captured, and lent again', async () => {
  const { revision } = await server.client.buildImage({ params: { name: 'debian' }, body: { recipe: 'debian', publish: true } });
  const made = async (name: string, number: number) =>
    until(
      `${name}@${number}`,
      async () => {
        const now = await server.client.showRevision({ params: { name, number } });
        return now.state === 'preparing' ? undefined : now;
      },
      900_000,
      1000,
    );
  expect(await made('debian', revision.number)).toMatchObject({ state: 'published' });
  const identities = new Set<string>();
  for (const mode of ['linked', 'instant', 'instant'] as const) {
    const r = await server.reserve(mode, 'debian');
    expect(r.failure).toBeUndefined();
    await inside(r.id, 'systemctl is-system-running --wait');
    identities.add(await inside(r.id, 'cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub; hostname'));
    expect(await inside(r.id, 'sudo -n id -u && test -x /usr/bin/cloud-init && getent hosts "$(hostname)" >/dev/null')).toBe('0');
  }
  expect(identities.size).toBe(3);

  const [first] = (await server.client.listReservations()).items;
  await inside(first?.id as string, 'sudo sh -c "echo changed > /etc/changed" && sync');
  const captured = await server.client.captureReservation({ params: { id: first?.id as string }, body: { image: 'mine', publish: true } });
  expect(await made('mine', captured.revision.number)).toMatchObject({ state: 'published' });
  const again = await server.reserve('linked', 'mine');
  expect(again.failure).toBeUndefined();
  expect(await inside(again.id, 'cat /etc/changed')).toBe('changed');
  await server.endAll();
  expect(server.traces()).toEqual([]);
});
