import type { Bench } from './engine.ts';

/** Actions in the audit log that begin so, oldest first. */
export async function auditOf(bench: Bench, start: string): Promise<string[]> {
  const rows = await bench.store.db.selectFrom('audit').select('action').where('action', 'like', `${start}%`).orderBy('id').execute();
  return rows.map((r) => r.action);
}
