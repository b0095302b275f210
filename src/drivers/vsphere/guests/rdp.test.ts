/** Guests that people come into by Remote Desktop. */
import { createServer, type Server } from 'node:net';
import { expect, test } from 'vitest';
import { ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import { type Ctx, makeCtx, race } from '../../../lib/context.ts';
import { portAnswers } from './port-answers.ts';

const profile = { protocol: 'rdp', bootTimeoutS: 3 } as const;

test('such a guest is ready when its RDP port takes connections; no host key is asked for', async () => {
  const asked: string[] = [];
  const driver = {
    portAnswers: async (_: unknown, host: string, port: number) => void asked.push(`${host} ${port}`),
    hostKeys: () => Promise.reject(new Error('an SSH server was looked for')),
  };
  await inWorld({ profile, driver }, async (c) => {
    const { machineId } = await c.clone();
    await c.driver.power(ctx(), machineId, 'on');
    const { address, hostKeys } = await c.driver.guest.ready(ctx(), machineId);
    expect([address.rdpPort, hostKeys]).toEqual([3389, []]);
    expect(await c.driver.guest.address(ctx(), machineId)).toEqual(address);
    expect(asked).toEqual([`${address.host} 3389`]);
  });
});

test('one whose port does not answer is not ready, and it is said what to look at', async () => {
  const driver = { portAnswers: (until: Ctx) => race(until, new Promise<void>(() => {})) };
  await inWorld({ profile, driver }, async (c) => {
    const { machineId } = await c.clone();
    await c.driver.power(ctx(), machineId, 'on');
    await expect(c.driver.guest.ready(ctx(), machineId)).rejects.toMatchObject({
      code: 'guest-timeout',
      details: { missing: 'rdp' },
      message: expect.stringContaining('port 3389'),
      hint: expect.stringContaining('firewall'),
    });
  });
});

test('a port answers when something takes a connection there, however long that is in coming', async () => {
  const listen = (server: Server, port: number) => new Promise<void>((done) => server.listen(port, '127.0.0.1', () => done()));
  const first = createServer();
  await listen(first, 0);
  const { port } = first.address() as { port: number };
  await new Promise((done) => first.close(done));
  let answered = false;
  const waiting = portAnswers(makeCtx(), '127.0.0.1', port).then(() => (answered = true));
  await expect(portAnswers(makeCtx({ timeoutMs: 20 }), '127.0.0.1', port)).rejects.toMatchObject({ code: 'deadline' });
  expect(answered).toBe(false);
  const second = createServer((socket) => socket.destroy());
  await listen(second, port);
  await waiting;
  await new Promise((done) => second.close(done));
});
