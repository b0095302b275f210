import type { Handlers } from '../calls.ts';
import { assignments } from '../props/managers.ts';

export const licenceMethods: Handlers = {
  QueryAssignedLicenses: (c, a) =>
    assignments(c.m).filter(({ entityId }) => a.entityId === undefined || a.entityId === '' || entityId === a.entityId) as never,
};
