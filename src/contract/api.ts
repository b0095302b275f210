import { calendarRoutes } from './calendar.ts';
import { checkpointRoutes } from './checkpoints.ts';
import { imageRoutes } from './images.ts';
import { licenceRoutes } from './licences.ts';
import { jobRoutes, machineRoutes } from './machines.ts';
import type { Operation } from './paths.ts';
import { providerRoutes } from './providers.ts';
import { masterRoutes } from './masters.ts';
import { machineWorkRoutes } from './machine-work.ts';
import { reservationRoutes } from './reservations.ts';
import type { HandlerInput, Input, Output, RouteDef } from './route.ts';
import { screenRoutes } from './screen.ts';
import { sessionRoutes } from './sessions.ts';
import { seriesRoutes } from './series.ts';
import { uploadCheckRoutes } from './upload-check.ts';
import { accountRoutes, systemRoutes } from './system.ts';

/** Every operation: the one source of validation, OpenAPI document, handler types and client types. */
export const api = {
  ...systemRoutes,
  ...providerRoutes,
  ...sessionRoutes,
  ...accountRoutes,
  ...imageRoutes,
  ...reservationRoutes,
  ...machineWorkRoutes,
  ...masterRoutes,
  ...uploadCheckRoutes,
  ...screenRoutes,
  ...checkpointRoutes,
  ...seriesRoutes,
  ...calendarRoutes,
  ...licenceRoutes,
  ...machineRoutes,
  ...jobRoutes,
} satisfies Record<Operation, unknown>;

export type Api = typeof api;

/** What a client gives to an operation. */
export type OperationInput<K extends Operation> = Input<Api[K]>;
/** What a handler gets. */
export type OperationHandlerInput<K extends Operation> = HandlerInput<Api[K]>;
/** What an operation answers with. */
export type OperationOutput<K extends Operation> = Output<Api[K]>;

/** The routes as a plain list. */
export const routes = Object.values(api) as readonly RouteDef[];
