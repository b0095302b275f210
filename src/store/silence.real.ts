/** A network between a server and its store that falls silent: nothing is closed, nothing is answered. */
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { StoreProxy } from '../../test/support/store-proxy.ts';
import { openDb } from './db.ts';
import { listen, type Notice } from './listen.ts';
import { testDb } from './testing.ts';

async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 600_000;
  while (!(await look())) {
    if (performance.now() > end) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('whoever listens notices it, and is told that something may have been missed', async () => {
  const t = await testDb(onTestFinished);
  const proxy = await StoreProxy.start(t.conn);
  onTestFinished(() => proxy.close());
  const heard: Notice[] = [];
  onTestFinished(await listen(proxy.url, ['hm'], (notice) => heard.push(notice), { probeMs: 50, answerMs: 200 }));
  const notify = async (text: string) => sql`select pg_notify('hm', ${text})`.execute(t.db);
  await notify('first');
  await until('the first', () => heard.length === 1);
  const before = proxy.made;
  proxy.silence();
  await notify('missed');
  await until('the connection to be given up for another', () => proxy.made > before);
  expect(heard).toHaveLength(1);
  proxy.speak();
  await until('another connection', () => heard.some((n) => n.kind === 'reconnected'));
  await notify('last');
  await until('the last', () => heard.some((n) => n.kind === 'notify' && n.payload === 'last'));
});

test('one that cannot listen leaves no connection behind', async () => {
  const t = await testDb(onTestFinished);
  const open = async () =>
    (await sql`select from pg_stat_activity where datname = current_database() and application_name like 'carrel listen%'`.execute(t.db))
      .rows.length;
  // No channel has this name.
  await expect(listen(t.url, [''], () => {})).rejects.toThrow();
  await until('its connection to be gone', async () => (await open()) === 0);
});

test('a transaction that was open holds its rows no longer than others wait to go on in its place', async () => {
  const t = await testDb(onTestFinished);
  const { db, close } = openDb(t.url);
  onTestFinished(close);
  const { rows } = await sql<{ idle: string }>`select current_setting('idle_in_transaction_session_timeout') as idle`.execute(db);
  expect(rows).toEqual([{ idle: '15s' }]);
});
