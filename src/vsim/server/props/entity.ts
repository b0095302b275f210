import type { Entity, Vm } from '../../model/entities.ts';
import { ref, refs, type Reader } from './context.ts';
import { escapeName } from '../../model/naming.ts';

/** What every entity of the inventory has. */
export const entityProps: Record<string, (entity: never, reader: Reader) => unknown> = {
  parent: (entity: Entity) => (entity.parent === undefined ? undefined : ref(entity.parent)),
  customValue: () => [],
  overallStatus: () => 'green',
  configStatus: () => 'green',
  configIssue: () => [],
  effectiveRole: () => [-1],
  permission: () => [],
  name: (entity: Entity) => escapeName(entity.name),
  disabledMethod: (entity: Entity) => (entity.type === 'VirtualMachine' ? [...(entity as Vm).disabled.keys()] : []),
  recentTask: (entity: Entity, reader: Reader) => refs(reader.sim.model.recentTasks().filter((t) => t.entity === entity)),
  declaredAlarmState: () => [],
  triggeredAlarmState: () => [],
  alarmActionsEnabled: () => true,
  tag: () => [],
  value: () => [],
  availableField: () => [],
};
