import type { Command } from 'commander';
import { CarrelError } from '../../lib/errors.ts';
import { describeProvider } from '../provider.ts';
import type { Cli } from '../session.ts';

export function addProviderShow(provider: Command, cli: Cli): void {
  provider
    .command('show <name>')
    .description('one provider')
    .action(async (name: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const found = (await session.client.listProviders()).items.find((p) => p.name === name);
      if (found === undefined)
        throw new CarrelError('not-found', `there is no provider ${name}`, { hint: 'List them with `carrel provider ls`.' });
      session.answer(found, describeProvider(found));
    });
}

export function addProviderEnable(provider: Command, cli: Cli): void {
  provider
    .command('enable <name>')
    .description('take a provider up again, or try one at once that is down (operators)')
    .action(async (name: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const now = await session.client.enableProvider({ params: { provider: name } });
      session.answer(now, describeProvider(now));
    });
}

export function addProviderDisable(provider: Command, cli: Cli): void {
  provider
    .command('disable <name>')
    .description('nothing new goes there, and its work waits; its machines go on running (operators)')
    .action(async (name: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const now = await session.client.disableProvider({ params: { provider: name } });
      session.answer(now, describeProvider(now));
    });
}

export function addProviderDrain(provider: Command, cli: Cli): void {
  provider
    .command('drain <name>')
    .description('nothing new goes there; what is there stays until its end (operators). `enable` takes it up again')
    .action(async (name: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const now = await session.client.drainProvider({ params: { provider: name } });
      session.answer(now, describeProvider(now));
    });
}

export function addProviderWriteOff(provider: Command, cli: Cli): void {
  provider
    .command('write-off <name>')
    .description('it is gone for good: what is there ends, without a proof, and nobody waits for it any more (operators)')
    .requiredOption('--reason <text>', 'what happened to it, for the people whose machines were there')
    .action(async (name: string, options: { reason: string }, command: Command) => {
      const session = cli.open(command);
      const now = await session.client.writeOffProvider({ params: { provider: name }, body: { reason: options.reason } });
      session.answer(now, describeProvider(now));
    });
}

export function addProviderRm(provider: Command, cli: Cli): void {
  provider
    .command('rm <name>')
    .description('take out a provider that nothing stands on (operators)')
    .action(async (name: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const done = await session.client.deleteProvider({ params: { provider: name } });
      session.answer(done, `${name} is taken out; nothing at its endpoint was changed`);
    });
}
