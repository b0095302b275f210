import { describe, expect, it } from 'vitest';
import { faultOf, link, linkTask, makeSim, on } from '../testing.ts';
import type { Sim } from './simulate.ts';
import { createSnapshot } from './snapshots.ts';
import { Random } from './random.ts';
import { type Rule, Rules } from './rules.ts';

function rules(...list: Rule[]): Rules {
  const all = new Rules(new Random(7));
  for (const rule of list) all.add(rule);
  return all;
}

/** How often of so many tries the rules strike. */
function strikes(all: Rules, tries: number): number {
  return Array.from({ length: tries }, () => all.match('before', 'PowerOnVM_Task', undefined)).filter((r) => r !== undefined).length;
}

function filesOf(sim: Sim, folder: string): number {
  const { datastore } = sim.model.storage.parse(`[ds0] ${folder}/x`);
  return datastore.hasDir(folder) ? [...datastore.files(folder)].length : 0;
}

const known = (sim: Sim, name: string): boolean => sim.model.findVms((vm) => vm.name === name).length > 0;

describe('which calls a rule strikes', () => {
  it('by point, method and object, once unless it says how often', () => {
    const sim = makeSim();
    const [a, b] = [link(sim, 'a'), link(sim, 'b')];
    const all = rules({ point: 'start', method: 'PowerOnVM_Task', object: 'a' });
    expect(all.match('before', 'PowerOnVM_Task', a)).toBeUndefined();
    expect(all.match('start', 'PowerOffVM_Task', a)).toBeUndefined();
    expect(all.match('start', 'PowerOnVM_Task', b)).toBeUndefined();
    expect(all.match('start', 'PowerOnVM_Task', undefined)).toBeUndefined();
    expect(all.match('start', 'PowerOnVM_Task', a)).toBeDefined();
    expect(all.match('start', 'PowerOnVM_Task', a)).toBeUndefined();
    expect(all.empty).toBe(true);
    // a moRef names the object as well
    expect(rules({ point: 'start', object: b.id }).match('start', 'Destroy_Task', b)).toBeDefined();
  });

  it('after so many that pass, and so often', () => {
    const all = rules({ point: 'before', skip: 2, count: 3 });
    expect(Array.from({ length: 7 }, () => all.match('before', 'Any', undefined) !== undefined)).toEqual(
      [false, false, true, true, true, false, false], //
    );
  });

  it('with a probability, the same ones for the same seed', () => {
    const make = () => rules({ point: 'before', probability: 0.3, count: 10_000 });
    const struck = strikes(make(), 1000);
    expect(struck).toBeGreaterThan(250);
    expect(struck).toBeLessThan(350);
    expect(strikes(make(), 1000)).toBe(struck);
    expect(strikes(rules({ point: 'before', probability: 0, count: 10 }), 100)).toBe(0);
  });

  it('until it is taken away', () => {
    const all = rules();
    const remove = all.add({ point: 'before', count: 100 });
    expect(strikes(all, 2)).toBe(2);
    remove();
    expect(strikes(all, 2)).toBe(0);
  });
});

describe('a task that fails on the way', () => {
  const full = { fault: 'NoDiskSpace', fields: { datastore: 'ds0' }, message: 'full' } as const;

  it('before its first effect nothing is there', () => {
    const sim = makeSim();
    sim.model.rules.add({ point: 'start', method: 'CloneVM_Task', fault: full });
    expect(faultOf(sim, () => linkTask(sim, 'c'))?.fault).toBe('NoDiskSpace');
    expect(filesOf(sim, 'c')).toBe(0);
    expect(known(sim, 'c')).toBe(false);
    // the name is free
    link(sim, 'c');
  });

  it('after each effect of a clone what was made so far stays, and the master is as it was', () => {
    const left: { files: number; registered: boolean }[] = [];
    for (let at = 1; at < 100; at++) {
      const sim = makeSim();
      const before = sim.baseHash();
      sim.model.rules.add({ point: 'effect', method: 'CloneVM_Task', at, fault: full });
      const fault = faultOf(sim, () => linkTask(sim, 'c'));
      expect(sim.baseHash()).toBe(before);
      expect(sim.model.bugs).toEqual([]);
      if (fault === undefined) break;
      expect(fault.fault).toBe('NoDiskSpace');
      left.push({ files: filesOf(sim, 'c'), registered: known(sim, 'c') });
      // the golden VM is free for the next one
      sim.model.rules.clear();
      link(sim, 'next');
    }
    expect(left.length).toBeGreaterThan(3);
    expect(left.length).toBeLessThan(99);
    const counts = left.map((l) => l.files);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts.at(-1)).toBeGreaterThan(1);
    expect(left.at(-1)?.registered).toBe(true);
  });

  it('after its last effect everything is there, and yet the task has failed', () => {
    const sim = makeSim();
    const vm = link(sim, 'c');
    sim.model.rules.add({ point: 'end', method: 'CreateSnapshot_Task' });
    expect(faultOf(sim, () => createSnapshot(sim.model, vm, { name: 's' }))?.fault).toBe('SystemError');
    expect(vm.record.snapshots.map((s) => s.name)).toEqual(['s']);
    on(sim, vm);
    expect(vm.power).toBe('poweredOn');
  });
});
