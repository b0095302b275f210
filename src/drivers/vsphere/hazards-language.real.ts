/** Hazards once more, on servers that tell people everything in another language than English: what the driver decides is the same. All: `.long.ts`. */
import { afterAll, beforeAll } from 'vitest';
import { VSphereWorld } from '../../../test/support/vsphere-harness.ts';

beforeAll(() => {
  VSphereWorld.translated = true;
});
// The worker goes on with other files.
afterAll(() => {
  VSphereWorld.translated = false;
});

await import('./hazards-create.test.ts');
await import('./endpoint/faults.test.ts');
await import('./survey/condition.test.ts');
