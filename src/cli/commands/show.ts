import type { Command } from 'commander';
import type { MachineDetail } from '../../contract/machines.ts';
import type { Reservation } from '../../contract/reservations.ts';
import { ApiError } from '../../client/errors.ts';
import { progressText, stageText } from '../follow.ts';
import { labelText } from '../labels.ts';
import { findReservation } from '../names.ts';
import type { Cli, Session } from '../session.ts';
import { clock, facts, failureText, lastLines, questionText, when } from '../text.ts';

export function addShow(program: Command, cli: Cli): void {
  program
    .command('show <id>')
    .alias('status')
    .description('one reservation and its machine (ID or the beginning of one)')
    .action(async (id: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const reservation = await findReservation(session.client, id);
      const machine = await machineOf(session, reservation);
      session.answer({ ...reservation, ...(machine && { machineDetail: machine }) }, describe(reservation, machine));
    });
}

/** Undefined for one that has, or had, none: it is booked, or was over before it began. */
async function machineOf(session: Session, reservation: Reservation): Promise<MachineDetail | undefined> {
  try {
    return await session.client.showMachine({ params: { id: reservation.machine.id } });
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not-found') return undefined;
    throw error;
  }
}

function proofText(machine: MachineDetail | undefined): string | undefined {
  const proof = machine?.proof;
  if (proof === undefined) return undefined;
  if (proof.writtenOff !== undefined) return `nobody saw it go: its provider was written off (${proof.writtenOff})`;
  const bad = proof.parents.filter((p) => !p.existsAfter || p.identityAfter !== p.identityBefore).length;
  const parents =
    bad === 0
      ? `${proof.parents.length} ${proof.parents.length === 1 ? 'disk' : 'disks'} below it unchanged`
      : `${bad} DISKS BELOW IT CHANGED`;
  return `${proof.removed.length} files removed at ${clock(proof.finishedAt)}, ${parents}`;
}

function datastores({ machine: { datastores: names = [] } }: Reservation): string {
  return names.length === 0 ? '' : `${names.length === 1 ? 'datastore' : 'datastores'} ${names.join(', ')}`;
}

function conditionText({ machine: { condition } }: Reservation): string | undefined {
  return condition && `${condition.kind}: ${condition.text} (${when(condition.since)}); ${condition.wayOut}`;
}

function describe(r: Reservation, machine: MachineDetail | undefined): string {
  // Of one that is ready only what is worth reading beside that.
  const settled = r.state === 'ended' || (r.state === 'ready' && (r.stageText === '' || r.stageText === 'ready'));
  return facts([
    ['reservation', r.id],
    ['image', `${r.image}@${r.revision}`],
    ['owner', r.owner],
    ['state', settled ? r.state : `${r.state} (${stageText(r)})`],
    ['work', progressText(r)],
    ['kept', r.keptUntil && `until ${clock(r.keptUntil)} (${when(r.keptUntil)}): \`carrel undo\` brings it back`],
    ['kind', r.kind],
    ['clone mode', r.machine.mode === undefined || r.machine.mode === r.mode ? r.mode : `${r.machine.mode} (asked for as ${r.mode})`],
    [
      'machine',
      `${r.machine.id} (${r.machine.state}, ${r.machine.vcpus} vCPU, ${r.machine.memoryMiB} MiB${r.machine.diskMiB === undefined ? '' : `, ${r.machine.diskMiB} MiB of disk`})`,
    ],
    ['condition', conditionText(r)],
    ['asked', r.machine.condition?.question && questionText(r.machine.condition.question)],
    ['host name', r.hostname],
    ['address', r.machine.address && `${r.machine.address.host}:${r.machine.address.rdpPort ?? r.machine.address.sshPort}`],
    ['on', [r.provider, r.machine.host && `host ${r.machine.host}`, datastores(r)].filter(Boolean).join(', ')],
    ['placed', r.placement],
    ['begins', r.state === 'booked' ? `${clock(r.startsAt)} (${when(r.startsAt)})` : undefined],
    ['ends', r.endedAt ? `ended ${clock(r.endedAt)}` : r.endsAt ? `${clock(r.endsAt)} (${when(r.endsAt)})` : 'when you end it'],
    ...(machine?.chains ?? []).map((c): [string, string] => ['disks', c.disks.map((d) => d.path).join(' -> ')]),
    ['proof', proofText(machine)],
    ['labels', labelText(r)],
    ['note', r.notes.join('; ')],
    ['failure', failureText(r.failure)],
  ]).concat(lastLines(r.failure));
}
