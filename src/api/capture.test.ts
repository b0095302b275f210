/** Whose image a capture becomes part of, while images get other names. */
import { expect, onTestFinished, test } from 'vitest';
import { FakeWorld, fakeServices } from '../../test/support/fake-services.ts';
import { startTestServer } from '../../test/support/test-server.ts';
import type { CaptureRequest } from '../services/interface.ts';

async function setUp() {
  const world = new FakeWorld();
  const fakes = fakeServices(world);
  const asked: CaptureRequest[] = [];
  const capture: typeof fakes.capture = (by, request) => {
    asked.push(request);
    return fakes.capture(by, request);
  };
  const server = await startTestServer({ services: { ...fakes, capture } });
  onTestFinished(() => server.close());
  return { world, asked, ann: server.client('ann') };
}

test('what was asked about is captured into by its id, and a new image has none', async () => {
  const { world, asked, ann } = await setUp();
  const image = world.addImage('anns', 'ann');
  const { id } = world.addReservation('ann', { state: 'ready', image: 'anns' });
  for (const body of [{}, { image: 'anns' }]) await ann.captureReservation({ params: { id }, body });
  expect(asked.map((request) => request.imageId)).toEqual([image.id, image.id]);
  await ann.captureReservation({ params: { id }, body: { image: 'anns-other' } });
  expect(asked.map(({ image: name, imageId }) => [name, imageId])[2]).toEqual(['anns-other', undefined]);
});

test("its image's name that is none any more makes no new image", async () => {
  const { world, asked, ann } = await setUp();
  world.addImage('anns', 'ann');
  // The reservation was read before the image got another name, and the image after that.
  const { id } = world.addReservation('ann', { state: 'ready', image: 'anns' });
  await ann.changeImage({ params: { name: 'anns' }, body: { name: 'anns-new' } });
  const refused = ann.captureReservation({ params: { id }, body: {} });
  await expect(refused).rejects.toMatchObject({
    code: 'not-found',
    hint: 'It is called anns-new now.',
    details: { calledNow: 'anns-new' },
  });
  expect(asked).toEqual([]);
});
