import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { testCache } from './cache.ts';

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * VMware's own command line for vSphere, which the guides have lines of: what `CARREL_TEST_GOVC` names, else one in the tests' cache (`go/govc`), else one
 * of the path. Fails if there is none. Debian packages its library and not the program; this builds it in the folder `govc` of govmomi's
 * source at v0.24.2, laid into a GOPATH as `src/github.com/vmware/govmomi`:
 * `GO111MODULE=off GOPATH=… go build -o govc .`
 */
export function findGovc(): string {
  const named = process.env['CARREL_TEST_GOVC'];
  if (named !== undefined) return named;
  const onPath = (process.env['PATH'] ?? '').split(':').map((dir) => join(dir, 'govc'));
  const found = [join(testCache(), 'go', 'govc'), ...onPath].find(runs);
  if (found === undefined) throw new Error('there is no govc here: name one in CARREL_TEST_GOVC, or build it as test/support/govc.ts says');
  return found;
}
