/**
 * The reconciler's judgement: what differs between the world and the store, why, and what may be done about it.
 * Pure, so that the rules of promise 5 can be tested without a deps.
 */
import type { MachineCondition } from '../../core/condition.ts';
import type { MachineState } from '../../core/machine.ts';
import type { Inventory, PowerState, Stray } from '../../driver/index.ts';
import { conditionOf, powerDiffers } from '../condition.ts';

export interface ExpectedMachine {
  machineId: string;
  /** Whose it is; absent where it is nobody's. */
  reservationId?: string | undefined;
  state: MachineState;
  condition?: MachineCondition | null | undefined;
  /** A saga is at work on it: its half-made or half-gone look is no finding. */
  busy: boolean;
}

export interface ExpectedMaster {
  revisionId: string;
  /** The store holds a sealed master for it. */
  recorded: boolean;
  busy: boolean;
}

export interface Expected {
  machines: readonly ExpectedMachine[];
  masters: readonly ExpectedMaster[];
}

export type Finding =
  | { kind: 'leaked-machine'; machineId: string; power: PowerState | 'half'; action: 'destroy' }
  | { kind: 'missing-machine'; machineId: string; reservationId?: string; action: 'mark-lost' | 'report' }
  | { kind: 'power-changed'; machineId: string; reservationId?: string; power: PowerState; condition?: MachineCondition; action: 'record' }
  /** Something is the matter with a machine whose power is as expected, or no longer is. */
  | {
      kind: 'condition';
      machineId: string;
      reservationId?: string;
      power: PowerState;
      condition?: MachineCondition;
      action: 'record' | 'report';
    }
  | { kind: 'leaked-master'; revisionId: string; action: 'remove' }
  | { kind: 'missing-master'; revisionId: string; action: 'report' }
  /** A delete of ours that was begun and of which nothing was recorded. */
  | { kind: 'open-delete'; of: 'machine' | 'master'; id: string; action: 'prove' }
  | { kind: 'changed-master'; revisionId: string; what: string; action: 'take-out' }
  | { kind: 'stray'; stray: Stray; action: 'sweep' }
  /** Not ours, or ours by its tag and in dispute, which `detail` tells. */
  | { kind: 'foreign'; what: string; detail?: string; action: 'leave' }
  | { kind: 'frozen'; reason: string; action: 'report' };

export interface PlanLimits {
  /** So many times in a row must a machine be missing, or be seen without a record, before anything is done about it. */
  strikes: number;
  /** More unknown machines than this, and more than half of those seen, look like a store that is older than the deps. */
  bulk: number;
}

/** Counts how often in a row the same finding was made, by its key. Kept by the caller between runs. */
export type Strikes = Map<string, number>;

export interface Plan {
  /** Everything noticed. */
  findings: readonly Finding[];
  /** What may be done now. */
  due: readonly Finding[];
  strikes: Strikes;
}

export function findingKey(finding: Finding): string {
  switch (finding.kind) {
    case 'leaked-machine':
    case 'missing-machine':
    case 'power-changed':
    case 'condition':
      return `${finding.kind}:${finding.machineId}`;
    case 'leaked-master':
    case 'missing-master':
    case 'changed-master':
      return `${finding.kind}:${finding.revisionId}`;
    case 'open-delete':
      return `open-delete:${finding.id}`;
    case 'stray':
      return `stray:${finding.stray.kind}:${finding.stray.ref}`;
    case 'foreign':
      return `foreign:${finding.what}`;
    case 'frozen':
      return `frozen:${finding.reason}`;
  }
}

/**
 * Compares. Nothing foreign is ever due; nothing that rests on absence is due after a partial read (promise 5): where a machine stood says nothing
 * of where it is, since it may have been moved to the very datastore that cannot be read. What is seen, and stands where all was read, is judged.
 */
export function plan(seen: Inventory, expected: Expected, before: Strikes, limits: PlanLimits): Plan {
  const findings = [...machineFindings(seen, expected), ...masterFindings(seen, expected), ...strayFindings(seen, expected)];
  const leaked = findings.filter((f) => f.kind === 'leaked-machine').length;
  const missing = findings.filter((f) => f.kind === 'missing-machine').length;
  const owned = seen.machines.filter((m) => m.owned).length;
  const live = expected.machines.filter((m) => !m.busy && m.state !== 'gone').length;
  const frozen: string[] = [];
  if (leaked > limits.bulk && leaked * 2 > owned)
    frozen.push(`${leaked} of ${owned} machines are unknown to the store: it may be older than the world`);
  if (missing > limits.bulk && missing * 2 > live)
    frozen.push(`${missing} of ${live} machines vanished at once: the provider may be showing only a part`);
  for (const reason of frozen) findings.push({ kind: 'frozen', reason, action: 'report' });

  const strikes: Strikes = new Map(findings.map((f) => [findingKey(f), (before.get(findingKey(f)) ?? 0) + 1]));
  const due = findings.filter((f) => {
    if (f.action === 'leave' || f.action === 'report') return false;
    // These rest on what is seen, not on what is missing.
    if (f.action === 'record' || f.action === 'take-out') return true;
    if (frozen.length > 0) return false;
    if (!readWhole(seen, placesOf(f, seen))) return false;
    return (strikes.get(findingKey(f)) ?? 0) >= limits.strikes;
  });
  return { findings, due, strikes };
}

/** Whether all was read where that stands: everywhere, or on all of its places. */
function readWhole(seen: Inventory, places: readonly string[] | undefined): boolean {
  if (seen.complete) return true;
  const read = seen.places?.read ?? [];
  return places !== undefined && places.length > 0 && places.every((place) => read.includes(place));
}

/** Where a finding's subject is seen to stand; of several of one id all count. What is missing stands nowhere that is known. */
function placesOf(finding: Finding, seen: Inventory): readonly string[] | undefined {
  const all = (subjects: readonly { places?: readonly string[] | undefined }[]): readonly string[] | undefined =>
    subjects.some(({ places }) => places === undefined) ? undefined : subjects.flatMap(({ places = [] }) => places);
  switch (finding.kind) {
    case 'leaked-machine':
      return all(seen.machines.filter((m) => m.machineId === finding.machineId));
    case 'leaked-master':
      return all(seen.masters.filter((m) => m.revisionId === finding.revisionId));
    case 'stray':
      return finding.stray.places;
    default:
      return undefined;
  }
}

function machineFindings(seen: Inventory, expected: Expected): Finding[] {
  const found: Finding[] = [];
  const known = new Map(expected.machines.map((m) => [m.machineId, m]));
  const present = new Set(seen.machines.filter((m) => m.owned).map((m) => m.machineId));
  for (const machine of seen.machines) {
    const row = known.get(machine.machineId);
    if (!machine.owned) {
      found.push({ kind: 'foreign', what: `machine ${machine.machineId}`, action: 'leave' });
    } else if (machine.disputed !== undefined) {
      // Known to the store or not, it stands there, and every verb would be refused.
      found.push({ kind: 'foreign', what: `machine ${machine.machineId}`, detail: machine.disputed, action: 'leave' });
    } else if (row === undefined || row.state === 'gone') {
      if (!row?.busy) found.push({ kind: 'leaked-machine', machineId: machine.machineId, power: machine.power, action: 'destroy' });
    } else if (!row.busy && machine.power === 'half' && machine.condition === 'unreachable' && row.state !== 'lost') {
      // It cannot be read, so what it was is taken to be what it is.
      found.push(...differences(row, { power: row.state === 'stopped' ? 'off' : 'on', condition: machine.condition }));
    } else if (!row.busy && machine.power !== 'half') {
      found.push(...differences(row, { ...machine, power: machine.power }));
    }
  }
  if (!seen.complete) return found;
  for (const row of expected.machines) {
    // One that is lost already and still has no run that ends it is looked at again: its reservation must not stay ready for ever.
    const shouldBeThere = row.state === 'running' || row.state === 'stopped' || row.state === 'lost';
    if (shouldBeThere && !row.busy && !present.has(row.machineId)) {
      // Once it is marked, nobody has a reservation to end: that is told until an operator ends the machine.
      const told = row.state === 'lost' && row.reservationId === undefined;
      found.push({ kind: 'missing-machine', ...whose(row), action: told ? 'report' : 'mark-lost' });
    }
  }
  return found;
}

function whose({ machineId, reservationId }: ExpectedMachine): { machineId: string; reservationId?: string } {
  return reservationId === undefined ? { machineId } : { machineId, reservationId };
}

/** How a machine is against what its row says. What an operator has to look after is told at each look. */
function differences(row: ExpectedMachine, seen: { power: PowerState; condition?: MachineCondition | undefined }): Finding[] {
  const condition = conditionOf(seen);
  const facts = { ...whose(row), power: seen.power, ...(condition === undefined ? {} : { condition }) };
  if (powerDiffers(row.state, seen)) return [{ kind: 'power-changed', ...facts, action: 'record' }];
  if (row.state !== 'running' && row.state !== 'stopped') return [];
  if (condition !== (row.condition ?? undefined)) return [{ kind: 'condition', ...facts, action: 'record' }];
  return condition === undefined || condition === 'crashed' ? [] : [{ kind: 'condition', ...facts, action: 'report' }];
}

function masterFindings(seen: Inventory, expected: Expected): Finding[] {
  const found: Finding[] = [];
  const known = new Map(expected.masters.map((m) => [m.revisionId, m]));
  for (const master of seen.masters) {
    const row = known.get(master.revisionId);
    if (!master.owned) found.push({ kind: 'foreign', what: `master ${master.revisionId}`, action: 'leave' });
    else if (master.disputed !== undefined)
      found.push({ kind: 'foreign', what: `master ${master.revisionId}`, detail: master.disputed, action: 'leave' });
    else if (!row?.recorded && !row?.busy) found.push({ kind: 'leaked-master', revisionId: master.revisionId, action: 'remove' });
    else if (master.changed !== undefined && row?.recorded && !row.busy)
      found.push({ kind: 'changed-master', revisionId: master.revisionId, what: master.changed, action: 'take-out' });
  }
  if (!seen.complete) return found;
  const present = new Set(seen.masters.map((m) => m.revisionId));
  for (const row of expected.masters) {
    if (row.recorded && !row.busy && !present.has(row.revisionId))
      found.push({ kind: 'missing-master', revisionId: row.revisionId, action: 'report' });
  }
  return found;
}

function strayFindings(seen: Inventory, expected: Expected): Finding[] {
  const busy = new Set(
    [...expected.machines, ...expected.masters].filter((x) => x.busy).map((x) => ('machineId' in x ? x.machineId : x.revisionId)),
  );
  return seen.strays
    .filter((stray) => ![...busy].some((id) => stray.ref.includes(id)))
    .map(
      (stray): Finding =>
        stray.owned
          ? { kind: 'stray', stray, action: 'sweep' }
          : { kind: 'foreign', what: `${stray.kind} ${stray.ref}`, detail: stray.detail, action: 'leave' },
    );
}
