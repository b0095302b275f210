/** Datastores that a person may choose from. */
import type { Provider } from '../../../src/contract/providers.ts';

/** Names of those of a provider that can be used now, but for those left out; none where it is one place, or is not known. */
export function usableDatastores(providers: readonly Provider[], provider: string | undefined, without: readonly string[] = []): string[] {
  const its = providers.find(({ name }) => name === provider)?.datastores ?? [];
  return its.flatMap(({ name, awaySince }) => (awaySince === undefined && !without.includes(name) ? [name] : []));
}
