/** reserve, ls, show, extend, end, power, capture */
import { type Command, Option } from 'commander';
import type { Reservation } from '../../contract/reservations.ts';
import { failed, follow } from '../follow.ts';
import { findReservation, imageAndRevision, type OpenSession, type Session } from '../session.ts';
import { facts, table, when } from '../table.ts';
import { followRevision, wholeNumber } from './image.ts';

const short = (id: string) => id.slice(0, 8);

export function addReservationCommands(program: Command, open: OpenSession): void {
  program
    .command('reserve <image>')
    .description('reserve a machine of an image (NAME or NAME@REVISION) and watch it become ready')
    .option('--for <span>', 'how long: 2h, 90m, 1d12h', '2h')
    .addOption(new Option('--mode <mode>', 'how the machine is made').choices(['linked', 'full', 'instant']).default('linked'))
    .option('--memory <mib>', 'MiB of memory, if not what the image says', wholeNumber)
    .option('--vcpus <n>', 'virtual CPUs, if not what the image says', wholeNumber)
    .option('--no-wait', 'do not wait until it is ready')
    .action(
      async (
        image: string,
        options: { for: string; mode: Reservation['mode']; memory?: number; vcpus?: number; wait: boolean },
        command: Command,
      ) => {
        const session = open(command);
        const { name, number } = imageAndRevision(image);
        const made = await session.client.reserve({
          body: {
            image: name,
            mode: options.mode,
            for: options.for,
            ...(number === undefined ? {} : { revision: number }),
            ...(options.memory === undefined ? {} : { memoryMiB: options.memory }),
            ...(options.vcpus === undefined ? {} : { vcpus: options.vcpus }),
          },
        });
        session.say(`reservation ${short(made.id)} of ${made.image}@${made.revision}`);
        const end = options.wait ? await followReservation(session, made.id) : made;
        if (end.state === 'failed') throw failed('the machine could not be made ready', end.failure);
        for (const note of end.notes) session.say(`note: ${note}`);
        session.answer(
          end,
          options.wait
            ? `${short(end.id)}  ready until ${end.endsAt ?? 'you end it'}\nlog in with: carrel ssh ${short(end.id)}`
            : short(end.id),
        );
      },
    );

  program
    .command('ls')
    .description('your reservations')
    .option('--all', "everybody's (operators)")
    .option('--past', 'those that are over too')
    .action(async (options: { all?: boolean; past?: boolean }, command: Command) => {
      const session = open(command);
      const { items } = await session.client.listReservations({ query: { limit: 1000, ...options } });
      const rows = items.map((r) => [
        short(r.id),
        `${r.image}@${r.revision}`,
        r.mode,
        r.state,
        r.stageText || r.stage,
        when(r.endsAt),
        options.all ? r.owner : undefined,
      ]);
      session.answer(
        items,
        items.length === 0
          ? 'no reservations'
          : table(['ID', 'IMAGE', 'MODE', 'STATE', 'STAGE', 'ENDS', ...(options.all ? ['OWNER'] : [])], rows),
      );
    });

  program
    .command('show <id>')
    .description('one reservation and its machine (ID or the beginning of one)')
    .action(async (id: string, _options: object, command: Command) => {
      const session = open(command);
      const r = await findReservation(session.client, id);
      const machine = await session.client.showMachine({ params: { id: r.machine.id } });
      session.answer(
        { ...r, machineDetail: machine },
        describe(
          r,
          machine.chains.flatMap((c) => c.disks.map((d) => d.path)),
        ),
      );
    });

  program
    .command('extend <id> <span>')
    .description('put the end off: 30m, 2h')
    .action(async (id: string, span: string, _options: object, command: Command) => {
      const session = open(command);
      const { id: whole } = await findReservation(session.client, id);
      const now = await session.client.extendReservation({ params: { id: whole }, body: { for: span } });
      session.answer(now, `${short(whole)} ends ${now.endsAt} (${when(now.endsAt)})`);
    });

  program
    .command('end [ids...]')
    .description('give machines back')
    .option('--all', 'all of yours')
    .option('--no-wait', 'do not wait until they are gone')
    .action(async (ids: string[], options: { all?: boolean; wait: boolean }, command: Command) => {
      const session = open(command);
      if (ids.length === 0 && !options.all) command.error('error: name a reservation, or give --all');
      const wanted = options.all
        ? (await session.client.listReservations({ query: { limit: 1000 } })).items
        : await Promise.all(ids.map((id) => findReservation(session.client, id)));
      const asked = await Promise.all(wanted.map((r) => session.client.endReservation({ params: { id: r.id } })));
      const ended: Reservation[] = [];
      for (const r of asked) ended.push(options.wait ? await followReservation(session, r.id) : r);
      session.answer(ended, ended.length === 0 ? 'nothing to end' : ended.map((r) => `${short(r.id)}  ${r.state}`).join('\n'));
    });

  program
    .command('power <id> <op>')
    .description('switch the machine: on, off (hard), reset (hard), shutdown (asks the guest)')
    .action(async (id: string, op: string, _options: object, command: Command) => {
      const session = open(command);
      if (!['on', 'off', 'reset', 'shutdown'].includes(op)) command.error(`error: "${op}" is not one of on, off, reset, shutdown`);
      const { id: whole } = await findReservation(session.client, id);
      const { job } = await session.client.powerReservation({ params: { id: whole }, body: { op: op as 'on' } });
      const done = await follow(session, {
        look: () => session.client.showJob({ params: { id: job } }),
        stage: (j) => ({ text: `power ${op}`, over: j.state !== 'ready' && j.state !== 'running' }),
        goesOn: `power ${op} goes on; see carrel show ${short(whole)}`,
        subjects: [whole, job],
      });
      if (done.state !== 'done') throw failed(`power ${op}`, done.error);
      const now = await session.client.showReservation({ params: { id: whole } });
      session.answer(now, `${short(whole)}  ${now.machine.state}`);
    });

  program
    .command('capture <id>')
    .description("make a revision of the machine's disk: the next one of its image, or the first of a new one")
    .option('--as <image>', 'name of the image; its own if left out')
    .option('--publish', 'hand it out as soon as it is there')
    .option('--description <text>')
    .action(async (id: string, options: { as?: string; publish?: boolean; description?: string }, command: Command) => {
      const session = open(command);
      const { id: whole } = await findReservation(session.client, id);
      const started = await session.client.captureReservation({
        params: { id: whole },
        body: {
          publish: options.publish ?? false,
          ...(options.as === undefined ? {} : { image: options.as }),
          ...(options.description === undefined ? {} : { description: options.description }),
        },
      });
      await followRevision(session, started, 'capturing');
    });
}

/** Follows a reservation until it is ready or over. */
async function followReservation(session: Session, id: string): Promise<Reservation> {
  return follow(session, {
    look: () => session.client.showReservation({ params: { id } }),
    stage: (r) => ({ text: stageText(r), over: r.state !== 'preparing' && r.state !== 'ending' }),
    goesOn: `the reservation goes on; see it with \`carrel show ${short(id)}\`, end it with \`carrel end ${short(id)}\``,
    subjects: [id],
  });
}

function stageText(r: Reservation): string {
  if (r.queuePosition !== undefined) return `queued: number ${r.queuePosition} in line`;
  return r.stageText === '' || r.stageText === r.stage ? r.stage : `${r.stage}: ${r.stageText}`;
}

function describe(r: Reservation, disks: readonly string[]): string {
  return facts([
    ['reservation', r.id],
    ['image', `${r.image}@${r.revision}`],
    ['owner', r.owner],
    ['state', r.state === 'ready' || r.state === 'ended' ? r.state : `${r.state} (${stageText(r)})`],
    ['clone mode', r.mode],
    ['machine', `${r.machine.id} (${r.machine.state}, ${r.machine.vcpus} vCPU, ${r.machine.memoryMiB} MiB)`],
    ['host name', r.hostname],
    ['address', r.machine.address ? `${r.machine.address.host}:${r.machine.address.sshPort}` : undefined],
    ['on', r.provider],
    ['ends', r.endsAt ? `${r.endsAt} (${when(r.endsAt)})` : 'when you end it'],
    ['disks', disks.join(' -> ')],
    ['note', r.notes.join('; ')],
    ['failure', r.failure ? `${r.failure.message}${r.failure.hint ? ` (${r.failure.hint})` : ''}` : undefined],
  ]);
}
