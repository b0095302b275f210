/** What is said of a host whose server is not there: nothing of it is lost, and nothing is concluded about its machines. */
import * as audit from '../store/audit.ts';
import * as machines from '../store/machines.ts';
import * as providers from '../store/providers.ts';
import * as servers from '../store/servers.ts';
import { recordSeen } from './condition.ts';
import type { EngineDeps } from './deps.ts';

/**
 * Says of each provider that only a server serves which is away, or was stopped, that it is down for that, and of its machines that they
 * cannot be reached from here. Any server may; the one that comes back finds them as they are. Returns how many providers were not known to be so.
 */
export async function tellAway(deps: EngineDeps): Promise<number> {
  let told = 0;
  for (const { id, server, state, since } of await servers.orphaned(deps.store.db)) {
    const reason = `its server ${server} ${state === 'stopped' ? 'was stopped' : 'is away'} since ${since.toISOString()}`;
    const now = deps.now();
    if (!(await providers.setState(deps.store.db, id, 'down', reason, now))) continue;
    told += 1;
    deps.log.warn({ provider: id, server, state }, 'the server of a host is not there: its machines are left as they are');
    await audit.append(deps.store.db, {
      ...{ at: now, actor: 'engine', action: 'provider.unserved', subjectKind: 'provider', subjectId: id },
      detail: { server, state, since: since.toISOString() },
    });
    // A server that was stopped in order leaves its machines running, and says so itself.
    if (state === 'stopped') continue;
    for (const { id: machineId } of await machines.runningAt(deps.store.db, id))
      await deps.store.tx((tx) => recordSeen(deps, tx, machineId, { power: 'on', condition: 'unreachable' }, 'engine'));
  }
  return told;
}
