import type { Entity } from './entities.ts';

/** A role for a user on an object. */
export interface Grant {
  user: string;
  /** Name of the role, for people. */
  role: string;
  privileges: ReadonlySet<string>;
  on: Entity;
  /** Whether it holds for everything below too. */
  propagate: boolean;
}

/**
 * Who may do what, as vCenter has it: of what is above an object the nearest permission of the user counts, and no other. Users without any may do
 * everything; what `System.` stands for, seeing and reading, everybody may.
 */
export class Grants {
  /** `role privilege` of everything that was asked for and granted. */
  readonly demanded = new Set<string>();
  readonly #grants: Grant[] = [];

  give(grant: Grant): void {
    this.#grants.push(grant);
  }

  allows(user: string, privilege: string, entity: Entity | undefined): boolean {
    return this.#deciding(user, privilege, entity) !== 'none';
  }

  /** As of {@link allows}, written down. */
  demand(user: string, privilege: string, entity: Entity | undefined): boolean {
    const by = this.#deciding(user, privilege, entity);
    if (typeof by === 'object') this.demanded.add(`${by.role} ${privilege}`);
    return by !== 'none';
  }

  #deciding(user: string, privilege: string, entity: Entity | undefined): Grant | 'none' | 'free' {
    const own = this.#grants.filter((grant) => grant.user === user);
    if (own.length === 0 || privilege.startsWith('System.') || privilege.startsWith('Sessions.')) return 'free';
    for (let at = entity; at !== undefined; at = at.parent) {
      const nearest = own.find((grant) => grant.on === at && (grant.propagate || at === entity));
      if (nearest !== undefined) return nearest.privileges.has(privilege) ? nearest : 'none';
    }
    return 'none';
  }
}
