import { expect, test } from 'vitest';
import { codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import { ask } from '../../../vsim/model/trouble.ts';
import type { VirtualMachineQuestionInfo } from '../../../vsphere/index.ts';
import { ownAnswer } from './questions.ts';

const QUESTION = {
  id: '7',
  text: 'msg.hbacommon.outofspace: There is no more space for virtual disk d.vmdk. Retry?',
  choices: [
    { key: '0', label: 'button.retry' },
    { key: '1', label: 'button.abort' },
  ],
  defaultIndex: 0,
};

test.each(['vcenter', 'esxi'] as const)(
  '%s: what a host asks of a machine is told, and answered once, by one of its answers',
  async (kind) => {
    await inWorld({ vsim: { kind } }, async (c) => {
      const { machineId } = await c.clone();
      await c.driver.power(ctx(), machineId, 'on');
      const condition = async () => (await c.driver.inventory(ctx())).machines.find((m) => m.machineId === machineId)?.condition;
      const asked = () => c.driver.whereabouts(machineId)?.question;
      expect(asked()).toBeUndefined();
      const answered = ask(c.m, c.w.vm(machineId), QUESTION);
      expect(await condition()).toBe('out-of-space');
      expect(asked()).toEqual({
        id: '7',
        text: 'There is no more space for virtual disk d.vmdk. Retry?',
        choices: QUESTION.choices,
        preset: '0',
      });
      await expect(c.driver.answer(ctx(), machineId, { question: '8', choice: '0' })).rejects.toMatchObject({ code: 'wrong-state' });
      const odd = c.driver.answer(ctx(), machineId, { question: '7', choice: '2' });
      await expect(odd).rejects.toMatchObject({ code: 'wrong-state', hint: 'The answers are 0 (button.retry), 1 (button.abort).' });
      expect(c.calls('AnswerVM')).toBe(0);
      const both = [
        c.driver.answer(ctx(), machineId, { question: '7', choice: '1' }),
        c.driver.answer(ctx(), machineId, { question: '7', choice: '1' }),
      ];
      expect((await Promise.all(both.map(codeOf))).sort((a, b) => (a < b ? -1 : 1))).toEqual(['nothing', 'wrong-state']);
      expect(await answered).toBe('1');
      expect([asked(), await condition()]).toEqual([undefined, undefined]);
    });
  },
);

test("another installation's machine is answered nothing", async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    const vm = c.w.vm(machineId);
    vm.record.extraConfig.set('carrel.installation', 'another');
    c.m.changed(vm, 'config.extraConfig');
    void ask(c.m, vm, QUESTION);
    expect(await codeOf(c.driver.answer(ctx(), machineId, { question: '7', choice: '0' }))).toBe('not-owned');
    expect(vm.question?.id).toBe('7');
  });
});

test('moved is the answer to whether one of ours was moved or copied, in every wording and language; to nothing else, and where nothing says it', () => {
  const info = (text: string, labels: string[], ids: string[] = []) =>
    ({
      id: '1',
      text,
      choice: { choiceInfo: labels.map((label, i) => ({ key: String(i), label, summary: label })) },
      message: ids.map((id) => ({ id })),
    }) as unknown as VirtualMachineQuestionInfo;
  const plain = ['Cancel', 'I Moved It', 'I Copied It'];
  expect(
    ownAnswer(info('msg.uuid.altered: moved or copied?', ['button.uuid.cancel', 'button.uuid.movedTheVM', 'button.uuid.copiedTheVM'])),
  ).toBe('1');
  expect(ownAnswer(info('This virtual machine might have been moved or copied.', plain, ['msg.uuid.altered']))).toBe('1');
  expect(ownAnswer(info('msg.uuid.altered: moved or copied?', ['Yes', 'No', 'moved or copied']))).toBeUndefined();
  expect(ownAnswer(info('msg.disk.moved: Was the disk moved?', plain))).toBeUndefined();
  const altered = (labels: string[], defaultIndex: number) => {
    const asked = info('msg.uuid.altered: ?', labels);
    return ownAnswer({ ...asked, choice: { ...asked.choice, defaultIndex } });
  };
  expect(altered(['取消', '我已移动', '我已复制'], 2)).toBe('1');
  expect(altered(['取消', '我已移动', '我已复制'], 0)).toBeUndefined();
  expect(altered(['取消', '我已移动', '我已复制', '?'], 2)).toBeUndefined();
});
