import { expect, it } from 'vitest';
import { translated, translatedReply } from './server/language.ts';
import { ask } from './model/trouble.ts';
import { wire, WireFault } from './wire-testing.ts';

it('texts for people are in another language, and what programs read stays', () => {
  expect(translated('File [ds0] a/b.vmdk was not found')).not.toMatch(/[a-z]/i);
  expect(translated('msg.uuid.altered: moved or copied? &lt;&#10;')).toMatch(/^msg\.uuid\.altered: [а-я]+ [а-я]+ [а-я]+\? &lt;&#10;$/);
  const xml = '<name>One</name><fault xsi:type="FileLocked"><file>[ds0] f</file></fault><localizedMessage>No</localizedMessage>';
  expect(translatedReply(xml)).toBe(xml.replace('>No<', '>но<').replace('но', translated('No')));
  expect(translatedReply('<summary><label xsi:type="xsd:string">Up</label></summary>')).toMatch(
    /^<summary><label xsi:type="xsd:string">[а-я]+<\/label><\/summary>$/,
  );
});

it('a server that is told to speaks it in faults, in tasks and in questions', async () => {
  const { client, vsim, close } = await wire({ translated: true });
  try {
    const { vm } = vsim.sim.master();
    const self = { type: 'VirtualMachine', value: vm.id };
    const fault = await client.call('UnregisterVM', { ...self, value: 'vm-0' }, {}).catch((error: unknown) => error);
    expect(fault).toMatchObject({ fault: 'ManagedObjectNotFound', message: expect.stringMatching(/[а-я]/) });
    expect((fault as WireFault).message).not.toMatch(/deleted/);
    vsim.fault({ point: 'start', method: 'PowerOnVM_Task' });
    const { error } = await client.task(await client.call('PowerOnVM_Task', self, {}));
    expect([error?.fault._type, error?.localizedMessage]).toEqual(['SystemError', expect.stringMatching(/^[^a-z]+$/i)]);
    void ask(vsim.model, vm, { id: '7', text: 'msg.a.b: Retry?', choices: [{ key: '0', label: 'Yes' }], defaultIndex: 0 });
    const { 'runtime.question': asked } = await client.read(self, 'runtime.question');
    expect(asked).toMatchObject({ text: expect.stringMatching(/^msg\.a\.b: [а-я]+\?$/), choice: { choiceInfo: [{ key: '0' }] } });
  } finally {
    await close();
  }
});
