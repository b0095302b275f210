/** A command at a terminal, as a person has it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { until } from './server.ts';

/** The command in a pseudo-terminal, and after it how that terminal is set. */
export function atTerminal(command: string, env: NodeJS.ProcessEnv) {
  const child: ChildProcess = spawn('script', ['-qec', `${command}; echo "code=$?"; stty -a`, '/dev/null'], {
    env: { ...process.env, SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return {
    child,
    type: (keys: string) => {
      said = '';
      child.stdin?.write(keys);
    },
    shows: async (what: RegExp, again?: string) => {
      let typedAt = Date.now();
      await until(String(what), () => {
        // The guest starts its login prompt anew once, with the name that it has by then.
        if (again !== undefined && Date.now() - typedAt > 5_000) {
          typedAt = Date.now();
          child.stdin?.write(again);
        }
        return what.test(said) ? true : undefined;
      });
      return said;
    },
  };
}
