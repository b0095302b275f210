import type { Deps, Handlers } from './types.ts';

type LicenceOperation = 'listLicences' | 'addLicence' | 'changeLicence' | 'removeLicence';

export function licenceHandlers({ services }: Deps): Handlers<LicenceOperation> {
  return {
    listLicences: async () => ({ items: await services.listLicences() }),
    addLicence: ({ body, caller }) => services.addLicence(caller, body),
    changeLicence: ({ params, body, caller }) => services.changeLicence(caller, params.name, body),
    async removeLicence({ params, caller }) {
      await services.removeLicence(caller, params.name);
      return { done: true };
    },
  };
}
