import type { OperationInput, OperationOutput } from '../contract/api.ts';
import { type Operation, PATHS } from '../contract/paths.ts';
import type { EventData } from '../contract/system.ts';
import { type EventOptions, events } from './events.ts';
import { type CallOptions, type ClientOptions, call, type RawInput } from './request.ts';
import { type UploadInput, type UploadOutput, upload } from './upload.ts';

/** Operations that are not one JSON request with one answer, and so have functions of their own. */
type Special = 'events' | 'uploadImage' | 'console' | 'terminal' | 'tunnel' | 'serialConsole';

type Arguments<K extends Operation> =
  Record<string, never> extends OperationInput<K>
    ? [input?: OperationInput<K>, options?: CallOptions]
    : [input: OperationInput<K>, options?: CallOptions];

type Calls = { [K in Exclude<Operation, Special>]: (...args: Arguments<K>) => Promise<OperationOutput<K>> };

export interface Client extends Calls {
  readonly baseUrl: string;
  readonly token: string | undefined;
  /** See {@link events}. */
  events(options?: EventOptions): AsyncGenerator<EventData>;
  /** Sends a disk file; see {@link upload}. */
  uploadImage(input: UploadInput, options?: CallOptions): Promise<UploadOutput>;
}

const SPECIAL = new Set<Operation>(['events', 'uploadImage', 'console', 'terminal', 'tunnel', 'serialConsole']);

/** A client typed from the contract: one function per operation. Runs in Node and in browsers. */
export function makeClient(options: ClientOptions): Client {
  const calls: Partial<Record<Operation, (input?: RawInput, callOptions?: CallOptions) => Promise<unknown>>> = {};
  for (const operation of Object.keys(PATHS) as Operation[]) {
    if (!SPECIAL.has(operation)) calls[operation] = (input = {}, callOptions = {}) => call(options, operation, input, callOptions);
  }
  return {
    ...(calls as unknown as Calls),
    baseUrl: options.baseUrl,
    token: options.token,
    events: (eventOptions) => events(options, eventOptions),
    uploadImage: (input, callOptions) => upload(options, input, callOptions),
  };
}
