import { type Grant, isInInventory, principal, shownPrincipal } from '../../model/grants.ts';
import type { Entity } from '../../model/entities.ts';
import { invalidArgument, VimFault } from '../../model/fault.ts';
import { PRIVILEGE_NAMES } from '../../model/privilege-names.ts';
import { arg, type Call, type Handlers } from '../calls.ts';
import { ref } from '../props/context.ts';

/** What HasPrivilegeOnEntities and its kin answer for one object. */
function privileges(c: Call, entity: Entity, user: string, ids: readonly string[]): boolean[] {
  return ids.map((id) => c.m.has(user, id, entity));
}

const rawBoolean = (id: string, granted: boolean) => ({
  _rest: [
    { name: 'privId', attrs: [], children: [id] },
    { name: 'isGranted', attrs: [], children: [String(granted)] },
  ],
});

const permissions = (grants: readonly Grant[]) =>
  grants.flatMap(({ user, role, on, propagate }) =>
    role.id === undefined ? [] : [{ entity: ref(on), principal: shownPrincipal(user), group: false, roleId: role.id, propagate }],
  ) as never;

/** The account as it is written where it was made; UserNotFound if there is none, and for groups, which are not simulated. */
function account(c: Call, name: string, group: boolean): string {
  const known = [...c.sim.sessions.accounts.keys()].find((each) => principal(each) === principal(name));
  if (known === undefined || group) {
    throw new VimFault('UserNotFound', `The user or group '${name}' was not found.`, { principal: name, unresolved: false });
  }
  return known;
}

interface Asked {
  principal: string;
  group: boolean;
  roleId: number;
  propagate: boolean;
}

/** All that is wrong is said before anything is changed. */
function given(c: Call, on: Entity, asked: readonly Asked[]): Grant[] {
  if (!isInInventory(on)) throw invalidArgument('entity');
  c.m.require('Authorization.ModifyPermissions', on);
  return asked.map((each) => ({
    user: account(c, each.principal, each.group),
    role: c.m.roles.get(each.roleId),
    on,
    propagate: each.propagate,
  }));
}

/** Roles and permissions. */
export const authorizationMethods: Handlers = {
  HasPrivilegeOnEntity: (c, a) => privileges(c, arg.any(c, a.entity), c.session?.user ?? '', a.privId ?? []),
  HasPrivilegeOnEntities: (c, a) =>
    a.entity.map((r) => {
      const granted = privileges(c, arg.any(c, r), c.session?.user ?? '', a.privId ?? []);
      return { entity: r, privAvailability: (a.privId ?? []).map((id, i) => rawBoolean(id, granted[i] ?? false)) };
    }) as never,
  HasUserPrivilegeOnEntities: (c, a) =>
    a.entities.map((r) => {
      const granted = privileges(c, arg.any(c, r), a.userName, a.privId ?? []);
      return { entity: r, privAvailability: (a.privId ?? []).map((id, i) => rawBoolean(id, granted[i] ?? false)) };
    }) as never,
  FetchUserPrivilegeOnEntities: (c, a) =>
    a.entities.map((r) => ({
      entity: r,
      privileges: [...PRIVILEGE_NAMES].filter((id) => c.m.has(a.userName, id, arg.any(c, r))),
    })) as never,
  RetrieveEntityPermissions: (c, a) => {
    const on = arg.any(c, a.entity);
    if (!isInInventory(on)) throw invalidArgument('entity');
    return permissions(c.m.grants.on(on, a.inherited));
  },
  RetrieveAllPermissions: (c) => permissions(c.m.grants.all()),
  RetrieveRolePermissions: (c, a) => {
    const role = c.m.roles.get(a.roleId);
    return permissions(c.m.grants.all().filter((grant) => grant.role === role));
  },
  SetEntityPermissions: (c, a) => {
    for (const grant of given(c, arg.any(c, a.entity), (a.permission ?? []) as Asked[])) c.m.grants.set(grant, c.m.root);
  },
  ResetEntityPermissions: (c, a) => {
    const on = arg.any(c, a.entity);
    const wanted = given(c, on, (a.permission ?? []) as Asked[]);
    for (const grant of wanted) c.m.grants.set(grant, c.m.root);
    const kept = new Set(wanted.map(({ user }) => principal(user)));
    for (const { user } of c.m.grants.on(on, false)) if (!kept.has(user)) c.m.grants.remove(user, on, c.m.root);
  },
  RemoveEntityPermission: (c, a) => {
    const on = arg.any(c, a.entity);
    c.m.require('Authorization.ModifyPermissions', on);
    if (a.isGroup) throw new VimFault('NotFound', 'The object or item referred to could not be found.');
    c.m.grants.remove(a.user, on, c.m.root);
  },
  AddAuthorizationRole: (c, a) => {
    c.m.require('Authorization.ModifyRoles', c.m.root);
    return c.m.roles.add(a.name, a.privIds ?? []);
  },
  UpdateAuthorizationRole: (c, a) => {
    c.m.require('Authorization.ModifyRoles', c.m.root);
    c.m.roles.update(a.roleId, a.newName, a.privIds ?? []);
  },
  RemoveAuthorizationRole: (c, a) => {
    c.m.require('Authorization.ModifyRoles', c.m.root);
    const role = c.m.roles.get(a.roleId);
    if (role.label !== undefined) throw invalidArgument('roleId');
    c.m.grants.takeRole(role, a.failIfUsed);
    c.m.roles.remove(a.roleId);
  },
};
