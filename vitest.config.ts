import { defineConfig } from 'vitest/config';

// Three tiers: `unit` beside the code, `real` with PostgreSQL, QEMU and processes, `long` for make test-long.
export default defineConfig({
  test: {
    isolate: false,
    pool: 'forks',
    passWithNoTests: false,
    projects: [
      { extends: true, test: { name: 'unit', include: ['src/**/*.test.ts', 'test/ratchets/**/*.test.ts'], testTimeout: 30_000 } },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['src/**/*.real.ts', 'test/e2e/**/*.real.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: ['src/**/*.long.ts', 'test/**/*.long.ts'],
          testTimeout: 3_600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
