import type { Deps, Handlers } from './types.ts';

type LicenceOperation = 'listLicences' | 'addLicence' | 'changeLicence' | 'removeLicence';

export function licenceHandlers({ services }: Deps): Handlers<LicenceOperation> {
  return {
    listLicences: async () => ({ items: await services.listLicences() }),
    addLicence: ({ body, caller }) => services.addLicence(caller, body),
    changeLicence: ({ params, body, caller }) => services.changeLicence(caller, params.name, body),
    removeLicence: async ({ params, caller }) => ({ done: await services.removeLicence(caller, params.name) }),
  };
}
