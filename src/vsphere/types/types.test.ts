import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generate } from '../../../scripts/gen-vsphere-types.ts';
import { DECLS } from './decls.ts';
import { parseTables } from './parse.ts';
import { findMethod, findObject, findType, isSubtype, KIND, propertyField } from './schema.ts';
import { isRef, parseRefKey, refKey } from './value.ts';

test('vim.gen.ts is what the tables say: run scripts/gen-vsphere-types.ts', () => {
  expect(readFileSync(new URL('./vim.gen.ts', import.meta.url), 'utf8') === generate()).toBe(true);
});

test('fields come base first, in schema order', () => {
  const names = findType('VirtualDiskFlatVer2BackingInfo')?.fields.map((f) => f.name) ?? [];
  expect(names.slice(0, 5)).toEqual(['fileName', 'datastore', 'backingObjectId', 'diskMode', 'split']);
  expect(findType('VirtualMachineCloneSpec')?.fields.map((f) => f.name)).toEqual([
    'location',
    'template',
    'config',
    'customization',
    'powerOn',
    'snapshot',
    'memory',
    'tpmProvisionPolicy',
  ]);
});

test('the fault hierarchy is known', () => {
  expect(isSubtype('FileLocked', 'FileFault')).toBe(true);
  expect(isSubtype('InvalidPowerState', 'InvalidState')).toBe(true);
  expect(isSubtype('InsufficientCpuResourcesFault', 'InsufficientResourcesFault')).toBe(true);
  expect(isSubtype('NotAuthenticated', 'RuntimeFault')).toBe(true);
  expect(isSubtype('FileLocked', 'RuntimeFault')).toBe(false);
  expect(isSubtype('NotInTheTables', 'MethodFault')).toBe(false);
});

test('an opaque type is one that the tables lack', () => {
  const fields = DECLS.flatMap((d) =>
    d.kind === 'method' ? [...d.params, ...(d.returns ? [d.returns] : [])] : d.kind === 'enum' ? [] : d.fields,
  );
  const wrong = fields.filter((f) => f.opaque && findType(f.type) !== undefined).map((f) => `${f.name} ~${f.type}`);
  expect(wrong).toEqual([]);
});

test('property paths find their declared type', () => {
  expect(propertyField('VirtualMachine', 'runtime.powerState')?.typeName).toBe('VirtualMachinePowerState');
  expect(propertyField('VirtualMachine', 'config.hardware.device')).toMatchObject({ typeName: 'VirtualDevice', array: true });
  expect(propertyField('VirtualMachine', 'config.hardware.device[4000]')).toMatchObject({ typeName: 'VirtualDevice', array: false });
  expect(propertyField('ClusterComputeResource', 'host')).toMatchObject({ kind: KIND.ref, array: true });
  expect(propertyField('VirtualMachine', 'nothing.here')).toBeUndefined();
  expect(findObject('Network')?.fields.filter((f) => f.name === 'name')).toHaveLength(1);
});

test('methods know whether they change anything', () => {
  expect(findMethod('RetrievePropertiesEx')?.read).toBe(true);
  expect(findMethod('CloneVM_Task')?.read).toBe(false);
  expect(findMethod('WaitForUpdatesEx')?.read).toBe(false);
});

test('a mistake in a table is an error when it is read', () => {
  expect(() => parseTables(['A: b'])).toThrow(/bad field/);
  expect(() => parseTables(['A: b string\nA: c int'])).toThrow(/twice/);
  expect(() => parseTables(['call Foo(a string'])).toThrow(/bad method/);
  expect(() => parseTables(['? what'])).toThrow(/bad statement/);
  expect(parseTables(['A < B: x? int[],\n  y ~C'])).toEqual([
    {
      kind: 'type',
      name: 'A',
      base: 'B',
      fields: [
        { name: 'x', type: 'int', optional: true, array: true, opaque: false },
        { name: 'y', type: 'C', optional: false, array: false, opaque: true },
      ],
    },
  ]);
});

test('references have a key that reads back', () => {
  const ref = { type: 'VirtualMachine', value: 'vm-1:2' };
  expect(parseRefKey(refKey(ref))).toEqual(ref);
  expect(isRef({ _type: 'OptionValue', type: 'a', value: 'b' })).toBe(false);
});
