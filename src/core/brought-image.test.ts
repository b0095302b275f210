import { expect, test } from 'vitest';
import { stillProposed } from './brought-image.ts';

const BOTH = { secureBoot: true, tpm: true } as const;

test.each([
  [BOTH, {}, BOTH],
  [BOTH, { secureBoot: false }, { tpm: true }],
  [BOTH, { tpm: true }, { secureBoot: true }],
  [BOTH, { tpm: false, firmware: 'efi' }, { secureBoot: true }],
  // With a BIOS there is none.
  [BOTH, { firmware: 'bios' }, { tpm: true }],
  [{ secureBoot: false }, {}, {}],
] as const)('of %j, where %j was said, %j is proposed', (described, said, proposed) =>
  expect(stillProposed(described, said)).toEqual(proposed),
);
