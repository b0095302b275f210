/** A question of the hypervisor that an operator answers, and what is kept of that. */
import { expect, onTestFinished, test } from 'vitest';
import { makeBench, readyOne } from '../../test/support/engine.ts';
import { vsphereBench } from '../../test/support/vsphere-outages.ts';
import { makeCtx } from '../lib/context.ts';
import * as machines from '../store/machines.ts';
import { showMachines, whereBy } from '../services/views.ts';
import { ask } from '../vsim/model/trouble.ts';
import { recordSeen } from './condition.ts';
import { answerMachine } from './intents/answer.ts';

test('it is shown with its answers while it is asked; the audit says who answered what', async () => {
  const { bench, w } = await vsphereBench(onTestFinished, { vsim: { masterBytes: 2 ** 24 } });
  const { machineId } = await readyOne(bench);
  const choices = [
    { key: '0', label: 'Yes' },
    { key: '1', label: 'No' },
  ];
  const answered = ask(w.m, w.vm(machineId), { id: '7', text: 'Replace the file?', choices, defaultIndex: 1 });
  await bench.driver.inventory(makeCtx());
  await bench.store.tx((tx) => recordSeen(bench.deps, tx, machineId, { power: 'on', condition: 'question' }, 'engine'));
  const shown = async () => {
    const row = await machines.withOwner(bench.store.db, machineId);
    return (await showMachines(bench.store.db, row ? [row] : [], whereBy(bench.deps)))[0]?.condition;
  };
  expect(await shown()).toMatchObject({ kind: 'question', question: { id: '7', text: 'Replace the file?', choices, preset: '1' } });
  const answer = (choice: string) => answerMachine(makeCtx(), bench.deps, bench.who, machineId, { question: '7', choice });
  await expect(answer('2')).rejects.toMatchObject({ code: 'wrong-state' });
  await answer('0');
  expect(await answered).toBe('0');
  expect((await shown())?.question).toBeUndefined();
  await expect(answer('0')).rejects.toMatchObject({ code: 'wrong-state' });
  const rows = await bench.store.db
    .selectFrom('audit')
    .select(['actor', 'subjectId', 'detail'])
    .where('action', '=', 'machine.answered')
    .execute();
  const detail = { question: '7', choice: '0', text: 'Replace the file?', label: 'Yes' };
  expect(rows).toEqual([{ actor: bench.who.name, subjectId: machineId, detail }]);
});

test('where nothing is ever asked it says so', async () => {
  const bench = await makeBench(onTestFinished);
  const { machineId } = await readyOne(bench);
  const answer = (id: string) => answerMachine(makeCtx(), bench.deps, bench.who, id, { question: '7', choice: '0' });
  await expect(answer(machineId)).rejects.toMatchObject({ code: 'not-supported' });
  await expect(answer('11111111-1111-4111-8111-111111111111')).rejects.toMatchObject({ code: 'not-found' });
});
