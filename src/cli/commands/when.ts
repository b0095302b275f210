import type { Command } from 'commander';
import type { Client } from '../../client/client.ts';
import type { Availability } from '../../contract/calendar.ts';
import type { ReserveBody } from '../../contract/reservations.ts';
import type { Cli } from '../session.ts';
import { clock, facts, localTimes, span, when } from '../text.ts';
import { addRequestOptions, type RequestOptions, machineRequestOf, refuseHalfSeries, repeatOption } from '../reservation-request.ts';

/** Spans shown to people; all of them are in the JSON. */
const SHOWN = 8;
/** Times of a series that cannot be had of which is asked why; which they all are is in the JSON. */
const EXPLAINED = 20;

interface Options extends RequestOptions {
  repeat?: string;
}

export function addWhen(program: Command, cli: Cli): void {
  const command = program
    .command('when <image>')
    .description('what is free when, and the next time it can be had; nothing is reserved')
    .addOption(repeatOption());
  addRequestOptions(command).action(async (image: string, options: Options, command: Command) => {
    refuseHalfSeries(command, options);
    const session = cli.open(command);
    const query = machineRequestOf(image, options);
    if (options.repeat === undefined) {
      const answer = await session.client.availability({ query });
      session.answer(answer, describe(answer));
      return;
    }
    const answer = await session.client.availability({ query: { ...query, rule: options.repeat } });
    const times = await withReasons(session.client, query, answer.times ?? []);
    session.answer({ ...answer, times }, `${describe(answer)}\n${describeTimes(times)}`);
  });
}

/** A time of a series, with why it cannot be had where that was asked. */
type Told = NonNullable<Availability['times']>[number] & { reason?: Availability['reason'] };

/** Asks of the first that cannot be had why, each by itself: of a series the server says only which they are. */
async function withReasons(client: Client, query: Omit<ReserveBody, 'id'>, times: NonNullable<Availability['times']>): Promise<Told[]> {
  const reasons = new Map<string, Availability['reason']>();
  for (const { at } of times.filter(({ free }) => !free).slice(0, EXPLAINED))
    reasons.set(at, (await client.availability({ query: { ...query, at } })).reason);
  return times.map((time) => {
    const reason = reasons.get(time.at);
    return reason === undefined ? time : { ...time, reason };
  });
}

function describeTimes(times: readonly Told[]): string {
  const refused = times.filter(({ free }) => !free);
  const shown = refused.slice(0, EXPLAINED).map(({ at, reason }): [string, string] => {
    const why = reason?.message ?? (Date.parse(at) < Date.now() ? 'it is past' : 'it could not be had when all were asked about');
    return ['not at', `${clock(at)}: ${localTimes(why)}`];
  });
  const more = refused.length - shown.length;
  return facts([
    ['series', `${times.length - refused.length} of ${times.length} can be had`],
    ...shown,
    ['nor', more > 0 ? `at ${more} more, which --json lists` : undefined],
  ]);
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
