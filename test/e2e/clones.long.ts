/** Promise 1 at length: a hundred clones. */
import { afterAll, beforeAll, test } from 'vitest';
import { clonesThatWrite } from '../support/golden.ts';
import { TestServer } from '../support/server.ts';

const server = new TestServer();
beforeAll(async () => {
  await server.start();
  await server.buildStarter();
});
afterAll(() => server.dispose());

test('promise 1: 100 clones that write leave the golden files as they were', async () => {
  await clonesThatWrite(server, [{ mode: 'linked', count: 8 }, ...[23, 23, 23, 23].map((count) => ({ mode: 'instant' as const, count }))]);
});
