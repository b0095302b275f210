import { addField, customFields, removeField, renameField, setField } from '../../model/custom-fields.ts';
import { disableMethods, enableMethods } from '../../model/disabled.ts';
import { invalidArgument } from '../../model/fault.ts';
import { arg, type Call, type Handlers } from '../calls.ts';
import { fieldDef } from '../props/entity.ts';

function each(c: Call, entities: readonly { type: string; value: string }[], privilege: string) {
  if (entities.length === 0) throw invalidArgument('entity');
  const found = entities.map((r) => arg.any(c, r));
  for (const entity of found) c.m.require(privilege, entity);
  return found;
}

export const managerMethods: Handlers = {
  AddCustomFieldDef: (c, a) => fieldDef(addField(c.m, c.self, a.name, a.moType === '' ? undefined : a.moType)),
  RemoveCustomFieldDef: (c, a) => removeField(c.m, c.self, a.key),
  RenameCustomFieldDef: (c, a) => renameField(c.m, c.self, a.key, a.name),
  SetField: (c, a) => {
    const entity = arg.any(c, a.entity);
    c.m.require('Global.SetCustomField', entity);
    setField(c.m, entity, a.key, a.value);
  },
  setCustomValue: (c, a) => {
    const field = customFields(c.m).find(({ name, type }) => name === a.key && (type === undefined || type === c.self.type));
    if (field === undefined) throw invalidArgument('key');
    setField(c.m, c.self, field.key, a.value);
  },
  FindExtension: () => undefined,
  GetAlarm: () => [],
  DisableMethods: (c, a) => {
    const methods = a.method.map(({ method }) => method);
    for (const entity of each(c, a.entity, 'Global.DisableMethods')) disableMethods(c.m, entity, methods, a.sourceId);
  },
  EnableMethods: (c, a) => {
    for (const entity of each(c, a.entity, 'Global.EnableMethods')) enableMethods(c.m, entity, a.method, a.sourceId);
  },
};
