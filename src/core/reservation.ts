/** Reservations: a person's claim on a machine of an image for a span of time. */

export type ReservationKind = 'lab' | 'long' | 'imaging' | 'server';
export type ReservationState = 'booked' | 'preparing' | 'ready' | 'ending' | 'ended' | 'failed';
export type ReservationEvent =
  | 'due'
  | 'provisioned'
  | 'provisionFailed'
  | 'reimage'
  | 'end'
  | 'undo'
  | 'expire'
  | 'machineLost'
  | 'tornDown';

/**
 * States x events, no gaps; `null` = refused. `failed` is entered only when the world is clean again, so that it, like
 * `ended`, holds nothing. See docs/spec/reservation.md.
 */
export const RESERVATION_TABLE: Record<ReservationState, Record<ReservationEvent, ReservationState | null>> = {
  booked: {
    due: 'preparing',
    provisioned: null,
    provisionFailed: 'failed',
    reimage: null,
    end: 'ended',
    undo: null,
    expire: 'failed',
    machineLost: 'booked',
    tornDown: null,
  },
  preparing: {
    due: 'preparing',
    provisioned: 'ready',
    provisionFailed: 'failed',
    reimage: null,
    end: 'ending',
    undo: null,
    expire: 'ending',
    machineLost: 'preparing',
    tornDown: 'ended',
  },
  ready: {
    due: 'ready',
    provisioned: 'ready',
    provisionFailed: null,
    reimage: 'preparing',
    end: 'ending',
    undo: null,
    expire: 'ending',
    machineLost: 'ending',
    tornDown: 'ended',
  },
  ending: {
    due: 'ending',
    provisioned: 'ending',
    provisionFailed: 'ended',
    reimage: null,
    end: 'ending',
    undo: 'ready',
    expire: 'ending',
    machineLost: 'ending',
    tornDown: 'ended',
  },
  ended: {
    due: null,
    provisioned: null,
    provisionFailed: null,
    reimage: null,
    end: 'ended',
    undo: null,
    expire: 'ended',
    machineLost: 'ended',
    tornDown: 'ended',
  },
  failed: {
    due: null,
    provisioned: null,
    provisionFailed: 'failed',
    reimage: null,
    end: 'failed',
    undo: null,
    expire: 'failed',
    machineLost: 'failed',
    tornDown: 'failed',
  },
};

/** States in which a reservation holds capacity, now or from its preparation on. */
export const RESERVATION_LIVE: readonly ReservationState[] = ['booked', 'preparing', 'ready', 'ending'];

/** What a waiting person is shown, in the order in which it happens. */
export type Stage =
  | 'booked'
  | 'queued'
  | 'placing'
  | 'cloning'
  | 'checking'
  | 'starting'
  | 'booting'
  | 'identity'
  | 'ready'
  | 'ending'
  | 'gone';
export const STAGES: readonly Stage[] = ['booked', 'queued', 'placing', 'cloning', 'checking', 'starting', 'booting', 'identity', 'ready'];

const DURATION_PART = /\s*(\d+(?:\.\d+)?)\s*(d|h|m|s)/gy;
const UNIT_MS: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };

/** Milliseconds of `2h`, `90m`, `1d12h`, `45s`; undefined if the text is not such a span or is not positive. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  let total = 0;
  DURATION_PART.lastIndex = 0;
  let end = 0;
  for (let m = DURATION_PART.exec(trimmed); m; m = DURATION_PART.exec(trimmed)) {
    total += Number(m[1]) * (UNIT_MS[m[2] as string] as number);
    end = DURATION_PART.lastIndex;
  }
  return end === trimmed.length && total > 0 && Number.isFinite(total) ? Math.round(total) : undefined;
}

/** `2h`, `1d 12h`, `45s`: the two largest units of a span in milliseconds. */
export function formatDuration(ms: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(ms / 1000)) * 1000;
  for (const [unit, size] of Object.entries(UNIT_MS)) {
    const n = Math.floor(rest / size);
    if (n > 0) parts.push(`${n}${unit}`);
    rest -= n * size;
  }
  return parts.slice(0, 2).join(' ') || '0s';
}
