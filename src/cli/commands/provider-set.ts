import type { Command } from 'commander';
import type { ProviderChange } from '../../contract/providers.ts';
import { CarrelError } from '../../lib/errors.ts';
import {
  addEndpointOptions,
  checkedAddress,
  describeProvider,
  type EndpointOptions,
  passwordFor,
  placesOf,
  saidTrust,
  strategyOption,
} from '../provider.ts';
import type { Cli } from '../session.ts';

export function addProviderSet(provider: Command, cli: Cli): void {
  const command = provider
    .command('set <name>')
    .description('reach a provider in another way; what is left out stays. It is opened so once first (operators)')
    .option('--password', 'ask for a new password')
    .addOption(strategyOption());
  addEndpointOptions(command).action(
    async (name: string, options: EndpointOptions & { password?: boolean; strategy?: ProviderChange['strategy'] }, self: Command) => {
      const session = cli.open(self);
      const trust = saidTrust(options);
      const asked = options.password === true || options.passwordFile !== undefined;
      const body: ProviderChange = {
        ...placesOf(options),
        ...(options.address === undefined ? {} : { url: checkedAddress(options.address) }),
        ...(options.user === undefined ? {} : { username: options.user }),
        ...(trust === undefined ? {} : { trust }),
        ...(options.strategy === undefined ? {} : { strategy: options.strategy }),
        ...(asked ? { password: await passwordFor(session, options.user ?? name, options.passwordFile) } : {}),
      };
      if (Object.keys(body).length === 0) throw new CarrelError('bad-request', 'nothing was given that is to be changed');
      const changed = await session.client.changeProvider({ params: { provider: name }, body });
      session.answer(changed, describeProvider(changed));
    },
  );
}
