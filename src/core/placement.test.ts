import { expect, test } from 'vitest';
import { afterEmptied, afterTried, placementNotices, placementOf } from './placement.ts';

test('why a machine is where it is, is one English sentence and is read back as the notices that it is made of', () => {
  const text = placementOf([
    { place: 'lab-2.example.org', left: 0.881, state: 'up' },
    { place: 'old', left: 0.5, state: 'down' },
    { place: 'b', left: 0.4, state: 'disabled' },
    { place: 'full', state: 'up' },
  ]);
  const whole = afterEmptied('here', afterTried(text, ['x', 'y']));
  expect(whole).toBe(
    'here is being emptied; lab-2.example.org was chosen: lab-2.example.org would have 88 % left, old would have 50 % left but is down, b would have 40 % left but is disabled, full has no room; tried before it: x, y',
  );
  expect(placementNotices(whole)).toEqual([
    { code: 'place-emptied', facts: { place: 'here' } },
    { code: 'place-chosen', facts: { place: 'lab-2.example.org' } },
    { code: 'place-left', facts: { place: 'lab-2.example.org', percent: '88' } },
    { code: 'place-left-down', facts: { place: 'old', percent: '50' } },
    { code: 'place-left-disabled', facts: { place: 'b', percent: '40' } },
    { code: 'place-full', facts: { place: 'full' } },
    { code: 'place-tried', facts: { places: 'x, y' } },
  ]);
  expect(placementNotices(placementOf([{ place: 'a', left: 0, state: 'up' }]))).toEqual([{ code: 'place-only', facts: { place: 'a' } }]);
});

test('a placement that is not said so is none', () => {
  for (const text of ['', 'the other place has room', 'a was chosen: by lot', 'a was chosen: a would have 3 % left, so it is'])
    expect(placementNotices(text)).toBeUndefined();
});
