import { CarrelError } from '../../lib/errors.ts';
import { existingImage, ownReservation } from '../access.ts';
import { durationMs } from '../../services/duration.ts';
import type { Deps, Handlers } from './types.ts';
import { saidTime, machineRequestOf } from './reservation-request.ts';

type CalendarOperation =
  | 'availability'
  | 'moveReservation'
  | 'shortenReservation'
  | 'listMaintenance'
  | 'addMaintenance'
  | 'removeMaintenance'
  | 'showRules'
  | 'setRule';

export function calendarHandlers({ services }: Deps): Handlers<CalendarOperation> {
  return {
    async availability({ query, caller }) {
      const { look, rule, ...asked } = query;
      const wish = { ...machineRequestOf(asked), rule, lookMs: look === undefined ? undefined : durationMs(look) };
      await existingImage(services, query.image);
      return services.availability(caller, wish);
    },
    async moveReservation({ params, body, caller }) {
      const forMs = body.for === undefined ? undefined : durationMs(body.for);
      await ownReservation(services, caller, params.id);
      return services.moveReservation(caller, { id: params.id, at: saidTime(body.at, body.zone), forMs });
    },
    async shortenReservation({ params, body, caller }) {
      const byMs = -durationMs(body.for);
      await ownReservation(services, caller, params.id);
      return services.extendReservation(caller, { id: params.id, byMs });
    },
    listMaintenance: async () => ({ items: await services.listMaintenance() }),
    addMaintenance: ({ body, caller }) =>
      services.addMaintenance(caller, {
        provider: body.provider,
        reason: body.reason,
        at: body.at === undefined ? undefined : saidTime(body.at, body.zone),
        forMs: body.for === undefined ? Number.POSITIVE_INFINITY : durationMs(body.for),
      }),
    async removeMaintenance({ params, caller }) {
      const done = await services.removeMaintenance(caller, params.id);
      if (!done) throw new CarrelError('not-found', `there is no maintenance window ${params.id}`);
      return { done };
    },
    showRules: ({ caller }) => services.showRules(caller),
    async setRule({ body, caller }) {
      for (const span of [body.longest, body.total, body.ahead, body.connectWithin, body.idleAfter, body.tellEnd])
        if (typeof span === 'string') durationMs(span);
      return services.setRule(caller, body);
    },
  };
}
