import { labelsAsked } from '../labels.ts';
import { randomUUID } from 'node:crypto';
import { existingImage, listOwner, mayManage, notAllowed, ownJob, ownMachine, ownReservation, personalReservation } from '../access.ts';
import { durationMs } from '../../services/duration.ts';
import { checkNewName } from './images.ts';
import type { Deps, Handlers } from './types.ts';
import { machineRequestOf } from './reservation-request.ts';

type ReservationOperation =
  | 'reserve'
  | 'listReservations'
  | 'showReservation'
  | 'extendReservation'
  | 'labelReservation'
  | 'endReservation'
  | 'connectReservation'
  | 'captureReservation'
  | 'undoEnd'
  | 'reimageReservation'
  | 'unlinkReservation'
  | 'relocateReservation'
  | 'powerReservation'
  | 'consoleTicket'
  | 'listMachines'
  | 'showMachine'
  | 'answerMachine'
  | 'endMachine'
  | 'serialLog'
  | 'showJob';

export const DEFAULT_PAGE = 100;

export function reservationHandlers({ services, tickets }: Deps): Handlers<ReservationOperation> {
  return {
    async reserve({ body, caller }) {
      const wish = machineRequestOf(body);
      await existingImage(services, body.image);
      return services.reserve(caller, { id: body.id ?? randomUUID(), labels: body.labels, ...wish });
    },
    async listReservations({ query, caller }) {
      const owner = listOwner(caller, query.all);
      const labels = labelsAsked(query.label);
      return services.listReservations({
        owner,
        past: query.past ?? false,
        labels,
        limit: query.limit ?? DEFAULT_PAGE,
        after: query.after,
      });
    },
    showReservation: ({ params, caller }) => ownReservation(services, caller, params.id),
    async labelReservation({ params, body, caller }) {
      await ownReservation(services, caller, params.id);
      return services.labelReservation(caller, { id: params.id, labels: body.labels });
    },
    async extendReservation({ params, body, caller }) {
      const byMs = durationMs(body.for);
      await ownReservation(services, caller, params.id);
      return services.extendReservation(caller, { id: params.id, byMs });
    },
    async endReservation({ params, query, caller }) {
      const keepMs = query.keep === undefined ? undefined : durationMs(query.keep);
      await ownReservation(services, caller, params.id);
      return services.endReservation(caller, { id: params.id, keepMs });
    },
    async undoEnd({ params, caller }) {
      await ownReservation(services, caller, params.id);
      return services.undoEnd(caller, params.id);
    },
    async connectReservation({ params, body, caller, signal }) {
      await personalReservation(services, caller, params.id);
      return services.connect(caller, { id: params.id, publicKey: body.publicKey }, signal);
    },
    async captureReservation({ params, body, caller }) {
      const reservation = await ownReservation(services, caller, params.id);
      const image = body.image ?? reservation.image;
      checkNewName(image);
      // Of its own image there is one: a name that was read a moment ago and is none any more is refused, not made anew.
      const there = body.image === undefined ? await existingImage(services, image) : await services.showImage(image);
      if (there !== undefined && !mayManage(caller, there)) throw notAllowed(`image ${image} belongs to ${there.owner}`);
      return services.capture(caller, {
        reservationId: params.id,
        image,
        imageId: there?.id,
        publish: body.publish ?? false,
        publishUnclean: body.publishUnclean,
        description: body.description,
        labels: body.labels,
      });
    },
    async reimageReservation({ params, body, caller }) {
      await ownReservation(services, caller, params.id);
      return services.reimageReservation(caller, { id: params.id, revision: body.revision });
    },
    async unlinkReservation({ params, caller }) {
      await ownReservation(services, caller, params.id);
      return services.unlinkReservation(caller, params.id);
    },
    async relocateReservation({ params, body, caller }) {
      await ownReservation(services, caller, params.id);
      return services.relocateReservation(caller, { id: params.id, datastore: body.datastore });
    },
    async powerReservation({ params, body, caller }) {
      await ownReservation(services, caller, params.id);
      return services.power(caller, { id: params.id, op: body.op });
    },
    async consoleTicket({ params, caller }) {
      await personalReservation(services, caller, params.id);
      const { ticket, expiresAt } = tickets.issue(caller, params.id);
      const path = `/api/v1/reservations/${params.id}`;
      return {
        ticket,
        expiresAt: expiresAt.toISOString(),
        path: `${path}/console?ticket=${ticket}`,
        terminalPath: `${path}/terminal?ticket=${ticket}`,
        serialPath: `${path}/serial-console?ticket=${ticket}`,
      };
    },
    async serialLog({ params, query, caller, signal }) {
      await ownReservation(services, caller, params.id);
      return services.serialLog({ id: params.id, after: query.after, waitMs: (query.waitS ?? 0) * 1000 }, signal);
    },
    async listMachines({ query, caller }) {
      const owner = listOwner(caller, query.all);
      const { gone = false, nobodys = false, limit = DEFAULT_PAGE, after } = query;
      return services.listMachines({ owner, gone, nobodys, limit, after });
    },
    async answerMachine({ params, body, caller, signal }) {
      await ownMachine(services, caller, params.id, signal);
      await services.answerMachine(caller, { ...body, id: params.id }, signal);
      return ownMachine(services, caller, params.id, signal);
    },
    async endMachine({ params, caller, signal }) {
      await services.endMachine(caller, params.id);
      return ownMachine(services, caller, params.id, signal);
    },
    showMachine: ({ params, caller, signal }) => ownMachine(services, caller, params.id, signal),
    showJob: ({ params, caller }) => ownJob(services, caller, params.id),
  };
}
