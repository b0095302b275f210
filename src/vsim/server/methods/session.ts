import { invalidArgument, notSupported, VimFault } from '../../model/fault.ts';
import type { Session } from '../../model/sessions.ts';
import type { Entity } from '../../model/entities.ts';
import { arg, type Call, type Handlers } from '../calls.ts';
import { serviceContent } from '../props/content.ts';
import { date, ref } from '../props/context.ts';
import { sessionInfo } from '../props/misc.ts';

/** Methods that work without a login. */
export const OPEN_METHODS = new Set([
  'RetrieveServiceContent',
  'Login',
  'LoginByToken',
  'Logout',
  'CloneSession',
  'RetrieveProperties',
  'RetrievePropertiesEx',
]);

function begin(c: Call, session: Session) {
  c.setCookie(session.key);
  return sessionInfo(session) as never;
}

const cloneTickets = new WeakMap<object, Map<string, string>>();

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

export const sessionMethods: Handlers = {
  RetrieveServiceContent: (c) => serviceContent(c.reader) as never,
  CurrentTime: (c) => date(c.m.now()),
  Login: (c, a) => {
    if (c.session !== undefined) throw new VimFault('InvalidLogin', 'Cannot complete login: this connection is logged in already.');
    return begin(c, c.sim.sessions.login(a.userName, a.password, c.client.address, c.client.userAgent));
  },
  LoginByToken: (c) => {
    if (c.client.samlToken === undefined) throw new VimFault('InvalidLogin', 'Cannot complete login: the request carries no token.');
    return begin(c, c.sim.sessions.loginByToken(c.client.samlToken, c.client.address, c.client.userAgent));
  },
  Logout: (c) => {
    if (c.session === undefined)
      throw new VimFault('NotAuthenticated', 'The session is not authenticated.', { object: c.m.root, privilegeId: 'System.View' });
    c.sim.sessions.end(c.session.key);
    c.setCookie(undefined);
  },
  SessionIsActive: (c, a) => {
    if (!c.m.isVc) throw notSupported();
    c.m.require('Sessions.ValidateSession', c.m.root);
    const session = c.sim.sessions.peek(a.sessionID);
    return session !== undefined && session.user === a.userName;
  },
  AcquireCloneTicket: (c) => {
    const ticket = c.m.random.uuid();
    let all = cloneTickets.get(c.m);
    if (all === undefined) {
      all = new Map();
      cloneTickets.set(c.m, all);
    }
    all.set(ticket, c.session?.user ?? '');
    return `cst-VCT-${ticket}`;
  },
  CloneSession: (c, a) => {
    const ticket = a.cloneTicket.replace(/^cst-VCT-/, '');
    const user = cloneTickets.get(c.m)?.get(ticket);
    cloneTickets.get(c.m)?.delete(ticket);
    const password = user === undefined ? undefined : c.sim.sessions.accounts.get(user);
    if (user === undefined || password === undefined) throw new VimFault('InvalidLogin', 'The ticket is not valid.');
    return begin(c, c.sim.sessions.login(user, password, c.client.address, c.client.userAgent));
  },
  TerminateSession: (c, a) => {
    for (const key of a.sessionId) {
      if (key === c.session?.key) throw invalidArgument('sessionId');
      c.sim.sessions.end(key);
    }
  },
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
    a.entities.map((r) => ({ entity: r, privileges: ALL_PRIVILEGES.filter((id) => c.m.has(a.userName, id, arg.any(c, r))) })) as never,
  RetrieveEntityPermissions: (c, a) =>
    [{ entity: a.entity, principal: c.m.options.username, group: false, roleId: -1, propagate: true }] as never,
  RetrieveAllPermissions: (c) =>
    [{ entity: ref(c.m.root), principal: c.m.options.username, group: false, roleId: -1, propagate: true }] as never,
  QueryOptions: (_, a) => {
    if (a.name !== undefined && a.name !== '') throw new VimFault('InvalidName', 'There is no such option.', { name: a.name });
    return [];
  },
};

/** The privileges that Carrel's work touches, wanted and unwanted. */
export const ALL_PRIVILEGES = [
  'System.Anonymous System.Read System.View Sessions.ValidateSession StorageProfile.View Network.Assign Global.CancelTask',
  'VirtualMachine.Inventory.Create VirtualMachine.Inventory.CreateFromExisting VirtualMachine.Inventory.Register VirtualMachine.Inventory.Unregister',
  'VirtualMachine.Inventory.Delete VirtualMachine.Inventory.Move VirtualMachine.Config.AddExistingDisk VirtualMachine.Config.AddNewDisk',
  'VirtualMachine.Config.AddRemoveDevice VirtualMachine.Config.EditDevice VirtualMachine.Config.AdvancedConfig VirtualMachine.Config.Settings',
  'VirtualMachine.Config.CPUCount VirtualMachine.Config.Memory VirtualMachine.Config.Rename VirtualMachine.Config.Annotation',
  'VirtualMachine.Config.Resource VirtualMachine.Config.DiskExtend VirtualMachine.Config.ChangeTracking VirtualMachine.Config.RemoveDisk',
  'VirtualMachine.Config.ReloadFromPath VirtualMachine.Interact.PowerOn VirtualMachine.Interact.PowerOff VirtualMachine.Interact.Reset',
  'VirtualMachine.Interact.Suspend VirtualMachine.Interact.DeviceConnection VirtualMachine.Interact.SetCDMedia',
  'VirtualMachine.Interact.ConsoleInteract VirtualMachine.Interact.AnswerQuestion VirtualMachine.Interact.ToolsInstall',
  'VirtualMachine.State.CreateSnapshot VirtualMachine.State.RevertToSnapshot VirtualMachine.State.RemoveSnapshot',
  'VirtualMachine.State.RenameSnapshot VirtualMachine.GuestOperations.Query VirtualMachine.GuestOperations.Modify',
  'VirtualMachine.GuestOperations.Execute VirtualMachine.Provisioning.Clone VirtualMachine.Provisioning.DeployTemplate',
  'VirtualMachine.Provisioning.Customize VirtualMachine.Provisioning.PromoteDisks VirtualMachine.Provisioning.ReadCustSpecs',
  'VirtualMachine.Provisioning.MarkAsTemplate VirtualMachine.Provisioning.MarkAsVM Datastore.AllocateSpace Datastore.Browse',
  'Datastore.FileManagement Datastore.DeleteFile Resource.AssignVMToPool Resource.ApplyRecommendation Resource.ColdMigrate',
  'Resource.HotMigrate Folder.Create Folder.Delete Host.Config.Maintenance Global.DisableMethods Global.EnableMethods',
  'Cryptographer.Access Cryptographer.Clone',
].flatMap((line) => line.split(' '));
