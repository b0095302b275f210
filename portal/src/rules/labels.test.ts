import { expect, it } from 'vitest';
import { allLabels, labelChange, labelTexts } from './labels.ts';
import { matching } from './search.ts';

it('only what was changed is asked for, and what can be no label is told before', () => {
  const labels = { course: 'bio-1', exam: '', room: 'a=b' };
  expect(labelTexts(labels)).toEqual(['course=bio-1', 'exam', 'room=a=b']);
  expect(labelChange(labels, labelTexts(labels))).toEqual({});
  expect(labelChange(labels, ['course = bio 2', 'room=a=b', 'new'])).toEqual({ course: 'bio 2', new: '', exam: null });
  // What is not touched stays, blanks at its ends and all; what is written is taken without them.
  expect(labelChange({ room: ' B 2 ', a: '' }, [...labelTexts({ room: ' B 2 ', a: '' }), 'seat = 4 '])).toEqual({ seat: '4' });
  // A word that every object knows is a key as any other.
  expect(labelChange({ constructor: 'a' }, [])).toEqual({ constructor: null });
  for (const wrong of ['Course=1', '=1', 'a=\u0007', '-a']) expect(labelChange({}, [wrong]), wrong).toBeUndefined();
  const many = (n: number) => Array.from({ length: n }, (_, i) => `k${i}`);
  expect(labelChange({}, many(16))).toBeDefined();
  expect(labelChange({}, many(17))).toBeUndefined();
});

it('images are found by words of their labels, and by one label as a whole', () => {
  const items = [
    { name: 'a', description: '', labels: { course: 'Biologie-1' } },
    { name: 'b', description: 'for biologie-1', labels: { course: 'Biologie-12', exam: '' } },
    { name: 'c', description: '' },
  ];
  const names = (...asked: [string, (string | null)?]) => matching(items, ...asked).map(({ name }) => name);
  expect(names('course=bio')).toEqual(['a', 'b']);
  expect(names('exam')).toEqual(['b']);
  expect(names('', 'course=Biologie-1')).toEqual(['a']);
  expect(names('for', 'course=Biologie-1')).toEqual([]);
  expect(allLabels(items)).toEqual(['course=Biologie-1', 'course=Biologie-12', 'exam']);
});
