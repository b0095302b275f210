import { availableParallelism } from 'node:os';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';

// Three tiers: `unit` beside the code, `real` with PostgreSQL, QEMU and processes, `long` for make test-long.

/** The real files that take longest, longest first: begun first, so that none of them is left alone at the end. */
const HEAVIEST = [
  'src/drivers/qemu/conformance.real.ts',
  // These wait long, so they are begun early.
  'test/e2e/demo-vsphere.real.ts',
  'src/main/providers.real.ts',
  'test/e2e/portal.real.ts',
  'test/e2e/first-hour.real.ts',
  'test/e2e/promises.real.ts',
  'test/e2e/bad-input.real.ts',
  'src/drivers/vsphere/fault-matrix.real.ts',
  'src/store/cluster.real.ts',
  'src/drivers/qemu/qemu-driver.real.ts',
  'src/drivers/qemu/efi.real.ts',
  'src/drivers/qemu/tpm.real.ts',
  'src/main/backup.real.ts',
  'test/e2e/crash.real.ts',
  'test/e2e/crash-vsphere.real.ts',
  'test/e2e/tunnel.real.ts',
  'src/qemu/scrub.real.ts',
  'src/engine/sagas-vsphere.real.ts',
  'src/engine/sagas.real.ts',
  'test/e2e/servers.real.ts',
  'test/e2e/guides.real.ts',
  'test/e2e/semester.real.ts',
  'src/engine/outage-vsphere.real.ts',
  'test/e2e/vcsim-server.real.ts',
];

class HeaviestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const weight = ({ moduleId }: TestSpecification) => {
      const place = HEAVIEST.findIndex((file) => moduleId.endsWith(file));
      return place >= 0 ? place : HEAVIEST.length;
    };
    return files.toSorted((a, b) => weight(a) - weight(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

export default defineConfig({
  test: {
    isolate: false,
    pool: 'forks',
    passWithNoTests: false,
    // Limits tell a hang from a slow machine and nothing else.
    expect: { poll: { timeout: 600_000 } },
    globalSetup: './test/support/run-folder.ts',
    sequence: { sequencer: HeaviestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'portal/src/**/*.test.ts', 'test/ratchets/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // These wait for nothing; each more of them loads all modules once more (two for six on two cores: a quarter less processor time).
          maxWorkers: Math.min(6, availableParallelism()),
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['src/**/*.real.ts', 'test/e2e/**/*.real.ts'],
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
          // On two cores: each waits half of its time, for a guest, a disk or a process that starts.
          maxWorkers: 6,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: ['src/**/*.long.ts', 'test/**/*.long.ts'],
          // every row of the tables that the others ask a sample of: test/support/rows.ts
          env: { CARREL_TEST_ROWS: 'all' },
          testTimeout: 3_600_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
