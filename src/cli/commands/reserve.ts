import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { UnreachableError } from '../../client/errors.ts';
import type { Reservation, ReserveBody } from '../../contract/reservations.ts';
import { CarrelError } from '../../lib/errors.ts';
import { failed, followReservation, reservationGoesOn } from '../follow.ts';
import { interruptible } from '../io.ts';
import { labelOption } from '../labels.ts';
import { describeSeries } from '../series.ts';
import type { Cli, Session } from '../session.ts';
import { wholeNumber } from '../names.ts';
import { clock, lastLines, short, when } from '../text.ts';
import { addRequestOptions, type RequestOptions, machineRequestOf, refuseHalfSeries, repeatOption } from '../reservation-request.ts';

interface Options extends RequestOptions {
  wait: boolean;
  repeat?: string;
  partial?: boolean;
  seats?: number;
  label?: Record<string, string>;
}

export function addReserve(program: Command, cli: Cli): void {
  const command = program
    .command('reserve <image>')
    .description('reserve a machine of an image (NAME or NAME@NUMBER) and watch it become ready')
    .addOption(repeatOption())
    .option('--partial', 'with --repeat: take those that can be had; otherwise it is all or none')
    .option('--seats <n>', 'with --repeat: so many machines each time, all of them yours', wholeNumber)
    .option('--label <label>', 'a label to find it by: KEY=VALUE; may be given again', labelOption)
    .option('--no-wait', 'do not wait until it is ready');
  addRequestOptions(command).action(async (image: string, options: Options, command: Command) => {
    if (options.partial && options.repeat === undefined) command.error('error: --partial goes with --repeat');
    if (options.seats !== undefined && options.repeat === undefined) command.error('error: --seats goes with --repeat');
    refuseHalfSeries(command, options);
    const session = cli.open(command);
    if (options.repeat !== undefined) {
      await again(session, image, options, options.repeat);
      return;
    }
    const made = await ask(session, bodyOf(image, options));
    session.say(`reservation ${short(made.id)} of ${made.image}@${made.revision}`);
    const end = options.wait ? await followReservation(session, made.id) : made;
    answerReservation(session, end);
  });
}

async function again(session: Session, image: string, options: Options, rule: string): Promise<void> {
  const { openEnd: _none, until: _no, ...request } = machineRequestOf(image, options);
  const body = {
    id: randomUUID(),
    ...request,
    at: options.at ?? '',
    zone: options.zone,
    rule,
    ...(options.partial ? { partial: true } : {}),
    ...(options.seats === undefined ? {} : { seats: options.seats }),
    ...(options.label === undefined ? {} : { labels: options.label }),
  };
  const made = await session.client.reserveSeries({ body });
  for (const r of made.refused)
    session.say(`not at ${clock(r.at)}${options.seats === undefined ? '' : `, ${r.seats} of ${options.seats}`}: ${r.message}`);
  session.answer(made, describeSeries(made));
}

function bodyOf(image: string, options: Options): ReserveBody & { id: string } {
  const { label: labels } = options;
  return { id: randomUUID(), ...machineRequestOf(image, options), ...(labels === undefined ? {} : { labels }) };
}

/** Asks; when the answer is lost on the way, once more with the same id, which makes no second reservation. */
function ask(session: Session, body: ReserveBody & { id: string }): Promise<Reservation> {
  return interruptible(
    session.io,
    () => reservationGoesOn(body.id),
    async (signal) => {
      try {
        return await session.client.reserve({ body }, { signal });
      } catch (error) {
        if (!(error instanceof UnreachableError) || refused(error)) throw error;
        return session.client.reserve({ body }, { signal });
      }
    },
  );
}

/** Nobody listens there, so nothing was begun. */
function refused(error: unknown): boolean {
  for (let e: unknown = error; e instanceof Error; e = e.cause) {
    if (['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes((e as NodeJS.ErrnoException).code ?? '')) return true;
  }
  return false;
}

/** What became of it; an error of the command if it failed. */
export function answerReservation(session: Session, end: Reservation): void {
  if (end.state === 'failed' && !session.json) session.io.err(`${lastLines(end.failure)}\n`.trimStart());
  if (end.state === 'failed') throw failed('the machine could not be made ready', end.failure);
  for (const note of end.notes) session.say(`note: ${note}`);
  const id = short(end.id);
  if (end.state === 'ended') {
    throw new CarrelError('wrong-state', `${id} was ended before it was ready: by somebody, or by its time`, {
      hint: `reserve another; \`carrel show ${id}\` has what is known of it`,
    });
  }
  if (end.state === 'ready') {
    session.answer(end, `${id}  ready until ${end.endsAt ? clock(end.endsAt) : 'you end it'}\nlog in with: carrel ssh ${id}`);
  } else if (end.state === 'booked') {
    session.answer(
      end,
      `${id}  booked: begins ${clock(end.startsAt)} (${when(end.startsAt)}), ends ${end.endsAt ? clock(end.endsAt) : 'when you end it'}`,
    );
  } else {
    session.answer(end, `${id}  ${end.state}`);
  }
}
