import { type CustomField, customValues, fieldsFor } from '../../model/custom-fields.ts';
import { disabledMethods } from '../../model/disabled.ts';
import type { Entity } from '../../model/entities.ts';
import { ref, refs, type Reader } from './context.ts';
import { escapeName } from '../../model/naming.ts';

/** The definition of an attribute as clients see it. */
export const fieldDef = ({ key, name, type }: CustomField) => ({
  key,
  name,
  type: 'string',
  ...(type === undefined ? {} : { managedObjectType: type }),
});

/** The attributes that an object has, as clients see them. */
export const customValueOf = (entity: Entity, reader: Reader) =>
  customValues(reader.sim.model, entity).map((value) => ({ _type: 'CustomFieldStringValue', ...value }));

/** What every entity of the inventory has. */
export const entityProps: Record<string, (entity: never, reader: Reader) => unknown> = {
  parent: (entity: Entity) => (entity.parent === undefined ? undefined : ref(entity.parent)),
  customValue: customValueOf,
  overallStatus: () => 'green',
  configStatus: () => 'green',
  configIssue: () => [],
  effectiveRole: () => [-1],
  permission: () => [],
  name: (entity: Entity) => escapeName(entity.name),
  disabledMethod: (entity: Entity) => disabledMethods(entity),
  recentTask: (entity: Entity, reader: Reader) => refs(reader.sim.model.recentTasks().filter((t) => t.entity === entity)),
  declaredAlarmState: () => [],
  triggeredAlarmState: () => [],
  alarmActionsEnabled: () => true,
  tag: () => [],
  value: customValueOf,
  availableField: (entity: Entity, reader: Reader) => fieldsFor(reader.sim.model, entity).map(fieldDef),
};
