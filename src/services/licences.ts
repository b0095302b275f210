/** Licences: seats that machines of some images take up. */
import type { Licence } from '../contract/licences.ts';
import { imageNamed } from '../engine/intents/image-named.ts';
import { peak } from '../core/calendar.ts';
import { CarrelError } from '../lib/errors.ts';
import * as audit from '../store/audit.ts';
import * as licences from '../store/licences.ts';
import type * as rows from '../store/schema.ts';
import type { LicenceServices } from './interface.ts';
import type { Parts } from './parts.ts';

export function licenceServices({ deps }: Parts): LicenceServices {
  const { db } = deps.store;

  async function show(list: readonly rows.Licence[]): Promise<Licence[]> {
    const names = await licences.imagesOf(db);
    const now = deps.now();
    const shown: Licence[] = [];
    for (const { id, name, seats, createdAt } of list) {
      const steps = await licences.steps(db, id, { start: now, end: null }, { now });
      const held = steps.findLast((s) => s.at <= now.getTime())?.machines ?? 0;
      const more = { held, mostHeld: peak(steps).machines, createdAt: createdAt.toISOString() };
      shown.push({ name, seats, images: names.get(id) ?? [], ...more });
    }
    return shown;
  }

  function existing(row: rows.Licence | undefined, name: string): rows.Licence {
    if (row) return row;
    throw new CarrelError('not-found', `there is no licence ${name}`, { hint: 'List them with `carrel licence ls`.' });
  }

  async function imageIds(names: readonly string[]): Promise<string[]> {
    const ids: string[] = [];
    for (const name of names) {
      const image = await imageNamed(db, name);
      ids.push(image.id);
    }
    return ids;
  }

  const one = async (name: string): Promise<Licence> => (await show([existing(await licences.findByName(db, name), name)]))[0] as Licence;
  const note = (tx: rows.Tx, actor: string, action: string, id: string, detail: object) =>
    audit.append(tx, { at: deps.now(), actor, action, subjectKind: 'licence', subjectId: id, detail });

  return {
    listLicences: async () => show(await licences.list(db)),
    async addLicence(caller, { name, seats, images: wanted = [] }) {
      const ids = await imageIds(wanted);
      await deps.store.tx(async (tx) => {
        const id = deps.newId();
        await licences.create(tx, { id, name, seats, now: deps.now() });
        await licences.setImages(tx, id, ids);
        await note(tx, caller.name, 'licence.added', name, { seats, images: wanted });
      });
      return one(name);
    },
    async changeLicence(caller, name, change) {
      const ids = change.images && (await imageIds(change.images));
      await deps.store.tx(async (tx) => {
        const { id } = existing(await licences.lockByName(tx, name), name);
        if (change.seats !== undefined) await licences.setSeats(tx, id, change.seats);
        if (ids !== undefined) await licences.setImages(tx, id, ids);
        await note(tx, caller.name, 'licence.changed', name, change);
      });
      return one(name);
    },
    async removeLicence(caller, name) {
      await deps.store.tx(async (tx) => {
        const { id } = existing(await licences.lockByName(tx, name), name);
        await licences.remove(tx, id);
        await note(tx, caller.name, 'licence.removed', name, {});
      });
    },
  };
}
