import type { OperationHandlerInput, OperationOutput } from '../../contract/api.ts';
import type { Operation } from '../../contract/paths.ts';
import type { Logger } from '../../lib/log.ts';
import type { Caller, Services } from '../../services/interface.ts';
import type { TicketBox } from '../tickets.ts';

/** What handlers work with. */
export interface Deps {
  services: Services;
  version: string;
  log: Logger;
  tickets: TicketBox;
}

/** What a handler knows of its request besides its parts. */
export interface RequestContext {
  caller: Caller;
  /** Aborts when the caller has gone before the answer was there. */
  signal: AbortSignal;
}

/** Operations that are more than JSON in and out; they have files of their own. */
export type SpecialOperation =
  | 'events'
  | 'uploadImage'
  | 'checkUpload'
  | 'console'
  | 'terminal'
  | 'tunnel'
  | 'serialConsole'
  | 'metrics'
  | 'rdpFile'
  | 'screenshot'
  | 'ready'
  | 'signIn'
  | 'signInForToken'
  | 'signOut'
  | 'setPassword';
export type JsonOperation = Exclude<Operation, SpecialOperation>;

export type Handler<K extends Operation> = (input: OperationHandlerInput<K> & RequestContext) => Promise<OperationOutput<K>>;
export type Handlers<K extends Operation = JsonOperation> = { [P in K]: Handler<P> };
