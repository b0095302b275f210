import { expect, onTestFinished, test } from 'vitest';
import type { Ref } from '../vsphere/types/value.ts';
import type { AuthorizationRole } from '../vsphere/types/vim.gen.ts';
import { vmFolder } from './model/build.ts';
import type { Entity } from './model/entities.ts';
import { wire, WireClient } from './wire-testing.ts';

const CARREL = 'carrel@vsphere.local';
const ref = ({ type, id }: Entity): Ref => ({ type, value: id });

/** A vCenter with an account that has nothing yet. */
async function vcenter() {
  const { vsim, client, close } = await wire();
  onTestFinished(close);
  vsim.sim.sessions.accounts.set(CARREL, 'secret');
  const manager = client.content.authorizationManager as Ref;
  const permit = (on: Entity, roleId: number, more: { principal?: string; propagate?: boolean; group?: boolean } = {}) =>
    client.call('SetEntityPermissions', manager, {
      entity: ref(on),
      permission: [{ principal: CARREL, group: false, propagate: true, roleId, ...more }] as never,
    });
  const roles = async () => (await client.read(manager, 'roleList'))['roleList'] as AuthorizationRole[];
  const role = (name: string, ...privIds: string[]) => client.call('AddAuthorizationRole', manager, { name, privIds });
  const loggedIn = async (userName = CARREL) => {
    const other = new WireClient(vsim);
    onTestFinished(() => other.close());
    other.content = client.content;
    await other.call('Login', client.content.sessionManager as Ref, { userName, password: 'secret' });
    return other;
  };
  return { vsim, m: vsim.model, client, manager, permit, roles, role, loggedIn };
}

test('a role and its permission decide what an account may do below, and nothing else lets it', async () => {
  const { m, permit, role, loggedIn, client, manager } = await vcenter();
  await expect(loggedIn(), 'nobody without a permission comes in').rejects.toMatchObject({
    fault: 'NoPermission',
    detail: { privilegeId: 'System.View' },
  });
  const folder = vmFolder(m, m.datacenter.vmFolder, 'carrel');
  const id = await role('maker', 'Folder.Create');
  await permit(folder, id);
  const carrel = await loggedIn('VSPHERE.LOCAL\\Carrel');
  const inner = await carrel.call('CreateFolder', ref(folder), { name: 'inner' });
  await carrel.call('CreateFolder', inner, { name: 'below' });
  await expect(carrel.call('CreateFolder', ref(m.datacenter.vmFolder), { name: 'no' })).rejects.toMatchObject({
    fault: 'NoPermission',
    detail: { privilegeId: 'Folder.Create' },
  });
  await client.call('UpdateAuthorizationRole', manager, { roleId: id, newName: 'maker', privIds: ['Folder.Rename'] });
  await expect(carrel.call('CreateFolder', ref(folder), { name: 'later' })).rejects.toMatchObject({ fault: 'NoPermission' });
});

test('without propagation a permission holds for its object alone, and the nearest one counts', async () => {
  const { m, permit, role, loggedIn, client, manager } = await vcenter();
  const outer = vmFolder(m, m.datacenter.vmFolder, 'outer');
  const inner = vmFolder(m, outer, 'inner');
  const id = await role('maker', 'Folder.Create');
  await permit(outer, id, { propagate: false });
  const carrel = await loggedIn();
  const make = (on: Entity, name: string) => carrel.call('CreateFolder', ref(on), { name });
  await make(outer, 'a');
  await expect(make(inner, 'a')).rejects.toMatchObject({ fault: 'NoPermission' });
  await permit(outer, id);
  await make(inner, 'a');
  await permit(inner, -2);
  await expect(make(inner, 'b')).rejects.toMatchObject({ fault: 'NoPermission' });
  const list = (entity: Entity, inherited: boolean) =>
    client.call('RetrieveEntityPermissions', manager, { entity: ref(entity), inherited });
  expect(await list(inner, true)).toMatchObject([
    { principal: expect.stringMatching(/administrator/i), roleId: -1 },
    { entity: ref(inner), principal: 'VSPHERE.LOCAL\\carrel', roleId: -2, propagate: true },
  ]);
  await client.call('RemoveEntityPermission', manager, { entity: ref(inner), user: CARREL, isGroup: false });
  expect(await list(inner, false)).toEqual([]);
  await make(inner, 'b');
});

test('what an account has no permission on, nor on anything below, it does not see', async () => {
  const { m, vsim, permit, loggedIn } = await vcenter();
  const { vm } = vsim.sim.master();
  const other = vmFolder(m, m.datacenter.vmFolder, 'other');
  await permit(vm.parent as Entity, -2);
  const carrel = await loggedIn();
  const name = async (entity: Entity) => (await carrel.read(ref(entity), 'name'))['name'];
  expect([await name(vm), await name(m.datacenter), await name(other)]).toEqual(['master-0', 'DC0', undefined]);
});

test('what is wrong is refused by name', async () => {
  const { m, client, manager, permit, role, roles } = await vcenter();
  const id = await role('mine', 'Folder.Create', 'Datastore.Browse');
  expect((await roles()).find(({ roleId }) => roleId === id)).toMatchObject({
    name: 'mine',
    system: false,
    privilege: ['System.Anonymous', 'System.Read', 'System.View', 'Folder.Create', 'Datastore.Browse'],
  });
  await expect(role('mine')).rejects.toMatchObject({ fault: 'AlreadyExists' });
  await expect(role('')).rejects.toMatchObject({ fault: 'InvalidName' });
  await expect(role('other', 'Folder.Make')).rejects.toMatchObject({ fault: 'InvalidArgument', detail: { invalidProperty: 'privIds' } });
  await expect(permit(m.datacenter, 4711)).rejects.toMatchObject({ fault: 'NotFound' });
  await expect(permit(m.datacenter, id, { principal: 'nobody@vsphere.local' })).rejects.toMatchObject({ fault: 'UserNotFound' });
  await expect(permit(m.objects.get('ViewManager') as Entity, id)).rejects.toMatchObject({ fault: 'InvalidArgument' });
  await permit(m.datacenter, id);
  const remove = (roleId: number, failIfUsed: boolean) => client.call('RemoveAuthorizationRole', manager, { roleId, failIfUsed });
  await expect(remove(id, true)).rejects.toMatchObject({ fault: 'RemoveFailed' });
  await expect(remove(-1, false)).rejects.toMatchObject({ fault: 'InvalidArgument' });
  await remove(id, false);
  expect(m.grants.of(CARREL)).toEqual([]);
});

test('the last administrator stays, and no other changes roles and permissions', async () => {
  const { m, vsim, client, manager, permit, loggedIn } = await vcenter();
  const last = { entity: ref(m.root), user: vsim.username, isGroup: false };
  await expect(client.call('RemoveEntityPermission', manager, last)).rejects.toMatchObject({ fault: 'AuthMinimumAdminPermission' });
  await expect(permit(m.root, -2, { principal: vsim.username })).rejects.toMatchObject({ fault: 'AuthMinimumAdminPermission' });
  await permit(m.root, -2);
  const carrel = await loggedIn();
  await expect(carrel.call('AddAuthorizationRole', manager, { name: 'x', privIds: [] })).rejects.toMatchObject({
    fault: 'NoPermission',
    detail: { privilegeId: 'Authorization.ModifyRoles' },
  });
  const all = [{ principal: CARREL, group: false, propagate: true, roleId: -1 }] as never;
  await expect(carrel.call('SetEntityPermissions', manager, { entity: ref(m.root), permission: all })).rejects.toMatchObject({
    detail: { privilegeId: 'Authorization.ModifyPermissions' },
  });
  const field = { name: 'owner', moType: 'VirtualMachine' };
  const fields = client.content.customFieldsManager as Ref;
  await client.call('AddCustomFieldDef', fields, field);
  await expect(carrel.call('AddCustomFieldDef', fields, { ...field, name: 'other' })).rejects.toMatchObject({ fault: 'NoPermission' });
  await permit(m.root, -1);
  await client.call('RemoveEntityPermission', manager, last);
  await expect(client.call('AddAuthorizationRole', manager, { name: 'x', privIds: [] })).rejects.toMatchObject({ fault: 'NoPermission' });
});
