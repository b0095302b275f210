import type { Command } from 'commander';
import type { Availability } from '../../contract/calendar.ts';
import type { Cli } from '../session.ts';
import { clock, facts, localTimes, span, when } from '../text.ts';
import { addRequestOptions, type RequestOptions, machineRequestOf } from '../reservation-request.ts';

/** Spans shown to people; all of them are in the JSON. */
const SHOWN = 8;

export function addWhen(program: Command, cli: Cli): void {
  const command = program.command('when <image>').description('what is free when, and the next time it can be had; nothing is reserved');
  addRequestOptions(command).action(async (image: string, options: RequestOptions, command: Command) => {
    const session = cli.open(command);
    const answer = await session.client.availability({ query: machineRequestOf(image, options) });
    session.answer(answer, describe(answer));
  });
}

function describe(a: Availability): string {
  const free = a.free
    .slice(0, SHOWN)
    .map(({ from, until }): [string, string] => ['free', localTimes(until === undefined ? `${from} on` : `${from} to ${until}`)]);
  return facts([
    ['image', `${a.image}@${a.revision} (${a.kind}) on ${a.provider}`],
    ['asked for', `${clock(a.startsAt)} to ${a.endsAt ? clock(a.endsAt) : 'when you end it'}`],
    ['can be had', a.possible ? 'yes' : `no: ${localTimes(a.reason?.message ?? 'there is no room')}`],
    ['next', a.possible ? undefined : a.next ? `${localTimes(a.next)} (${when(a.next)})` : `not until ${localTimes(a.horizon)}`],
    ...free,
    [
      'ready in',
      a.estimate && `${span(a.estimate.p50Ms)} as a rule, ${span(a.estimate.p95Ms)} nearly always (${a.estimate.count} measured)`,
    ],
  ]);
}
