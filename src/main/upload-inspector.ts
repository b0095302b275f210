import type { Inspector } from '../api/upload.ts';
import { unwrap } from '../intake/unwrap.ts';
import { checkFirstBytes, checkImport } from '../qemu/import-check.ts';
import { HEAD_BYTES } from '../qemu/qcow2.ts';

/** Judges uploads by the checks that an import makes again on its own copy. `maxVirtualBytes`: largest disk that is taken. */
export function uploadInspector(maxVirtualBytes: number): Inspector {
  const limits = { maxVirtualBytes };
  return {
    unwrap,
    firstBytes: HEAD_BYTES,
    first: (head, length, claimed) => checkFirstBytes(head, length, claimed, limits),
    whole: async (path, claimed) => void (await checkImport(path, claimed, limits)),
  };
}
