import type { Command } from 'commander';
import type { Checkpoint, CheckpointJob } from '../../contract/checkpoints.ts';
import { CarrelError } from '../../lib/errors.ts';
import { followJob } from '../follow.ts';
import { findReservation } from '../names.ts';
import type { Cli, Session } from '../session.ts';
import { short, table } from '../text.ts';

export function addCheckpointAdd(group: Command, cli: Cli): void {
  group
    .command('add <id> <name>')
    .description("keep a machine's disks as they are now, to be able to go back")
    .option('--description <text>', 'what it is')
    .action(async (text: string, name: string, options: { description?: string }, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const made = await session.client.addCheckpoint({ params: { id }, body: { name, ...options } });
      await followed(session, id, made, `checkpoint ${name}`, 'is there');
    });
}

export function addCheckpointLs(group: Command, cli: Cli): void {
  group
    .command('ls <id>')
    .description('what a machine can be taken back to')
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const { items } = await session.client.listCheckpoints({ params: { id } });
      const rows = items.map((c) => [short(c.id), c.name, c.state, c.createdAt, c.createdBy, c.description]);
      session.answer(items, items.length === 0 ? 'none' : table(['ID', 'NAME', 'STATE', 'MADE', 'BY', 'DESCRIPTION'], rows));
    });
}

export function addCheckpointRevert(group: Command, cli: Cli): void {
  group
    .command('revert <id> <checkpoint>')
    .description('take a machine back to a checkpoint (name or id); what came after it is lost')
    .action(async (text: string, wanted: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const found = await findCheckpoint(session, id, wanted);
      const begun = await session.client.revertCheckpoint({ params: { id, checkpoint: found.id } });
      await followed(session, id, begun, `going back to ${found.name}`, 'is what the machine is now');
    });
}

export function addCheckpointRm(group: Command, cli: Cli): void {
  group
    .command('rm <id> <checkpoint>')
    .description('delete a checkpoint (name or id); the machine stays as it is')
    .action(async (text: string, wanted: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const found = await findCheckpoint(session, id, wanted);
      const begun = await session.client.deleteCheckpoint({ params: { id, checkpoint: found.id } });
      await followed(session, id, begun, `deleting checkpoint ${found.name}`, 'is gone');
    });
}

async function followed(session: Session, id: string, { checkpoint, job }: CheckpointJob, doing: string, end: string): Promise<void> {
  await followJob(session, job, doing, `it goes on; see \`carrel checkpoint ls ${short(id)}\``);
  session.answer(checkpoint, `${checkpoint.name} ${end}`);
}

/** By name, else by the beginning of an id that fits one only. */
async function findCheckpoint(session: Session, id: string, text: string): Promise<Checkpoint> {
  const { items } = await session.client.listCheckpoints({ params: { id } });
  const named = items.find((c) => c.name === text);
  const begins = items.filter((c) => c.id.startsWith(text.toLowerCase()));
  const found = named ?? (begins.length === 1 ? begins[0] : undefined);
  if (found !== undefined) return found;
  throw new CarrelError('not-found', `there is no checkpoint ${JSON.stringify(text)}`, {
    hint: `see \`carrel checkpoint ls ${short(id)}\``,
  });
}
