import type { SeriesServices } from './interface.ts';
import type { Series, SeriesDetail } from '../contract/series.ts';
import * as intents from '../engine/intents/series.ts';
import * as accounts from '../store/accounts.ts';
import type * as rows from '../store/schema.ts';
import * as series from '../store/series.ts';
import { moment } from './calendar.ts';
import { given, iso, mark, page, type Parts, unmark } from './parts.ts';
import { Names, showReservations, whereBy } from './views.ts';

function show(row: rows.Series, names: Names): Series {
  return {
    id: row.id,
    owner: names.of('account', row.accountId),
    image: names.of('image', row.imageId),
    rule: row.rule,
    zone: row.zone,
    startsAt: row.startsAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    ...given({ endedAt: iso(row.endedAt) }),
  };
}

export function seriesServices({ deps }: Parts): SeriesServices {
  const { db } = deps.store;
  const namesOf = (list: readonly rows.Series[]) =>
    Names.read(db, { accounts: list.map((s) => s.accountId), images: list.map((s) => s.imageId) });
  const detail = async (row: rows.Series, refused: readonly intents.Refused[]): Promise<SeriesDetail> => ({
    ...show(row, await namesOf([row])),
    reservations: await showReservations(db, await series.reservationsOf(db, row.id), whereBy(deps)),
    refused: refused.map((r) => ({ at: r.at.toISOString(), seats: r.seats, code: r.code, message: r.message })),
  });
  return {
    async reserveSeries(caller, request) {
      const startsAt = moment(request.at, deps.now());
      const made = await intents.reserveSeries(deps, caller, { ...request, startsAt, zone: request.at.zone });
      return detail(made.series, made.refused);
    },
    async listSeries({ owner, limit, after }) {
      const account = owner === undefined ? undefined : await accounts.findByName(db, owner);
      if (owner !== undefined && !account) return { items: [] };
      const list = await series.list(db, { accountId: account?.id, limit: limit + 1, before: unmark(after) });
      const names = await namesOf(list);
      return page(list, limit, (row) => show(row, names), mark);
    },
    async showSeries(id) {
      const row = await series.find(db, id);
      return row && detail(row, []);
    },
    async endSeries(caller, id) {
      return detail(await intents.endSeries(deps, caller, id), []);
    },
  };
}
