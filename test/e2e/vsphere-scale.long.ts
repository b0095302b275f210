import { test } from 'vitest';
import { largeSite } from '../support/vsphere-scale.ts';

test('10,000 machines on 64 hosts: read, watched and added to within 1 GiB; a clone costs no more requests than on a small site', async () => {
  await largeSite(10_000, 2 ** 30);
});
