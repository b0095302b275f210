/** The other hazards on servers that tell people everything in another language than English; a part is in `.real.ts`. */
import { afterAll, beforeAll } from 'vitest';
import { VSphereWorld } from '../../../test/support/vsphere-harness.ts';

beforeAll(() => {
  VSphereWorld.translated = true;
});
// The worker goes on with other files.
afterAll(() => {
  VSphereWorld.translated = false;
});

await import('./hazards-run.test.ts');
await import('./hazards-delete.test.ts');
await import('./hazards-strict.test.ts');
