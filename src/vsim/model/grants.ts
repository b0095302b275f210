import type { Entity } from './entities.ts';
import { VimFault } from './fault.ts';
import { isAdmin, isNoAccess, type Role } from './roles.ts';

/** A role for a user on an object: what vCenter calls a permission. */
export interface Grant {
  user: string;
  /** Without an id if only a test knows it: clients are not shown what it gives. */
  role: { id?: number; name: string; privileges: ReadonlySet<string> };
  on: Entity;
  /** Whether it holds for everything below too. */
  propagate: boolean;
}

/** One form of the two that a user of a domain is written in, `DOMAIN\user` and `user@domain`; upper and lower case are the same. */
export function principal(name: string): string {
  const [, domain, user] = /^([^\\]+)\\(.+)$/.exec(name) ?? [];
  return (domain === undefined ? name : `${user}@${domain}`).toLowerCase();
}

/** As vCenter shows a user: `VSPHERE.LOCAL\carrel`. */
export function shownPrincipal(name: string): string {
  const [, user, domain] = /^(.+)@([^@]+)$/.exec(name) ?? [];
  return domain === undefined ? name : `${domain.toUpperCase()}\\${user}`;
}

const isBelow = (entity: Entity, above: Entity): boolean => {
  for (let at = entity.parent; at !== undefined; at = at.parent) if (at === above) return true;
  return false;
};

/** Whether an object is in the inventory; managers, tasks and what belongs to a session are not, and bear no permissions. */
export function isInInventory(entity: Entity): boolean {
  let top = entity;
  while (top.parent !== undefined) top = top.parent;
  return top.type === 'Folder';
}

/**
 * Who may do what, as vCenter has it: of what is above an object the nearest permission of the user counts, and no other. A user without any may
 * do nothing. What is in no inventory, such as a manager, counts as the root. What is above an object that somebody has a permission on is seen
 * by them, or they would not come there.
 */
export class Grants {
  /** `role privilege` of everything that was asked for and granted. */
  readonly demanded = new Set<string>();
  readonly #byUser = new Map<string, Grant[]>();

  give(grant: Grant): void {
    const user = principal(grant.user);
    this.#byUser.set(user, [...this.of(user), { ...grant, user }]);
  }

  /** Takes away what a user has on an object, or everywhere. Whether there was anything. */
  take(user: string, on?: Entity): boolean {
    const had = this.of(user);
    const left = had.filter((grant) => on !== undefined && grant.on !== on);
    this.#byUser.set(principal(user), left);
    return left.length < had.length;
  }

  of(user: string): readonly Grant[] {
    return this.#byUser.get(principal(user)) ?? [];
  }

  all(): Grant[] {
    return [...this.#byUser.values()].flat();
  }

  /** As clients set it: takes the place of what the user had on that object. */
  set(grant: Grant, root: Entity): void {
    const before = this.of(grant.user);
    this.take(grant.user, grant.on);
    this.give(grant);
    this.#mustHaveAdmin(root, grant.user, before);
  }

  /** As clients take it away: NotFound if there is none. */
  remove(user: string, on: Entity, root: Entity): void {
    const before = this.of(user);
    if (!this.take(user, on)) throw new VimFault('NotFound', 'The object or item referred to could not be found.');
    this.#mustHaveAdmin(root, user, before);
  }

  /** Takes a role from everybody who has it. */
  takeRole(role: Role, failIfUsed: boolean): void {
    const using = this.all().filter((grant) => grant.role === role);
    if (failIfUsed && using.length > 0) throw new VimFault('RemoveFailed', 'The role is used by a permission.');
    for (const { user, on } of using) this.take(user, on);
  }

  /** Somebody must be left who may do everything, everywhere. */
  #mustHaveAdmin(root: Entity, user: string, before: readonly Grant[]): void {
    if (this.all().some(({ role, on, propagate }) => isAdmin(role) && on === root && propagate)) return;
    this.#byUser.set(principal(user), [...before]);
    throw new VimFault('AuthMinimumAdminPermission', 'There must be one administrator with propagation at the root.');
  }

  /** Permissions on an object; with `inherited` also those from above that count there. */
  on(entity: Entity, inherited: boolean): Grant[] {
    const nearest = [...this.#byUser.keys()].map((user) => this.#nearest(this.of(user), entity));
    return nearest.filter((grant): grant is Grant => grant !== undefined && (inherited || grant.on === entity));
  }

  allows(user: string, privilege: string, entity: Entity | undefined): boolean {
    return this.#deciding(user, privilege, entity) !== 'none';
  }

  /** As of {@link allows}, written down. */
  demand(user: string, privilege: string, entity: Entity | undefined): boolean {
    const by = this.#deciding(user, privilege, entity);
    if (typeof by === 'object') this.demanded.add(`${by.role.name} ${privilege}`);
    return by !== 'none';
  }

  #nearest(own: readonly Grant[], entity: Entity | undefined): Grant | undefined {
    for (let at = entity; at !== undefined; at = at.parent) {
      const nearest = own.find((grant) => grant.on === at && (grant.propagate || at === entity));
      if (nearest !== undefined) return nearest;
    }
    return undefined;
  }

  #deciding(user: string, privilege: string, entity: Entity | undefined): Grant | 'none' | 'free' {
    const own = this.of(user);
    const placed = entity !== undefined && isInInventory(entity);
    const nearest = placed ? this.#nearest(own, entity) : own.find(({ on }) => on.parent === undefined);
    if (nearest !== undefined && isAdmin(nearest.role)) return 'free';
    if (privilege.startsWith('Sessions.')) return 'free';
    if (privilege.startsWith('System.')) {
      if (!placed) return 'free';
      if (nearest !== undefined && !isNoAccess(nearest.role)) return 'free';
      return own.some(({ on }) => isBelow(on, entity)) ? 'free' : 'none';
    }
    return nearest?.role.privileges.has(privilege) === true ? nearest : 'none';
  }
}
