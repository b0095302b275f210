import type { CloneMode } from '../../contract/common.ts';
import type { ReservationKind } from '../../contract/reservations.ts';
import { CarrelError } from '../../lib/errors.ts';
import { durationMs } from '../../services/duration.ts';
import type { SaidTime, MachineRequest } from '../../services/interface.ts';

const DEFAULT_SPAN = '2h';
const DEFAULT_ZONE = 'UTC';

interface Said {
  image: string;
  revision?: number;
  mode?: CloneMode;
  kind?: ReservationKind;
  at?: string;
  zone?: string;
  for?: string;
  until?: string;
  openEnd?: boolean;
  memoryMiB?: number;
  vcpus?: number;
  diskMiB?: number;
}

/** A time and the zone in which it is meant. */
export function saidTime(at: string, zone: string | undefined): SaidTime {
  return { text: at, zone: zone ?? DEFAULT_ZONE };
}

/** What a request asks for, with what was left out filled in. `bad-request` for parts that contradict each other. */
export function machineRequestOf(said: Said): MachineRequest {
  const { image, revision, kind, memoryMiB, vcpus, diskMiB } = said;
  const mode = said.mode ?? (kind === 'server' ? 'full' : 'linked');
  if (kind === 'server' && mode !== 'full') {
    throw new CarrelError('bad-request', 'a server is a full clone', { hint: 'leave the mode out, or choose another kind' });
  }
  if ([said.openEnd, said.for !== undefined, said.until !== undefined].filter(Boolean).length > 1) {
    throw new CarrelError('bad-request', 'say how long, or until when, or that it has no end, and only one of these', {
      hint: 'leave all but one of "for", "until" and "openEnd" out',
    });
  }
  const forMs = said.openEnd ? Number.POSITIVE_INFINITY : durationMs(said.for ?? DEFAULT_SPAN);
  const at = said.at === undefined ? undefined : saidTime(said.at, said.zone);
  const until = said.until === undefined ? undefined : saidTime(said.until, said.zone);
  return { image, revision, mode, kind, at, forMs, until, memoryMiB, vcpus, diskMiB };
}
