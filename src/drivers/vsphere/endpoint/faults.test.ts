import { expect, test } from 'vitest';
import { localizedFaultError, type Ref } from '../../../vsphere/index.ts';
import { toDriverError } from './faults.ts';

const vm: Ref = { type: 'VirtualMachine', value: 'vm-1' };
const denied = (fields: object) =>
  toDriverError(localizedFaultError('CloneVM_Task', { fault: { _type: 'NoPermission', ...fields }, localizedMessage: 'x' }, vm));

test('what an account lacks is named, however the server says it', () => {
  expect(denied({ privilegeId: 'Datastore.Browse' })).toMatchObject({
    code: 'no-permission',
    message: 'the account lacks Datastore.Browse',
  });
  const missingPrivileges = [{ entity: vm, privilegeIds: ['Datastore.Browse', 'Network.Assign'] }, { entity: vm }];
  expect(denied({ missingPrivileges })).toMatchObject({
    message: 'the account lacks Datastore.Browse, Network.Assign',
    details: { privileges: ['Datastore.Browse', 'Network.Assign'] },
  });
  expect(denied({})).toMatchObject({ code: 'no-permission', message: 'the account lacks a privilege' });
});

test('a session that ended says nothing of the account', () => {
  const fault = { _type: 'NotAuthenticated' as const, privilegeId: 'System.View', object: vm };
  expect(toDriverError(localizedFaultError('CloneVM_Task', { fault, localizedMessage: 'x' }, vm)).code).toBe('unavailable');
});
