import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ctx } from '../../lib/context.ts';
import { errorCode } from '../../lib/errors.ts';
import { sealFile } from './host.ts';
import { describeFile } from './masters.ts';
import { type MasterRecord, type SealedFile, writeJson } from './records.ts';

/**
 * Takes up a master's folder that came back from a backup: read byte for byte, closed to writing, and its record told the new times of its
 * files, since a later change is known by them. Returns what is wrong with it; undefined = it is what was sealed.
 */
export async function acceptRestored(ctx: Ctx, folder: string): Promise<string | undefined> {
  try {
    const path = join(folder, 'master.json');
    const record = JSON.parse(await readFile(path, 'utf8')) as MasterRecord;
    const files: SealedFile[] = [];
    for (const was of record.files) {
      const file = join(folder, was.name);
      await sealFile(file);
      const is = await describeFile(ctx, file, was.name);
      if (is.sha256 !== was.sha256) return `${was.name} is not what was sealed`;
      files.push({ ...was, mtimeMs: (await stat(file)).mtimeMs });
    }
    await chmod(folder, 0o755);
    await writeJson(path, { ...record, files }, 0o444);
    await chmod(folder, 0o555);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return 'master.json cannot be read';
    if (errorCode(error) === 'ENOENT') return 'a file of it is missing';
    throw error;
  }
}
