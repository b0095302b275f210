import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { runConformance } from '../../driver/conformance/index.ts';
import { makeFakeHarness } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'fake-conformance-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Checks of what is refused need a driver that lists less; "the fake that can do little" is asked them. */
const LISTS_ALL = {
  'clone-unlisted-modes': 'every mode is listed',
  'checkpoint-unlisted': 'there are checkpoints',
  'unlink-unlisted': 'it is listed',
};

runConformance('the fake in memory', () => makeFakeHarness(), LISTS_ALL);
runConformance(
  'the fake with two disks, in a file',
  () => makeFakeHarness({ path: join(folder, 'world.json'), recipe: 'two-disks' }),
  LISTS_ALL,
);
runConformance(
  'the fake that can do little',
  () =>
    makeFakeHarness({
      capabilities: {
        cloneModes: ['linked'],
        instantElseLinked: true,
        liveCapture: false,
        checkpoints: false,
        unlink: false,
        relocate: false,
        reseal: false,
        suspend: false,
        console: 'none',
        importFormats: [],
      },
    }),
  {
    'clone-other-spec': 'there is one mode only',
    'guest-identity-instant': 'no instant clones',
    'checkpoint-list': 'no checkpoints',
    'checkpoint-delete': 'no checkpoints',
    unlink: 'machines cannot be taken off their masters',
    'unlink-refused': 'machines cannot be taken off their masters',
    'unlink-broken-off': 'machines cannot be taken off their masters',
    relocate: 'machines cannot be moved to another datastore',
    'relocate-broken-off': 'machines cannot be moved to another datastore',
    reseal: 'masters cannot be sealed anew',
    'reseal-broken-off': 'masters cannot be sealed anew',
  },
);
// The way that the suite goes over QEMU: machines shared between tests, few hooks.
runConformance('the fake as if boots were dear', () => makeFakeHarness({ cheap: false, fewHooks: true }), {
  ...LISTS_ALL,
  'master-fails': 'the harness cannot make verbs fail',
  'clone-fails': 'the harness cannot make verbs fail',
  'capture-fails': 'the harness cannot make verbs fail',
  'master-change-found': 'the harness cannot change golden bytes',
  'power-gate': 'the harness cannot break chains',
  relocate: 'the harness has no other datastore',
  'relocate-broken-off': 'the harness has no other datastore',
  'sweep-own': 'the harness cannot plant a stray',
  watch: 'the harness cannot end a machine from outside',
});
