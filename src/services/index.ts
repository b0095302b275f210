import type { Services } from './interface.ts';
import { accountServices } from './accounts.ts';
import { calendarServices } from './calendar.ts';
import { imageServices } from './images.ts';
import { licenceServices } from './licences.ts';
import type { Parts } from './parts.ts';
import { peerServices } from './peers.ts';
import { providerServices } from './providers.ts';
import { reservationServices } from './reservations.ts';
import { seriesServices } from './series.ts';
import { sessionServices } from './sessions.ts';
import { systemServices } from './system.ts';

export type { Parts } from './parts.ts';
export { firstLink } from './links.ts';
export { addMetrics } from './system.ts';

/** Everything the API asks for, made of engine and store. */
export function makeServices(parts: Parts): Services {
  const peers = peerServices(parts);
  return {
    ...accountServices(parts),
    ...sessionServices(parts),
    ...imageServices(parts, peers),
    ...reservationServices(parts, peers),
    ...seriesServices(parts),
    ...calendarServices(parts),
    ...licenceServices(parts),
    ...providerServices(parts),
    ...peers,
    ...systemServices(parts),
  };
}
