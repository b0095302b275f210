/** The screen of a vSphere machine as its person opens it. In a browser: console-vsphere.long.ts. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createWebSocketStream } from 'ws';
import { setUp, withConsoleServer } from '../support/console-vsphere.ts';
import { RfbViewer } from '../support/rfb.ts';

withConsoleServer();

test.each(['vcenter', 'esxi'] as const)(
  '%s: what is typed reaches the guest, its screen comes back, and it ends with the machine',
  async (kind) => {
    const { vsim, vm, ann, id, open, refusal, settled } = await setUp(kind);
    const ws = await open();
    const closed = once(ws, 'close') as Promise<[number, Buffer]>;
    const viewer = await RfbViewer.open(createWebSocketStream(ws));
    expect(viewer.name).toBe(vm.name);
    const first = await viewer.picture();
    const next = viewer.picture(true);
    viewer.type('Hello, guest\n');
    expect((await next).pixels.equals(first.pixels)).toBe(false);
    // An answer after the last key: it has been heard.
    await viewer.picture();
    expect(vm.guest?.screen.typed).toBe('Hello, guest\n');

    // What the ticket says is what is believed: a host that shows another certificate, or none that answers.
    vsim.model.ticketSays = { thumbprint: Array(32).fill('00').join(':') };
    expect(await refusal()).toMatchObject({ status: 502, detail: expect.stringContaining('shows another certificate') });
    vsim.model.ticketSays = { thumbprint: '' };
    expect(await refusal()).toMatchObject({ status: 422, detail: expect.stringContaining('names no certificate') });
    vsim.model.ticketSays = { port: 9 };
    expect(await refusal()).toMatchObject({ status: 503, detail: expect.stringContaining(':9, cannot be reached from the Carrel server') });
    vsim.model.ticketSays = {};

    const tickets = () => vsim.stats.byMethod.get('AcquireTicket') ?? 0;
    const before = tickets();
    const second = await open();
    await once(second, 'open');
    expect(tickets()).toBe(before + 1);
    const secondClosed = once(second, 'close') as Promise<[number, Buffer]>;
    await ann.endReservation({ params: { id } });
    for (const [code, reason] of await Promise.all([closed, secondClosed])) {
      expect([code, reason.toString()]).toEqual([1000, 'the console has ended']);
    }
    await settled(() => ann.showReservation({ params: { id } }), 'ending');
    expect(vsim.model.bugs).toEqual([]);
  },
);
