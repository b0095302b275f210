import { Argument, type Command } from 'commander';
import type { ProviderAdded } from '../../contract/providers.ts';
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
  trustByHand,
} from '../provider.ts';
import type { Cli } from '../session.ts';

export function addProviderAdd(provider: Command, cli: Cli): void {
  const command = provider
    .command('add')
    .addArgument(new Argument('<kind>', 'what it is').choices(['vcenter', 'esxi']))
    .argument('<name>', 'what it is to be called here')
    .description('add a vCenter or an ESXi host; it is opened once first (operators)')
    .addOption(strategyOption());
  addEndpointOptions(command).action(
    async (
      kind: ProviderAdded['kind'],
      name: string,
      options: EndpointOptions & { strategy?: ProviderAdded['strategy'] },
      self: Command,
    ) => {
      const { address: url, user, strategy } = options;
      if (url === undefined || user === undefined) {
        throw new CarrelError('bad-request', `--${url === undefined ? 'address' : 'user'} is needed`, {
          hint: 'such as: carrel provider add vcenter lab --address https://vcenter.example.org --user carrel@vsphere.local',
        });
      }
      checkedAddress(url);
      const session = cli.open(self);
      const trust = saidTrust(options) ?? (await trustByHand(session, url));
      const password = await passwordFor(session, user, options.passwordFile);
      const made = await session.client.addProvider({
        body: { name, kind, url, username: user, password, trust, ...placesOf(options), ...(strategy === undefined ? {} : { strategy }) },
      });
      session.answer(
        made,
        `${describeProvider(made)}\n\nimport an image next: carrel image import --provider ${name} --vm PATH --name IMAGE`,
      );
    },
  );
}
