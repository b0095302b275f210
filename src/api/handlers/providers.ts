import { CarrelError } from '../../lib/errors.ts';
import type { Deps, Handlers } from './types.ts';

type ProviderOperation =
  | 'listProviders'
  | 'addProvider'
  | 'showCertificate'
  | 'changeProvider'
  | 'checkProvider'
  | 'listProviderVms'
  | 'enableProvider'
  | 'disableProvider'
  | 'drainProvider'
  | 'writeOffProvider'
  | 'deleteProvider';

/** Its value, or 404. */
function there<T>(found: T | undefined, name: string): T {
  if (found !== undefined) return found;
  throw new CarrelError('not-found', `there is no provider ${name}`, { hint: 'List them with `carrel provider ls`.' });
}

export function providerHandlers({ services }: Deps): Handlers<ProviderOperation> {
  return {
    listProviders: async ({ caller }) => ({ items: await services.listProviders(caller) }),
    addProvider: ({ body, caller }) => services.addProvider(caller, body),
    showCertificate: ({ body, signal }) => services.showCertificate(body.url, signal),
    changeProvider: async ({ params, body, caller }) =>
      there(await services.changeProvider(caller, params.provider, body), params.provider),
    checkProvider: async ({ params, body, caller, signal }) =>
      there(await services.checkProvider(caller, params.provider, body, signal), params.provider),
    listProviderVms: async ({ params, signal }) => ({
      items: there(await services.listProviderVms(params.provider, signal), params.provider),
    }),
    enableProvider: async ({ params, caller }) => there(await services.enableProvider(caller, params.provider, true), params.provider),
    writeOffProvider: async ({ params, body, caller }) =>
      there(await services.writeOffProvider(caller, params.provider, body.reason), params.provider),
    drainProvider: async ({ params, caller }) => there(await services.drainProvider(caller, params.provider), params.provider),
    disableProvider: async ({ params, caller }) => there(await services.enableProvider(caller, params.provider, false), params.provider),
    deleteProvider: async ({ params, caller }) => ({
      done: there((await services.deleteProvider(caller, params.provider)) || undefined, params.provider),
    }),
  };
}
