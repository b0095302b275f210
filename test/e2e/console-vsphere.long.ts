/** The screen of a vSphere machine in the portal, and of one on a lone host. By the API alone, on a vCenter: console-vsphere.real.ts. */
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { makeCtx } from '../../src/lib/context.ts';
import { waitFor } from '../../src/lib/retry.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { screenIsThePersons, server, setUp, withConsoleServer } from '../support/console-vsphere.ts';

withConsoleServer();

test('in the portal the screen is seen and typed on as any other; a host that goes closes it with 1014', async () => {
  const { vsim, vm, root, ann, name, id, open } = await setUp('vcenter', 'seen');
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const { page, faults } = await openPage(browser);
  const { code } = await root.makeLink({ params: { account: name }, body: { kind: 'invitation' } });
  await page.goto(`${server.url}/sign-in#code=${code}`);
  await page.getByLabel(/^Password/).fill('four plain words here');
  await page.getByLabel('The same again').fill('four plain words here');
  await page.getByRole('button', { name: 'Set password and sign in' }).click();
  await page.getByRole('link', { name: 'Connect', exact: true }).first().click();
  const lit = () =>
    page.evaluate(() => {
      interface Canvas {
        width: number;
        height: number;
        getContext(kind: '2d'): { getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray } };
      }
      const { document } = globalThis as unknown as { document: { querySelector(selector: string): Canvas | null } };
      const canvas = document.querySelector('.screen canvas');
      if (canvas === null || canvas.width !== 320) return 0;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, at) => at % 4 === 0 && value > 100).length;
    });
  const more = (than: number) =>
    waitFor(makeCtx({ timeoutMs: 600_000 }), 20, async () => {
      const now = await lit();
      return now > than ? now : undefined;
    });
  const before = await more(0);
  await page
    .getByRole('application', { name: /^Screen of the machine/ })
    .locator('canvas')
    .focus();
  await page.keyboard.type('who\n');
  await more(before);
  await waitFor(makeCtx({ timeoutMs: 600_000 }), 20, () => (vm.guest?.screen.typed === 'who\n' ? true : undefined));
  expect(page.url()).toContain(id);
  expect(faults).toEqual([]);

  // Why it is refused is said in the person's language, with what to do, and the page goes on by itself once that was done.
  await page.evaluate("localStorage.setItem('carrel.language', 'de')");
  await page.reload();
  await more(0);
  await ann.powerReservation({ params: { id }, body: { op: 'off' } });
  const off = page.getByRole('alert').filter({ hasText: 'Er ist ausgeschaltet' });
  await off.getByText('Schalten Sie ihn unter „Meine Rechner“ ein.').waitFor();
  await page.getByRole('status').getByText('Es wird weiter versucht').waitFor();
  const { pathname } = new URL(page.url());
  await page.goto(server.url + pathname.replace(/screen$/, 'terminal'));
  await off.getByText('Schalten Sie ihn').waitFor();
  await page.getByRole('status').getByText('Es wird weiter versucht').waitFor();
  await page.goto(server.url + pathname);
  await off.waitFor();
  await ann.powerReservation({ params: { id }, body: { op: 'on' } });
  await more(0);
  // noVNC writes down each that it could not open.
  expect(faults.filter((fault) => !fault.includes('code: 4409, reason: wrong-state'))).toEqual([]);

  // An author compares its image's golden disk, by samples first, and then as much as was sealed of it.
  await root.changeAccount({ params: { account: name }, body: { role: 'admin' } });
  await page.goto(`${server.url}/images/seen`);
  await page.getByRole('button', { name: 'Prüfen', exact: true }).click();
  await page.getByText('Die gelesenen Stichproben der Golden Disks sind so').waitFor();
  await page.getByRole('button', { name: 'Jedes Byte vergleichen' }).click();
  // Of so large a disk no more was sealed, which only the whole comparison says.
  await page.getByText('no more than samples was sealed of it').waitFor();
  await page.getByRole('button', { name: 'Jedes Byte vergleichen' }).waitFor({ state: 'detached' });

  // The host goes without a word: another end than the machine's.
  const ws = await open();
  await once(ws, 'open');
  const closed = once(ws, 'close') as Promise<[number, Buffer]>;
  await vsim.close();
  const [closeCode, reason] = await closed;
  expect([closeCode, reason.toString()]).toEqual([1014, 'the connection to the machine broke']);
});

test('esxi: what is typed reaches the guest, its screen comes back, and it ends with the machine', () => screenIsThePersons('esxi'));
