/** The host of a server loses its power: PostgreSQL, on another host, is never told that its connections are gone. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeCtx } from '../lib/context.ts';
import { silentLogger } from '../lib/log.ts';
import { ensureCluster } from './cluster.ts';
import { serverLock } from './server-lock.ts';

const NET = `10.231.${process.pid % 256}`;
const [HERE, THERE, NAME] = [`${NET}.1`, `${NET}.2`, `lost-${process.pid}`];
const ip = (args: string) => execFileSync('ip', args.split(' '), { stdio: 'pipe' });

test('what a server held is free for it again when it is back', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'carrel-lost-'));
  const hba = join(dir, 'hba.conf');
  writeFileSync(hba, `local all all trust\nhost all all ${HERE}/30 trust\n`, { mode: 0o644 });
  execFileSync('chmod', ['755', dir]);
  ip(`netns add ${NAME}`);
  onTestFinished(() => void ip(`netns del ${NAME}`));
  ip(`link add ${NAME} type veth peer name eth0 netns ${NAME}`);
  ip(`addr add ${HERE}/30 dev ${NAME}`);
  ip(`link set ${NAME} up`);
  ip(`-n ${NAME} addr add ${THERE}/30 dev eth0`);
  ip(`-n ${NAME} link set eth0 up`);
  const cluster = await ensureCluster(makeCtx({ timeoutMs: 300_000 }), {
    dir: join(dir, 'pg'),
    log: silentLogger,
    settings: { listen_addresses: HERE, hba_file: hba },
  });
  onTestFinished(async () => {
    await cluster.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const { user, database } = cluster.conn;
  const url = `postgres://${user}@${HERE}/${database}`;
  const script = `
    const { makeCtx } = await import(${JSON.stringify(new URL('../lib/context.ts', import.meta.url).href)});
    const { serverLock } = await import(${JSON.stringify(new URL('./server-lock.ts', import.meta.url).href)});
    await serverLock(makeCtx({}), ${JSON.stringify(url)}, { serverId: 's' });
    console.log('held');
    setInterval(() => {}, 1000);`;
  const file = join(dir, 'hold.mts');
  writeFileSync(file, script);
  const child = spawn('ip', ['netns', 'exec', NAME, process.execPath, '--import', 'tsx', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  // Nobody has the address any more, so that nothing of the end gets through.
  ip(`-n ${NAME} addr flush dev eth0`);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  const back = await serverLock(makeCtx({ timeoutMs: 300_000 }), url, { serverId: 's' });
  expect(back.lost.aborted).toBe(false);
  await back.release();
});
