import { Agent, request } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import { powerOn } from './model/power.ts';
import { strike } from './model/register.ts';
import { datastoreDown } from './model/trouble.ts';
import { linkTask } from './testing.ts';
import { startVsim, type VsimOptions } from './vsim.ts';
import { ManualClock } from './model/clock.ts';

async function start(options: VsimOptions = {}) {
  const clock = new ManualClock();
  const vsim = await startVsim({ masters: 1, hosts: 2, datastores: 1, clock, ...options });
  const dispatcher = new Agent({ connect: { ca: vsim.certificate } });
  onTestFinished(async () => {
    await dispatcher.destroy();
    await vsim.close();
  });
  const get = async (path: string, auth = `${vsim.username}:${vsim.password}`) => {
    const headers = auth === '' ? {} : { authorization: `Basic ${Buffer.from(auth).toString('base64')}` };
    const reply = await request(new URL(path, vsim.url), { headers, dispatcher });
    return { status: reply.statusCode, headers: reply.headers, text: await reply.body.text() };
  };
  return { vsim, sim: vsim.sim, clock, get };
}

/** Text without its marks, one space between words. */
const words = (html: string) =>
  html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

it('is shown to who has the password, and runs and loads nothing that is not its own', async () => {
  const { get } = await start();
  for (const path of ['/', '/vsim/state', '/vsim/page.js']) {
    expect((await get(path, '')).status).toBe(401);
    expect((await get(path, 'administrator@vsphere.local:wrong')).status).toBe(401);
  }
  const { status, headers, text } = await get('/');
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
  // Neither a script, a style nor a handler stands in the page itself.
  expect(text).not.toMatch(/<script(?! src="\/vsim\/page\.js"><\/script>)|<style| style=| on\w+=/);
  for (const [, path = ''] of text.matchAll(/(?:src|href)="([^"]+)"/g)) expect((await get(path)).status).toBe(200);
  expect((await get('/vsim/other')).status).toBe(404);
});

it('shows inventory, chains and tasks, and says so when nothing changed', async () => {
  const { sim, clock, get } = await start({ latency: 'real' });
  const first = await get('/vsim/state');
  expect(words(first.text)).toContain('DC0 host/ C0 DRS fullyAutomated esx01.example.org');
  expect(words(first.text)).toContain('golden/ master-0 poweredOff, esx0');
  const since = async () => (await get(`/vsim/state?since=${String(first.headers['x-vsim-version'])}`)).status;
  expect(await since()).toBe(204);
  const task = linkTask(sim, 'seat');
  expect(await since()).toBe(200);
  clock.until(() => task.state === 'running');
  expect(words((await get('/vsim/state')).text)).toMatch(/CloneVM_Task master-0 running/);
  const vm = sim.waitVm(task);
  sim.wait(powerOn(sim.model, vm));
  const { text } = await get('/vsim/state');
  expect(words(text)).toMatch(/CloneVM_Task master-0 success/);
  // What stands on a disk is inside of it.
  const base = text.slice(text.indexOf('data-key="disk-[ds0] master-0/master-0.vmdk"'));
  expect(words(base.slice(base.indexOf('>') + 1, base.indexOf('</details>')))).toBe(
    '[ds0] master-0/master-0.vmdk of master-0, open for reading [ds0] master-0/master-0-000001.vmdk of master-0 [ds0] seat/seat-000001.vmdk of seat, open for writing',
  );
});

it('shows what is wrong: a fault, a disk whose parent is gone, one of nobody, a datastore that is away', async () => {
  const { vsim, sim, get } = await start();
  const { model: m } = sim;
  vsim.fault({ point: 'start', method: 'CloneVM_Task', fault: { fault: 'NoDiskSpace', fields: {}, message: 'full' } });
  const failed = linkTask(sim, 'no');
  expect(() => sim.wait(failed)).toThrow('full');
  strike(m, sim.waitVm(linkTask(sim, 'seat')));
  expect(words((await get('/vsim/state')).text)).toContain('[ds0] seat/seat-000001.vmdk of no VM, nothing stands on it');
  const { store } = m.datastores[0] ?? { store: undefined };
  store?.remove('master-0/master-0.vmdk');
  expect(words((await get('/vsim/state')).text)).toMatch(/CloneVM_Task master-0 error NoDiskSpace/);
  expect(words((await get('/vsim/state')).text)).toContain(
    '[ds0] master-0/master-0.vmdk missing [ds0] master-0/master-0-000001.vmdk of master-0',
  );
  datastoreDown(m, m.datastores[0] as never);
  expect(words((await get('/vsim/state')).text)).toContain('The datastore is not accessible.');
  expect(m.bugs).toEqual([]);
});

it('takes no name for markup', async () => {
  const { sim, get } = await start();
  const name = `<img src=x onerror="alert('1')">&amp;`;
  sim.waitVm(linkTask(sim, name));
  const { text } = await get('/');
  expect(text).not.toContain('<img');
  expect(text).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp; <small>');
});

it('cuts what is long', async () => {
  const { get } = await start({ vms: 520 });
  expect(words((await get('/')).text)).toContain('… and 20 more');
});
