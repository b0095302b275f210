import { expect, test } from 'vitest';
import { isCode } from '../../lib/errors.ts';
import { methodNames, findMethod } from '../types/schema.ts';
import { type AnyValue, type DataObject, typed } from '../types/value.ts';
import type { VirtualDevice, VirtualDisk, VirtualMachineConfigSpec } from '../types/vim.gen.ts';
import { propertyValue } from '../xml/encode.ts';
import { decodeReply, decodeRequest, encodeFault, encodeReply, encodeRequest } from './envelope.ts';

const vm = { type: 'VirtualMachine', value: 'vm-12' };
const pc = { type: 'PropertyCollector', value: 'propertyCollector' };

/** A reply to RetrievePropertiesEx with one value, as XML between <val> tags. */
function reply(val: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><RetrievePropertiesExResponse xmlns="urn:vim25"><returnval><objects><obj type="VirtualMachine">vm-12</obj><propSet><name>x</name>${val}</propSet></objects></returnval></RetrievePropertiesExResponse></soapenv:Body></soapenv:Envelope>`;
}

function firstVal(document: string): unknown {
  const r = decodeReply('RetrievePropertiesEx', document);
  if (r.fault) throw new Error(r.fault.message);
  return (r.value as { objects: { propSet: { val: unknown }[] }[] }).objects[0]?.propSet[0]?.val;
}

/** Server writes, client reads. */
function throughAny(value: AnyValue): unknown {
  return firstVal(encodeReply('RetrievePropertiesEx', { objects: [{ obj: vm, propSet: [{ name: 'x', val: value }] }] }));
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'no error';
}

test('a request goes out in schema order whatever the order of the keys, and comes in again', () => {
  const disk: VirtualDisk = {
    capacityInKB: 9007199254740993n,
    key: -1,
    _type: 'VirtualDisk',
    backing: {
      parent: { _type: 'VirtualDiskFlatVer2BackingInfo', fileName: '[ds] master/master.vmdk', diskMode: 'persistent' },
      _type: 'VirtualDiskFlatVer2BackingInfo',
      diskMode: 'persistent',
      fileName: '[ds]',
    },
  };
  const spec: VirtualMachineConfigSpec = {
    deviceChange: [{ _type: 'VirtualDeviceConfigSpec', device: disk, operation: 'add' }],
    name: 'a&b <c>',
  };
  const text = encodeRequest('ReconfigVM_Task', vm, { spec }, { operationId: 'op-1' });
  expect(text).toContain(
    '<spec><name>a&amp;b &lt;c&gt;</name><deviceChange><operation>add</operation><device xsi:type="VirtualDisk"><key>-1</key>' +
      '<backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName>[ds]</fileName><diskMode>persistent</diskMode>' +
      '<parent><fileName>[ds] master/master.vmdk</fileName>',
  );
  const got = decodeRequest(text);
  expect(got).toMatchObject({ method: 'ReconfigVM_Task', self: vm, operationId: 'op-1' });
  expect(got.args['spec']).toMatchObject(spec);
});

test('xsi:type stands only where the value is not of the declared type', () => {
  const text = encodeRequest('RelocateVM_Task', vm, { spec: { datastore: { type: 'Datastore', value: 'ds-1' } } });
  expect(text).not.toContain('xsi:type');
});

test('64-bit longs are exact', () => {
  for (const n of [2n ** 63n - 1n, -(2n ** 63n), 9007199254740993n, 0n]) expect(throughAny(n)).toBe(n);
  expect(codeOf(() => throughAny(2n ** 63n))).toBe('vsphere-xml');
  expect(codeOf(() => firstVal(reply('<val xsi:type="xsd:long">9223372036854775808</val>')))).toBe('vsphere-xml');
  expect(codeOf(() => firstVal(reply('<val xsi:type="xsd:long"></val>')))).toBe('vsphere-xml');
});

test('dates keep their instant; without a zone they are UTC', () => {
  const date = new Date('2026-11-23T10:20:30.456Z');
  expect(throughAny(date)).toEqual(date);
  const at = (text: string) => firstVal(reply(`<val xsi:type="xsd:dateTime">${text}</val>`));
  expect(at('2026-11-23T10:20:30.456789Z')).toEqual(date);
  expect(at('2026-11-23T12:20:30.456+02:00')).toEqual(date);
  expect(at('2026-11-23T10:20:30.456')).toEqual(date);
  expect(codeOf(() => at('yesterday'))).toBe('vsphere-xml');
  expect(codeOf(() => throughAny(new Date(Number.NaN)))).toBe('vsphere-xml');
});

test('bytes survive', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(throughAny(bytes)).toEqual(bytes);
  expect(throughAny(new Uint8Array(0))).toEqual(new Uint8Array(0));
  expect(codeOf(() => firstVal(reply('<val xsi:type="xsd:base64Binary">*</val>')))).toBe('vsphere-xml');
});

test('a long value that is none is refused in one pass over it', () => {
  // ways to split them that were all tried would take hours
  const n = 1_000_000;
  for (const [type, text] of [
    ['base64Binary', `${' '.repeat(n)}*`],
    ['base64Binary', `${'= '.repeat(n)}*`],
    ['double', `${'1'.repeat(n)}x`],
    ['int', `${' '.repeat(n)}x`],
    ['long', `1${' '.repeat(n)}x`],
    ['boolean', `${' '.repeat(n)}x`],
    ['dateTime', `2026-11-23T10:00:00.${'1'.repeat(n)}x`],
    ['dateTime', `${' '.repeat(n)}x`],
  ]) {
    expect(
      codeOf(() => firstVal(reply(`<val xsi:type="xsd:${type}">${text}</val>`))),
      type,
    ).toBe('vsphere-xml');
  }
  expect(firstVal(reply('<val xsi:type="xsd:base64Binary"> AAE= </val>'))).toEqual(Uint8Array.of(0, 1));
  expect(firstVal(reply('<val xsi:type="xsd:double">1.</val>'))).toBe(1);
  expect(firstVal(reply('<val xsi:type="xsd:double"> -.5e1 </val>'))).toBe(-5);
});

test('numbers, words and floats of any slots', () => {
  expect(throughAny(5)).toBe(5);
  expect(throughAny(1.5)).toBe(1.5);
  expect(throughAny(true)).toBe(true);
  expect(throughAny(typed('xsd:short', -3))).toBe(-3);
  expect(throughAny(typed('VirtualMachinePowerState', 'poweredOn'))).toBe('poweredOn');
  expect(firstVal(reply('<val xsi:type="xsd:double">-INF</val>'))).toBe(-Infinity);
  expect(firstVal(reply('<val xsi:type="xsd:boolean">1</val>'))).toBe(true);
  for (const bad of ['int">x', 'int">1.5', 'int">', 'int">2147483648', 'boolean">yes', 'double">0x10']) {
    expect(codeOf(() => firstVal(reply(`<val xsi:type="xsd:${bad}</val>`)))).toBe('vsphere-xml');
  }
});

test('text: empty is not unset, white space stays, entities and CDATA are read', () => {
  expect(throughAny('')).toBe('');
  expect(throughAny('  a\r\n\tb  ')).toBe('  a\r\n\tb  ');
  expect(throughAny('😀 é ]]> "q"')).toBe('😀 é ]]> "q"');
  expect(firstVal(reply('<val xsi:type="xsd:string">a<!-- c -->b<![CDATA[<&>]]>&#x41;&#66;&amp;lt;</val>'))).toBe('ab<&>AB&lt;');
  const spec = decodeRequest(encodeRequest('ReconfigVM_Task', vm, { spec: { annotation: '' } })).args['spec'] as VirtualMachineConfigSpec;
  expect(spec.annotation).toBe('');
  expect('name' in spec).toBe(false);
  expect(codeOf(() => encodeRequest('ReconfigVM_Task', vm, { spec: { name: 'a\u0000b' } }))).toBe('vsphere-xml');
  expect(codeOf(() => encodeRequest('ReconfigVM_Task', vm, { spec: { name: '\ud800' } }))).toBe('vsphere-xml');
});

test('arrays: unset, required, empty in an any slot, of one, of subtypes', () => {
  const r = decodeReply('RetrievePropertiesEx', encodeReply('RetrievePropertiesEx', { objects: [] }));
  expect(r).toMatchObject({ value: { objects: [] } });
  const content = decodeReply('RetrievePropertiesEx', encodeReply('RetrievePropertiesEx', { objects: [{ obj: vm }] }));
  expect(content).toEqual({ value: { _type: 'RetrieveResult', objects: [{ _type: 'ObjectContent', obj: vm }] } });
  expect(throughAny(typed('ArrayOfString', []))).toEqual([]);
  expect(throughAny(typed('ArrayOfVirtualDevice', []))).toEqual([]);
  expect(throughAny(['a'])).toEqual(['a']);
  expect(throughAny([1, 2])).toEqual([1, 2]);
  expect(throughAny([vm])).toEqual([vm]);
  expect(codeOf(() => throughAny([]))).toBe('vsphere-xml');
  const devices = [
    { _type: 'VirtualDisk', key: 2000, capacityInKB: 1n } as VirtualDisk,
    { _type: 'VirtualVmxnet3', key: 4000 } as unknown as VirtualDevice,
  ];
  const text = encodeReply('RetrievePropertiesEx', { objects: [{ obj: vm, propSet: [{ name: 'x', val: devices }] }] });
  expect(text).toContain('<val xsi:type="ArrayOfVirtualDevice"><VirtualDevice xsi:type="VirtualDisk">');
  expect(firstVal(text)).toEqual(devices);
});

test('a server names the declared xsi:type of a property', () => {
  const out = (path: string, value: AnyValue) =>
    encodeReply('RetrievePropertiesEx', {
      objects: [{ obj: vm, propSet: [{ name: path, val: propertyValue('VirtualMachine', path, value) }] }],
    });
  expect(out('runtime.powerState', 'poweredOn')).toContain('<val xsi:type="VirtualMachinePowerState">poweredOn</val>');
  expect(out('config.hardware.device', [])).toContain('<val xsi:type="ArrayOfVirtualDevice"></val>');
  expect(out('datastore', [])).toContain('<val xsi:type="ArrayOfManagedObjectReference"></val>');
  expect(out('summary.storage.committed', 5n)).toContain('<val xsi:type="xsd:long">5</val>');
  expect(out('config.hardware.numCoresPerSocket', 2)).toContain('<val xsi:type="xsd:int">2</val>');
  expect(out('config.template', true)).toContain('<val xsi:type="xsd:boolean">true</val>');
  expect(out('snapshot', { currentSnapshot: vm, rootSnapshotList: [] } as DataObject)).toContain(
    '<val xsi:type="VirtualMachineSnapshotInfo">',
  );
});

test('a subtype and elements that the tables lack are kept, at their place', () => {
  const source =
    '<val xsi:type="ArrayOfVirtualDevice"><VirtualDevice xsi:type="VirtualQuantumCard"><key>7</key><deviceInfo><label>Q</label><summary>s</summary>' +
    '</deviceInfo><qubits xsi:type="xsd:int">12</qubits><nest><a b="1">x &amp; y</a><a></a></nest></VirtualDevice></val>';
  const got = firstVal(reply(source)) as DataObject[];
  expect(got[0]).toMatchObject({ _type: 'VirtualQuantumCard', _base: 'VirtualDevice', key: 7, deviceInfo: { label: 'Q' } });
  expect(got[0]?._rest).toHaveLength(2);
  expect(
    encodeReply('RetrievePropertiesEx', { objects: [{ obj: vm, propSet: [{ name: 'x', val: typed('ArrayOfVirtualDevice', got) }] }] }),
  ).toContain(source);
  const middle = '<val xsi:type="LocalizableMessage"><key>k</key><newer>1</newer><arg><key>a</key></arg><last>2</last></val>';
  const value = firstVal(reply(middle)) as DataObject;
  expect(value).toMatchObject({ key: 'k', arg: [{ key: 'a' }] });
  expect(encodeReply('RetrievePropertiesEx', { objects: [{ obj: vm, propSet: [{ name: 'x', val: value }] }] })).toContain(middle);
});

test('types left out on purpose and unknown types in an any slot are kept raw', () => {
  const source = '<val xsi:type="HostConfigInfo"><host type="HostSystem">host-1</host><product><name>ESX</name></product></val>';
  const value = firstVal(reply(source)) as DataObject;
  expect(value._type).toBe('HostConfigInfo');
  expect(encodeReply('RetrievePropertiesEx', { objects: [{ obj: vm, propSet: [{ name: 'x', val: value }] }] })).toContain(source);
  expect(firstVal(reply('<val xsi:type="SomeNewEnum">fresh</val>'))).toBe('fresh');
  expect(firstVal(reply('<val>plain</val>'))).toBe('plain');
});

test('enum values unknown to us are kept; xsi:nil is unset', () => {
  const text = encodeReply('RetrievePropertiesEx', {
    objects: [{ obj: vm, propSet: [{ name: 'x', val: { _type: 'VirtualMachineRuntimeInfo', powerState: 'hibernating' } as DataObject }] }],
  });
  expect(firstVal(text)).toMatchObject({ powerState: 'hibernating' });
  expect(firstVal(reply('<val xsi:type="LocalizableMessage"><key>k</key><message xsi:nil="true"/></val>'))).toEqual({
    _type: 'LocalizableMessage',
    key: 'k',
  });
});

test("other writers' prefixes are read as well", () => {
  const text =
    '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><v:RetrievePropertiesExResponse xmlns:v="urn:vim25"><v:returnval>' +
    '<v:objects><v:obj type="VirtualMachine">vm-1</v:obj><v:propSet><v:name>p</v:name>' +
    '<v:val xmlns:X="http://www.w3.org/2001/XMLSchema-instance" X:type="v:VirtualDisk"><v:key>1</v:key></v:val></v:propSet></v:objects>' +
    '</v:returnval></v:RetrievePropertiesExResponse></S:Body></S:Envelope>';
  expect(firstVal(text)).toEqual({ _type: 'VirtualDisk', key: 1 });
});

test('faults carry their type, fields and cause', () => {
  const text = encodeFault({
    message: 'locked',
    detail: {
      _type: 'GenericVmConfigFault',
      reason: 'r',
      faultCause: { localizedMessage: 'inner', fault: { _type: 'FileLocked', file: '[ds] a/a.vmdk' } },
    } as DataObject & { _type: string },
  });
  expect(decodeReply('PowerOnVM_Task', text)).toMatchObject({
    fault: {
      code: 'ServerFaultCode',
      message: 'locked',
      detail: { _type: 'GenericVmConfigFault', faultCause: { fault: { _type: 'FileLocked', file: '[ds] a/a.vmdk' } } },
    },
  });
  const untyped = text.replace(/ xsi:type="GenericVmConfigFault"/, '');
  expect(decodeReply('PowerOnVM_Task', untyped)).toMatchObject({ fault: { detail: { _type: 'GenericVmConfigFault' } } });
});

test('a value of the wrong type is refused in both directions', () => {
  expect(codeOf(() => encodeRequest('CloneVM_Task', vm, { folder: vm, name: 5 as unknown as string, spec: {} as never }))).toBe(
    'vsphere-xml',
  );
  expect(codeOf(() => encodeRequest('ReconfigVM_Task', vm, { spec: { _type: 'VirtualDisk' } as never }))).toBe('vsphere-xml');
  expect(codeOf(() => decodeReply('RetrievePropertiesEx', reply('').replace('<propSet>', '<propSet xsi:type="VirtualDisk">')))).toBe(
    'vsphere-xml',
  );
  expect(codeOf(() => decodeReply('RetrievePropertiesEx', reply('<name>twice</name>')))).toBe('vsphere-xml');
});

test('what is no SOAP message says so', () => {
  expect(codeOf(() => decodeReply('CurrentTime', '<html><body>hello</body></html>'))).toBe('vsphere-not-soap');
  expect(codeOf(() => decodeReply('CurrentTime', '<Envelope><Body></Body></Envelope>'))).toBe('vsphere-not-soap');
  expect(codeOf(() => decodeReply('CurrentTime', '<Envelope/>'))).toBe('vsphere-not-soap');
  expect(codeOf(() => decodeReply('CurrentTime', reply('')))).toBe('vsphere-not-soap');
  expect(codeOf(() => decodeRequest('<Envelope><Body><PowerOnVM_Task/></Body></Envelope>'))).toBe('vsphere-not-soap');
  expect(codeOf(() => decodeRequest(encodeRequest('RenameSnapshot', vm, {}).replaceAll('RenameSnapshot', 'Rename_Task')))).toBe(
    'vsphere-not-soap',
  );
});

test('a method that the tables lack is decoded far enough to answer it', () => {
  const text = encodeRequest('CurrentTime', pc, {}).replaceAll('CurrentTime', 'QueryTheStars');
  expect(decodeRequest(text)).toMatchObject({ method: 'QueryTheStars', desc: undefined, self: pc, args: {} });
});

test('every method of the tables encodes without arguments or names what it lacks', () => {
  for (const name of methodNames()) {
    const text = encodeRequest(name as 'CurrentTime', pc, {});
    const needs = findMethod(name)?.request.fields.some((f) => !f.optional && !f.array && f.name !== '_this');
    if (needs) expect(codeOf(() => decodeRequest(text))).toBe('vsphere-not-soap');
    else expect(decodeRequest(text).method).toBe(name);
  }
  expect(isCode(new Error('x'), 'internal')).toBe(true);
});
