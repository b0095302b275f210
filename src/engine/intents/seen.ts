/** That somebody is there: kept in the store, since only the server that relays a connection knows of it. */
import { type NoticeCode, noticeOf } from '../../core/notices.ts';
import type { Duplex } from 'node:stream';
import { describeError } from '../../lib/errors.ts';
import * as due from '../../store/due.ts';
import * as reservations from '../../store/reservations.ts';
import type { Db } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';

/** So often an open connection is said to be there, in milliseconds. */
const SAID_EVERY_MS = 60_000;

/** Somebody connects, or looks at the screen: the machine is used. Of what is not ready nothing is kept. */
export async function noteUsed(deps: EngineDeps, id: string, db: Db = deps.store.db): Promise<void> {
  if (await due.noteConnected(db, id, deps.now())) await takeBackWord(deps, id, db, ['nobody-connected', 'nobody-there']);
}

/** Somebody says that it is still needed, without connecting. */
export async function noteWanted(deps: EngineDeps, id: string, db: Db): Promise<void> {
  await due.noteSeen(db, id, deps.now());
  await takeBackWord(deps, id, db, ['nobody-there']);
}

async function takeBackWord(deps: EngineDeps, id: string, db: Db, words: readonly NoticeCode[]): Promise<void> {
  const row = await reservations.find(db, id);
  if (row?.state !== 'ready') return;
  const said = noticeOf(row.stageText)?.code;
  if (said !== undefined && words.includes(said)) await reservations.note(db, id, 'ready', deps.now());
}

/** Says that the machine is used for as long as the connection is open, every `everyMs` milliseconds. Returns the connection. */
export function usedWhileOpen<T extends Duplex>(deps: EngineDeps, id: string, connection: T, everyMs = SAID_EVERY_MS): T {
  const beat = setInterval(() => {
    // While the store is away nobody's machine is ended either; the next beat says it again.
    noteUsed(deps, id).catch((error: unknown) => deps.log.debug({ reservation: id, err: describeError(error) }, 'not noted as used'));
  }, everyMs).unref();
  connection.once('close', () => clearInterval(beat));
  if (connection.destroyed) clearInterval(beat);
  return connection;
}
