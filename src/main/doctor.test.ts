import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { examine } from './doctor.ts';

test('a data directory in which nothing can be made is named, whatever room there is', () => {
  const file = fileURLToPath(import.meta.url);
  const disk = (dataDir: string) => examine(dataDir).find(({ name }) => name === 'disk');
  expect(disk(`${file}/data`)).toMatchObject({
    state: 'warn',
    detail: expect.stringContaining(`${file} is no folder`),
    fix: expect.stringContaining('--data'),
  });
});
