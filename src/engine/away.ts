/** What is said of a host whose server is not there: nothing of it is lost, and nothing is concluded about its machines. */
import { say } from '../core/notices.ts';
import * as audit from '../store/audit.ts';
import * as machines from '../store/machines.ts';
import * as providers from '../store/providers.ts';
import type { Tx } from '../store/schema.ts';
import * as servers from '../store/servers.ts';
import { recordSeen } from './condition.ts';
import type { EngineDeps } from './deps.ts';

/**
 * Says of each provider that only a server serves which is away, or was stopped, that it is down for that, and of its machines that they
 * cannot be reached from here. Any server may; the one that comes back finds them as they are. Returns how many providers were not known to be so.
 */
export async function tellAway(deps: EngineDeps): Promise<number> {
  let told = 0;
  for (const orphan of await servers.orphaned(deps.store.db)) {
    if (await deps.store.tx((tx) => tellOrphan(deps, tx, orphan))) {
      told += 1;
      deps.log.warn({ provider: orphan.id, server: orphan.server }, 'the server of a host is not there: its machines are left as they are');
    }
    // One that was stopped in order leaves its machines running, and says so itself.
    if (orphan.state === 'stopped') continue;
    for (const { id } of await machines.reachableAt(deps.store.db, orphan.id))
      await deps.store.tx((tx) => recordSeen(deps, tx, id, { power: 'on', condition: 'unreachable' }, 'engine'));
  }
  return told;
}

/** False if it was known. */
async function tellOrphan(deps: EngineDeps, tx: Tx, { id, server, state, since }: servers.Orphan): Promise<boolean> {
  const reason = say(state === 'stopped' ? 'provider-stopped' : 'provider-away', { name: server, at: since.toISOString() });
  const now = deps.now();
  if (!(await providers.setState(tx, id, 'down', { text: reason }, now))) return false;
  const detail = { server, state, since: since.toISOString() };
  await audit.append(tx, { at: now, actor: 'engine', action: 'provider.unserved', subjectKind: 'provider', subjectId: id, detail });
  return true;
}
