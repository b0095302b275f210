import { invalidArgument, VimFault } from './fault.ts';
import { PRIVILEGE_NAMES } from './privilege-names.ts';

export interface Role {
  id: number;
  name: string;
  /** What is shown for one that every server has; the others are shown by their name. */
  label?: string;
  /** Changed where it stands, so that what was given by the role changes with it. */
  privileges: Set<string>;
}

const NO_ACCESS = -5;
const ADMIN = -1;
/** In every role that somebody makes, whether it was asked for or not. */
const ALWAYS = ['System.Anonymous', 'System.Read', 'System.View'];
const system = (id: number, name: string, label: string, privileges: Iterable<string>): Role => ({
  id,
  name,
  label,
  privileges: new Set(privileges),
});

/** Roles of vCenter: those that every server has and none can change, and what was made. */
export class Roles {
  readonly admin = system(ADMIN, 'Admin', 'Administrator', PRIVILEGE_NAMES);
  readonly #byId = new Map<number, Role>();
  #next = 1000;

  constructor() {
    for (const role of [
      system(NO_ACCESS, 'NoAccess', 'No access', []),
      system(-4, 'Anonymous', 'Anonymous', ['System.Anonymous']),
      system(-3, 'View', 'View', ['System.Anonymous', 'System.View']),
      system(-2, 'ReadOnly', 'Read-only', ALWAYS),
      this.admin,
    ])
      this.#byId.set(role.id, role);
  }

  all(): Role[] {
    return [...this.#byId.values()];
  }

  /** NotFound if there is none. */
  get(id: number): Role {
    const role = this.#byId.get(id);
    if (role === undefined) throw new VimFault('NotFound', 'The object or item referred to could not be found.');
    return role;
  }

  /** Its id; AlreadyExists, or InvalidArgument for a privilege that the server does not know. */
  add(name: string, privileges: readonly string[]): number {
    this.#checkName(name, undefined);
    const known = checked(privileges);
    const id = this.#next++;
    this.#byId.set(id, { id, name, privileges: known });
    return id;
  }

  /** Takes the place of all that the role had. */
  update(id: number, name: string, privileges: readonly string[]): void {
    const role = this.#own(id);
    this.#checkName(name, role);
    const known = checked(privileges);
    role.name = name;
    role.privileges.clear();
    for (const each of known) role.privileges.add(each);
  }

  remove(id: number): void {
    this.#byId.delete(this.#own(id).id);
  }

  #own(id: number): Role {
    const role = this.get(id);
    if (role.label !== undefined) throw invalidArgument('roleId');
    return role;
  }

  #checkName(name: string, but: Role | undefined): void {
    if (name === '') throw new VimFault('InvalidName', 'A role needs a name.', { name });
    const taken = this.all().some((role) => role !== but && role.name === name);
    if (taken) throw new VimFault('AlreadyExists', `The role '${name}' already exists.`, { name });
  }
}

function checked(privileges: readonly string[]): Set<string> {
  if (privileges.some((each) => !PRIVILEGE_NAMES.has(each))) throw invalidArgument('privIds');
  return new Set([...ALWAYS, ...privileges]);
}

/** Whether a role is the one that takes everything away, seeing too. */
export const isNoAccess = (role: { id?: number }): boolean => role.id === NO_ACCESS;
export const isAdmin = (role: { id?: number }): boolean => role.id === ADMIN;
