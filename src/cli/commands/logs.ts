import type { Command } from 'commander';
import { findReservation } from '../names.ts';
import type { Cli, Session } from '../session.ts';
import { lines } from '../text.ts';

/** Seconds that the server waits for more; it answers as soon as there is some. */
const WAIT_S = 20;

export function addLogs(program: Command, cli: Cli): void {
  program
    .command('logs <id>')
    .description("what the machine's serial console said; of a reservation that failed, the last lines")
    .option('-f, --follow', 'go on with what it says from now on, until Ctrl-C')
    .action(async (text: string, options: { follow?: boolean }, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const shown = await session.client.serialLog({ params: { id } });
      show(session, shown);
      if (!options.follow || shown.over) return;
      const stop = new AbortController();
      const restore = session.io.onInterrupt(() => stop.abort());
      try {
        await follow(session, id, shown.next, stop.signal);
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      } finally {
        restore();
      }
    });
}

async function follow(session: Session, id: string, from: number, signal: AbortSignal): Promise<void> {
  for (let after = from; ; ) {
    const more = await session.client.serialLog({ params: { id }, query: { after, waitS: WAIT_S } }, { signal });
    if (more.text !== '') show(session, more);
    if (more.over) return;
    after = more.next;
  }
}

/** As it comes: a part need not end with a line. */
function show(session: Session, part: { text: string }): void {
  session.io.out(session.json ? `${JSON.stringify(part)}\n` : lines(part.text));
}
