/** What the account may do. */
import type { Ctx } from '../../lib/context.ts';
import type { VSphereClient } from '../client.ts';
import { type Ref, refKey } from '../types/value.ts';

export interface PrivilegeCheck {
  entity: Ref;
  /** Of the privileges asked for, those that the account has there. */
  granted: string[];
  missing: string[];
}

/** Which of these privileges (such as `VirtualMachine.Provisioning.Clone`) the session's account has on each object. One request; API 5.5. */
export async function checkPrivileges(
  ctx: Pick<Ctx, 'signal'>,
  client: VSphereClient,
  entities: readonly Ref[],
  privileges: readonly string[],
): Promise<PrivilegeCheck[]> {
  const manager = await client.manager(ctx, 'authorizationManager');
  const user = await client.session.user(ctx);
  const answer =
    (await client.call(ctx, 'HasPrivilegeOnEntities', manager, { entity: [...entities], sessionId: user.key, privId: [...privileges] })) ??
    [];
  const byEntity = new Map(answer.map((a) => [refKey(a.entity), a.privAvailability ?? []]));
  return entities.map((entity) => {
    const availability = byEntity.get(refKey(entity)) ?? [];
    const granted = privileges.filter((id) => availability.some((a) => a.privId === id && a.isGranted));
    return { entity, granted, missing: privileges.filter((id) => !granted.includes(id)) };
  });
}
