/** What `carrel backup` and `carrel restore` say. */
import { localTimes } from '../cli/text.ts';
import { makeCtx } from '../lib/context.ts';
import { makeLogger } from '../lib/log.ts';
import { type BackupOptions, makeBackup } from './backup.ts';
import { restoreBackup } from './restore.ts';

/** One line for each step where somebody reads along; none with --json. */
function steps(json: boolean): (step: { text: string }) => void {
  let last = '';
  return ({ text }) => {
    if (json || text === last) return;
    last = text;
    process.stderr.write(`${text}\n`);
  };
}

const rowsOf = (tables: readonly { rows: number }[]): number => tables.reduce((sum, { rows }) => sum + rows, 0);

/** Resolves with the exit code. */
export async function backupCommand({ json, ...options }: BackupOptions & { json: boolean }): Promise<number> {
  const log = makeLogger({ level: process.env.CARREL_LOG ?? 'error' });
  const { file, bytes, manifest } = await makeBackup(makeCtx({ log, progress: steps(json) }), options);
  const { schema, tables, images } = manifest;
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ file, bytes, schema, rows: rowsOf(tables), ...(images === undefined ? {} : { images: images.length }) })}\n`,
    );
    return 0;
  }
  const disks = images === undefined ? 'no golden disks (--with-images takes them too)' : `golden disks of ${images.length} revisions`;
  process.stdout.write(`${file}: ${(bytes / 2 ** 20).toFixed(1)} MiB, ${rowsOf(tables)} rows, ${disks}\n`);
  process.stdout.write('The key in it opens every credential in it: keep it as safe as a password.\n');
  return 0;
}

/** Resolves with the exit code: 1 if something is missing that the store knows of. */
export async function restoreCommand({
  json,
  ...options
}: {
  dataDir: string;
  databaseUrl: string | undefined;
  file: string;
  json: boolean;
}): Promise<number> {
  const log = makeLogger({ level: process.env.CARREL_LOG ?? 'error' });
  const { manifest, verified, missing } = await restoreBackup(makeCtx({ log, progress: steps(json) }), options);
  const code = missing.length === 0 ? 0 : 1;
  if (json) {
    const { createdAt, carrel, schema, tables } = manifest;
    process.stdout.write(
      `${JSON.stringify({ dataDir: options.dataDir, createdAt, carrel, schema, rows: rowsOf(tables), verified, missing })}\n`,
    );
    return code;
  }
  process.stdout.write(
    `restored to ${options.dataDir}: as of ${localTimes(manifest.createdAt)}, ${rowsOf(manifest.tables)} rows, ${verified} golden disks verified\n`,
  );
  for (const sentence of missing) process.stdout.write(`MISSING  ${sentence}\n`);
  if (missing.length > 0) process.stdout.write('Bring them back to masters/ of the data directory, or import those images again.\n');
  process.stdout.write(`start it: carrel serve --data ${options.dataDir}\n`);
  return code;
}
