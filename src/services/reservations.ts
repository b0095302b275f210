import type { Checkpoint, CheckpointJob } from '../contract/checkpoints.ts';
import type { Chain } from '../contract/lineage.ts';
import type { MachineDetail } from '../contract/machines.ts';
import type { Caller, MachineServices, PeerServices, ReservationServices } from './interface.ts';
import { captureReservation } from '../engine/intents/image.ts';
import { addCheckpoint, type CheckpointWork, deleteCheckpoint, revertToCheckpoint } from '../engine/intents/checkpoints.ts';
import { endMachine } from '../engine/intents/assign.ts';
import { answerMachine } from '../engine/intents/answer.ts';
import { connect, consoleTarget, mustBeReachedBySsh, noteTunnel, rdpFileOf, serialLog, sshTarget } from '../engine/intents/connect.ts';
import { endReservation } from '../engine/intents/end.ts';
import { screenshotOf } from '../engine/intents/screenshot.ts';
import { serialConsole } from '../engine/intents/serial-console.ts';
import { labelReservation } from '../engine/intents/labels.ts';
import { undoEnd } from '../engine/intents/keep.ts';
import { usedWhileOpen } from '../engine/intents/seen.ts';
import { refusedMove, refusedWithNext } from '../engine/intents/availability.ts';
import { reimageReservation } from '../engine/intents/reimage.ts';
import { relocateReservation, unlinkReservation } from '../engine/intents/unlink.ts';
import * as intents from '../engine/intents/reservation.ts';
import { driverOf } from '../engine/deps.ts';
import { makeCtx } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import * as accounts from '../store/accounts.ts';
import * as checkpoints from '../store/checkpoints.ts';
import * as machines from '../store/machines.ts';
import * as reservations from '../store/reservations.ts';
import type * as rows from '../store/schema.ts';
import { moment, startOf } from './calendar.ts';
import { given, iso, mark, page, type Parts, unmark } from './parts.ts';
import { askPeer } from './peers.ts';
import { openConsole } from './console.ts';
import { SerialPlaces } from './serial-console.ts';
import { openShell } from './shell.ts';
import { openTunnel, untilMachineOver } from './tunnel.ts';
import { lastEventId } from './follow.ts';
import { showImages, showMachines, showProof, showReservations, showRevisions, showDisk, whereBy } from './views.ts';

/** How long one's disks may take to be read while somebody waits, in milliseconds. */
const CHAINS_MS = 10_000;

export function reservationServices({ deps, sealer }: Parts, peers?: PeerServices): ReservationServices & MachineServices {
  const { db } = deps.store;
  const serials = new SerialPlaces(() => deps.now());
  const where = whereBy(deps);
  const one = async (row: rows.Reservation) => {
    const [shown] = await showReservations(db, [row], where);
    if (!shown) throw new CarrelError('internal', 'the reservation is not there any more');
    return shown;
  };
  /** Undefined: everybody's. A name that nobody has: nobody's. */
  const accountId = async (owner: string | undefined) =>
    owner === undefined ? undefined : ((await accounts.findByName(db, owner))?.id ?? '00000000-0000-0000-0000-000000000000');
  return {
    async reserve(caller, request) {
      const asked = startOf(request, deps.now());
      return one(await intents.reserve(deps, caller, asked).catch((e: unknown) => refusedWithNext(deps, caller, asked, e)));
    },
    async listReservations({ owner, past, labels, limit, after }) {
      const list = await reservations.list(db, {
        accountId: await accountId(owner),
        past,
        labels,
        limit: limit + 1,
        before: unmark(after),
      });
      const shown = await showReservations(db, list.slice(0, limit), where);
      return { items: shown, ...given({ next: page(list, limit, (r) => r, mark).next }) };
    },
    async showReservation(id) {
      const row = await reservations.find(db, id);
      return row && one(row);
    },
    async labelReservation(caller, { id, labels }) {
      return one(await labelReservation(deps, caller, id, labels));
    },
    async extendReservation(caller, { id, byMs }) {
      return one(await intents.extendReservation(deps, caller, id, byMs));
    },
    async moveReservation(caller, { id, at, forMs }) {
      const to = { startsAt: moment(at, deps.now()), forMs };
      return one(await intents.moveReservation(deps, caller, id, to).catch((e: unknown) => refusedMove(deps, caller, id, to, e)));
    },
    async endReservation(caller, { id, keepMs }) {
      return one(await endReservation(deps, id, 'end', caller.name, { keepMs }));
    },
    async undoEnd(caller, id) {
      return one(await undoEnd(deps, caller, id));
    },
    async reimageReservation(caller, request) {
      return one(await reimageReservation(deps, caller, request));
    },
    async unlinkReservation(caller, id) {
      const { reservation, job } = await unlinkReservation(deps, caller, id);
      return { reservation: await one(reservation), job };
    },
    async relocateReservation(caller, request) {
      const { reservation, job } = await relocateReservation(deps, caller, request);
      return { reservation: await one(reservation), job };
    },
    async connect(caller, { id, publicKey }, signal) {
      const facts = await connect(makeCtx({ signal, timeoutMs: 60_000, log: deps.log }), deps, sealer, caller, id, publicKey);
      return {
        protocol: facts.protocol,
        host: facts.host,
        port: facts.port,
        user: facts.user,
        password: facts.password,
        hostKeys: [...facts.hostKeys],
        ...(facts.protocol === 'ssh' ? { sshCommand: `ssh -p ${facts.port} ${facts.user}@${facts.host}` } : {}),
        ...given({ endsAt: iso(facts.endsAt) }),
        ...(facts.notes.length === 0 ? {} : { notes: [...facts.notes] }),
      };
    },
    rdpFile: (id) => rdpFileOf(deps, id),
    async capture(caller, request) {
      const made = await captureReservation(deps, caller, request);
      const [image] = await showImages(db, [made.image]);
      const [revision] = await showRevisions(db, [made.revision]);
      if (!image || !revision) throw new CarrelError('internal', 'what was just made is not there');
      return { image, revision, job: made.job };
    },
    async power(caller, { id, op }) {
      const { reservation, job } = await intents.powerReservation(deps, caller, id, op);
      return { reservation: await one(reservation), job };
    },
    async listCheckpoints(id) {
      const row = await reservations.find(db, id);
      return row === undefined ? [] : (await checkpoints.ofMachine(db, row.machineId)).map(showCheckpoint);
    },
    async addCheckpoint(caller, { id, name, description }) {
      return shownWork(await addCheckpoint(deps, caller, { reservationId: id, name, description }));
    },
    async revertCheckpoint(caller, { id, checkpoint }) {
      return shownWork(await revertToCheckpoint(deps, caller, { reservationId: id, id: checkpoint }));
    },
    async deleteCheckpoint(caller, { id, checkpoint }) {
      return shownWork(await deleteCheckpoint(deps, caller, { reservationId: id, id: checkpoint }));
    },
    async serialLog({ id, after, waitMs }, signal) {
      return serialLog(makeCtx({ signal, timeoutMs: waitMs + 30_000, log: deps.log }), deps, id, { after, waitMs });
    },
    async openShell(caller, { id, size }, signal) {
      // Before a credential is made for it.
      await mustBeReachedBySsh(deps, id);
      const facts = await connect(makeCtx({ signal, timeoutMs: 60_000, log: deps.log }), deps, sealer, caller, id, undefined);
      const shell = await openShell(facts, size, signal);
      usedWhileOpen(deps, id, shell.stream);
      return shell;
    },
    async openTunnel(caller, id, signal) {
      // Before the state is looked at: what happens from then on is heard of.
      const after = await lastEventId(deps.store);
      const target = await sshTarget(makeCtx({ signal, timeoutMs: 30_000, log: deps.log }), deps, id);
      const socket = await openTunnel(target, signal);
      const over = untilMachineOver(deps, { id, accountId: caller.accountId, after }, socket);
      try {
        await noteTunnel(deps, caller, id);
      } catch (error) {
        socket.destroy();
        throw error;
      }
      return { socket: usedWhileOpen(deps, id, socket), over };
    },
    async openSerialConsole(caller, request, signal) {
      const { id } = request;
      // As of a tunnel.
      const after = await lastEventId(deps.store);
      const ctx = makeCtx({ signal, timeoutMs: 30_000, log: deps.log });
      const joined = await serials.join(request, caller.name, () => serialConsole(ctx, deps, caller, id, request.force));
      const over = untilMachineOver(deps, { id, accountId: caller.accountId, after, preparing: true }, joined.stream);
      return { ...joined, stream: usedWhileOpen(deps, id, joined.stream), over };
    },
    async openConsole(_caller, id, signal) {
      const ctx = makeCtx({ signal, timeoutMs: 30_000, log: deps.log });
      return usedWhileOpen(deps, id, await openConsole(() => consoleTarget(ctx, deps, id), ctx.signal));
    },

    screenshot: (id, signal) => screenshotOf(makeCtx({ signal, timeoutMs: 30_000, log: deps.log }), deps, id),

    async listMachines({ owner, gone, nobodys = false, limit, after }) {
      const list = await machines.list(db, { accountId: await accountId(owner), gone, nobodys, limit: limit + 1, before: unmark(after) });
      return { items: await showMachines(db, list.slice(0, limit), where), ...given({ next: page(list, limit, (r) => r, mark).next }) };
    },
    async answerMachine(caller, { id, question, choice }, signal) {
      await answerMachine(makeCtx({ signal, timeoutMs: 30_000, log: deps.log }), deps, caller, id, { question, choice });
    },
    endMachine: (caller, id) => endMachine(deps, caller, id),
    async showMachine(caller, id, signal) {
      const row = await machines.withOwner(db, id);
      if (!row) return undefined;
      const [shown] = await showMachines(db, [row], where);
      // Nobody has a provider read disks by naming somebody else's machine.
      if (!shown || (shown.owner !== caller.name && caller.role !== 'admin')) return undefined;
      const chains = row.state === 'gone' ? [] : await chainsOf(caller, row, shown.provider, signal);
      return {
        ...shown,
        chains,
        ...given({ proof: row.proof ? showProof(row.proof) : undefined }),
      };
    },
  };

  async function chainsOf(caller: Caller, row: machines.OwnedMachine, provider: string, signal: AbortSignal): Promise<Chain[]> {
    const { id } = row;
    try {
      const peer = caller.onBehalf === true ? undefined : await peers?.servedElsewhere({ provider });
      if (peers !== undefined && peer !== undefined) {
        const soon = AbortSignal.any([signal, AbortSignal.timeout(CHAINS_MS)]);
        return (await askPeer<MachineDetail>(peers, peer, caller, { method: 'GET', path: `/api/v1/machines/${id}` }, soon)).chains;
      }
      const { chains } = await driverOf(deps, row.providerId).readBack(makeCtx({ signal, timeoutMs: CHAINS_MS }), id);
      const named = { provider, owner: 'machine' as const, id, ...given({ name: row.hostname }) };
      return chains.map((disks) => ({ ...named, disks: disks.map(showDisk) }));
    } catch {
      // Half-made or unreadable: the answer says so by showing no chain, and `carrel reconcile --dry-run` says why.
      return [];
    }
  }
}

function showCheckpoint({ id, name, description, state, createdBy, createdAt }: rows.Checkpoint): Checkpoint {
  return { id, name, description, state, createdBy, createdAt: createdAt.toISOString() };
}

function shownWork({ checkpoint, job }: CheckpointWork): CheckpointJob {
  return { checkpoint: showCheckpoint(checkpoint), job };
}
