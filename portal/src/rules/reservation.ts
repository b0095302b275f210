/** What may be done with a reservation in which state: the one place that the pages ask. The server decides in the end. */
import type { Reservation } from '../../../src/contract/reservations.ts';

export interface Actions {
  connect: boolean;
  extend: boolean;
  capture: boolean;
  checkpoint: boolean;
  powerOn: boolean;
  powerOff: boolean;
  /** It can be given disks of its own. */
  unlink: boolean;
  end: boolean;
  /** Its machine is kept after the end: it can be had back. */
  undo: boolean;
  /** Of one that belongs to a series and has not begun: all that have not begun. */
  endSeries: boolean;
  /** The end of one that has not begun is only given back: nothing is lost, so nothing is asked. */
  endAsks: boolean;
}

type Facts = Pick<Reservation, 'state' | 'kind' | 'endsAt' | 'series' | 'keptUntil'> & {
  machine: Pick<Reservation['machine'], 'state' | 'condition' | 'canUnlink'>;
};

export function actionsOf({ state, endsAt, series, keptUntil, machine }: Facts): Actions {
  const ready = state === 'ready';
  const running = ready && machine.state === 'running';
  const live = state === 'booked' || state === 'preparing' || ready;
  return {
    connect: running,
    extend: live && endsAt !== undefined,
    capture: ready,
    checkpoint: ready && machine.state !== 'lost',
    powerOn: ready && (machine.state === 'stopped' || (running && machine.condition?.kind === 'suspended')),
    powerOff: running,
    unlink: ready && machine.state === 'stopped' && machine.canUnlink === true,
    end: live,
    undo: state === 'ending' && keptUntil !== undefined,
    endSeries: state === 'booked' && series !== undefined,
    endAsks: ready,
  };
}

/** Whether its end is near, by the rule by which its people are told. */
export function endIsNear({ state, endNearAt }: Pick<Reservation, 'state' | 'endNearAt'>, nowMs: number): boolean {
  return state === 'ready' && endNearAt !== undefined && Date.parse(endNearAt) <= nowMs;
}

/** Where each state stands on My machines: first what can be used, then what will be soon, what is booked, and what is over. */
const PLACES: Record<Reservation['state'], number> = { ready: 0, preparing: 1, booked: 2, ending: 3, failed: 4, ended: 4 };

/** In the order of My machines: of the same state what is booked by its start, all else as the server has it, the newest first. */
export function inOrder<R extends Pick<Reservation, 'state' | 'startsAt'>>(list: readonly R[]): R[] {
  return list.toSorted(
    (a, b) => PLACES[a.state] - PLACES[b.state] || (a.state === 'booked' ? Date.parse(a.startsAt) - Date.parse(b.startsAt) : 0),
  );
}

export type Tone = 'waiting' | 'good' | 'off' | 'bad' | 'over';

/** How a state looks, whatever the page. */
export function toneOf({ state, machine }: Pick<Facts, 'state' | 'machine'>): Tone {
  if (state === 'failed' || machine.state === 'lost') return 'bad';
  if (state === 'ready' && machine.condition !== undefined) return 'bad';
  if (state === 'ready') return machine.state === 'running' ? 'good' : 'off';
  return state === 'ended' ? 'over' : 'waiting';
}

/** The stages of a preparation in their order, as far as a person is told of them. */
export const STAGES = ['queued', 'placing', 'cloning', 'checking', 'starting', 'booting', 'identity', 'ready'] as const;

/** How far a preparation is, 0 to 1, by what machines of this image took here; undefined when nothing was measured. */
export function progressOf(
  reservation: Pick<Reservation, 'state' | 'stage' | 'estimate' | 'createdAt' | 'startsAt'>,
  nowMs: number,
): number | undefined {
  if (reservation.state !== 'preparing') return undefined;
  const place = STAGES.indexOf(reservation.stage as (typeof STAGES)[number]);
  if (reservation.estimate === undefined) return place < 0 ? 0 : place / STAGES.length;
  const waited = nowMs - Date.parse(reservation.createdAt);
  // Never full before it is: half of all take longer than the middle one.
  return Math.max(0, Math.min(0.95, waited / Math.max(1, reservation.estimate.p95Ms)));
}
