/** The other hazards on servers that tell people everything in another language than English; a part is in `.real.ts`. */
import { beforeAll } from 'vitest';
import { VSphereWorld } from '../../../test/support/vsphere-harness.ts';

beforeAll(() => {
  VSphereWorld.translated = true;
});

await import('./hazards-run.test.ts');
await import('./hazards-delete.test.ts');
await import('./hazards-strict.test.ts');
