import { randomUUID } from 'node:crypto';
import { existingImage, listOwner, ownSeries } from '../access.ts';
import { DEFAULT_PAGE } from './reservations.ts';
import type { Deps, Handlers } from './types.ts';
import { saidTime, machineRequestOf } from './reservation-request.ts';

export function seriesHandlers({ services }: Deps): Handlers<'reserveSeries' | 'listSeries' | 'showSeries' | 'endSeries'> {
  return {
    async reserveSeries({ body, caller }) {
      const { id = randomUUID(), rule, seats, partial = false, ...said } = body;
      const wish = machineRequestOf(said);
      await existingImage(services, body.image);
      return services.reserveSeries(caller, { ...wish, labels: body.labels, id, rule, seats, partial, at: saidTime(body.at, body.zone) });
    },
    listSeries: ({ query, caller }) =>
      services.listSeries({ owner: listOwner(caller, query.all), limit: query.limit ?? DEFAULT_PAGE, after: query.after }),
    showSeries: ({ params, caller }) => ownSeries(services, caller, params.id),
    async endSeries({ params, caller }) {
      await ownSeries(services, caller, params.id);
      return services.endSeries(caller, params.id);
    },
  };
}
