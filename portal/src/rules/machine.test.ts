import { expect, it } from 'vitest';
import { machineActions, machineTone } from './machine.ts';

it('what is nobody’s can be taken away once; what is somebody’s is moved while it is off and known to lie somewhere', () => {
  const reservation = 'r1';
  const states = ['planned', 'building', 'running', 'stopped', 'destroying', 'gone', 'lost'] as const;
  const takenAway = states.filter((state) => machineActions({ state, nobodys: true, reservation, datastores: ['a'] }).takeAway);
  expect(takenAway).toEqual(['planned', 'building', 'running', 'stopped', 'lost']);
  const moved = states.filter((state) => machineActions({ state, reservation, datastores: ['a'] }).move === reservation);
  expect(moved).toEqual(['stopped']);
  expect(machineActions({ state: 'stopped', reservation })).toEqual({ takeAway: false, move: undefined });
  expect(machineActions({ state: 'stopped', nobodys: true, reservation, datastores: ['a'] }).move).toBeUndefined();
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
