/** The command line at a data directory. */
import { spawn } from 'node:child_process';
import { runCli } from './run-cli.ts';
import { LAUNCHER } from './server.ts';

/** A process; while it runs this one goes on, or the server would end connections that are used again. */
export async function carrel(dataDir: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(LAUNCHER, ['--data', dataDir, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, stdout, stderr };
}

/** The same in this process: what a shell is told of it is shown in test/e2e/bad-input.real.ts and in src/cli/process.real.ts. */
export async function carrelHere(dataDir: string, ...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const { code, out, err } = await runCli(undefined, undefined, args, { env: { CARREL_DATA: dataDir } });
  return { status: code, stdout: out, stderr: err };
}
