import { expect, it } from 'vitest';
import { machineActions, machineTone } from './machine.ts';

it('what is nobody’s can be taken away once; what is somebody’s is moved while it is off, where its provider can do that', () => {
  const [reservation, provider] = ['r1', 'vc'];
  const providers = [
    { name: 'local', relocates: false },
    { name: 'vc', relocates: true },
  ];
  const states = ['planned', 'building', 'running', 'stopped', 'destroying', 'gone', 'lost'] as const;
  const takenAway = states.filter((state) => machineActions({ state, nobodys: true, reservation, provider }, providers).takeAway);
  expect(takenAway).toEqual(['planned', 'building', 'running', 'stopped', 'lost']);
  const moved = states.filter((state) => machineActions({ state, reservation, provider }, providers).move === reservation);
  expect(moved).toEqual(['stopped']);
  const stopped = { state: 'stopped', reservation } as const;
  expect(machineActions({ ...stopped, provider: 'local' }, providers)).toEqual({ takeAway: false, move: undefined });
  expect(machineActions({ ...stopped, nobodys: true, provider }, providers).move).toBeUndefined();
  expect(machineActions({ ...stopped, provider }, []).move).toBeUndefined();
});

it('what keeps a machine from its work is seen', () => {
  const condition = { kind: 'question', since: '2026-01-02T03:04:05.000Z', text: '', wayOut: '' } as const;
  expect([machineTone({ state: 'running', condition }), machineTone({ state: 'lost' })]).toEqual(['bad', 'bad']);
  expect((['running', 'stopped', 'gone', 'building'] as const).map((state) => machineTone({ state }))).toEqual([
    'good',
    'off',
    'over',
    'waiting',
  ]);
});
