import { test } from 'vitest';
import { largeSite } from '../support/vsphere-scale.ts';

test('2,000 machines on 64 hosts: read, watched and added to within half a GiB; a clone costs no more requests than on a small site', async () => {
  await largeSite(2_000, 2 ** 29);
});
