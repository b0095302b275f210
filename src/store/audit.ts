/** Every change, who made it, and for deletes the proof. Append only: nothing here updates or removes. */
import type { RawBuilder } from 'kysely';
import { columnsOf, rowsOf } from './rows.ts';
import type { AuditEntry, Db } from './schema.ts';

export interface NewAuditEntry {
  at: Date;
  /** Name of an account, or `engine`. */
  actor: string;
  action: string;
  subjectKind: 'account' | 'image' | 'revision' | 'reservation' | 'machine' | 'provider' | 'job' | 'licence' | 'server';
  subjectId: string;
  detail: object;
}

/** What is written of an entry; its number is drawn. */
const NEW = { at: 'timestamptz', actor: 'text', action: 'text', subjectKind: 'text', subjectId: 'text', detail: 'jsonb' } as const;

export async function append(db: Db, ...entries: NewAuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await db
    .insertInto('audit')
    .columns(columnsOf(NEW))
    .expression(rowsOf(NEW, entries) as RawBuilder<never>)
    .execute();
}

/** Newest first; `before` is the id after which the page ends. */
export async function list(
  db: Db,
  request: { limit: number; before?: number | undefined; subjectId?: string | undefined },
): Promise<AuditEntry[]> {
  return db
    .selectFrom('audit')
    .selectAll()
    .$if(request.before !== undefined, (q) => q.where('id', '<', request.before as number))
    .$if(request.subjectId !== undefined, (q) => q.where('subjectId', '=', request.subjectId as string))
    .orderBy('id', 'desc')
    .limit(request.limit)
    .execute();
}
