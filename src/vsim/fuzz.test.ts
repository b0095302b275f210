import { expect, it } from 'vitest';
import { fuzz } from './fuzzing.ts';

it('5000 mutated messages: each is answered in SOAP, none meets a bug', async () => {
  const report = await fuzz(5000, 7);
  expect(report.messages).toBe(5000);
  expect(report.replies).toBeGreaterThan(100);
  expect(report.faults).toBeGreaterThan(1000);
});
