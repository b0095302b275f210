/**
 * cloudbase-init of a simulated Windows guest, with its service for VMware's guestinfo: host name and the password of an account, once per
 * instance. It reads JSON (the real one YAML as well).
 */
import { INSTANCE, put } from './cloud-state.ts';
import type { GuestSystem } from './system.ts';

/** An image that has this file has cloudbase-init. */
export const CLOUDBASE_CONF = 'C:/Program Files/Cloudbase Solutions/Cloudbase-Init/conf/cloudbase-init.conf';
/** The account that it makes where the metadata names none. */
const USERNAME = 'Admin';

/** Runs at a boot of a guest that has it. Without metadata it does nothing. */
export function runCloudbaseInit(system: GuestSystem): void {
  const raw = system.machine?.infoGet('guestinfo.metadata');
  if (!system.files.has(CLOUDBASE_CONF) || raw === undefined) return;
  const base64 = system.machine?.infoGet('guestinfo.metadata.encoding') === 'base64';
  const metadata = JSON.parse(base64 ? Buffer.from(raw, 'base64').toString('utf8') : raw) as Record<string, string>;
  const instance = metadata['instance-id'] ?? '';
  if (system.files.get(INSTANCE)?.toString('utf8') === instance) return;
  put(system, INSTANCE, instance);
  system.hostname = metadata['local-hostname'] ?? system.hostname;
  const user = metadata['admin-username'] ?? USERNAME;
  const account = system.accounts.get(user) ?? { uid: 1000, home: `C:/Users/${user}`, hash: '!', password: undefined };
  system.accounts.set(user, { ...account, password: metadata['admin-password'] ?? account.password });
}
