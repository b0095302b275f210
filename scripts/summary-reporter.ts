import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Closes a run with the plain line that CI reads: `N passed, N failed`, summed over all suites. Before it stands what failed, a line
 * each: who has the end of a log has all of it.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    let skipped = 0;
    const red: string[] = [];
    const note = (what: string, errors: readonly { message?: string }[]) =>
      red.push(`FAILED ${what}: ${stripVTControlCharacters(errors[0]?.message ?? 'no message').split('\n', 1)[0]}\n`);
    if (unhandled.length > 0) note('outside of a test', unhandled as { message?: string }[]);
    for (const module of modules) {
      if (module.errors().length > 0) {
        failed += 1;
        note(module.relativeModuleId, module.errors());
      }
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') {
          failed += 1;
          note(`${module.relativeModuleId} > ${test.fullName}`, errors);
        } else skipped += 1;
      }
    }
    process.on('exit', () =>
      process.stdout.write(`${red.join('')}${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`),
    );
  }
}
