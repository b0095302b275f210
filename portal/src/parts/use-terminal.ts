/** A terminal of a machine that stays on the page: joined, and joined again where that is of use. */
import type { Terminal } from '@xterm/xterm';
import { type RefObject, useEffect, useState } from 'react';
import { pauseAfter } from '../../../src/client/events.ts';
import { ApiError, api } from '../api/client.ts';
import { againOf } from '../rules/again.ts';
import { joinTerminal, showTerminal } from './terminal.ts';

/**
 * `broken`: it is joined again by itself; `held`: somebody else is there; `refused`: only when somebody asks; `ended`: the session is over, another
 * can be had; `over`: not any more.
 */
export type TerminalLink = 'connecting' | 'open' | 'broken' | 'held' | 'refused' | 'ended' | 'over';

/** Milliseconds between two attempts, doubled with each that is refused. */
const AGAIN_MS = 1_000;
const LONGEST_MS = 15_000;
/** Somebody else has the serial console now: see the contract. */
const TAKEN = 4409;
/** What a guest takes a serial port for: nothing tells it how wide the terminal is. */
const SERIAL_COLS = 80;
/** Of what the machine wrote on its serial console before one came, so many characters are shown. */
const SHOWN_BEFORE = 4_000;

type Tell = (link: TerminalLink, why?: unknown) => void;

interface Joining {
  id: string;
  terminal: Terminal;
  signal: AbortSignal;
  tell: Tell;
}

export interface MachineTerminal {
  link: TerminalLink;
  /** Why it is so: what the server refused, or the sentence with which somebody else took it. */
  why: unknown;
  again: () => void;
  /** Takes the place of who is there. */
  takeOver: () => void;
}

export function useTerminal(kind: 'shell' | 'serial', id: string, target: RefObject<HTMLElement | null>): MachineTerminal {
  const [now, setNow] = useState<{ link: TerminalLink; why?: unknown }>({ link: 'connecting' });
  const [round, setRound] = useState({ n: 0, force: false });
  useEffect(() => {
    const { current } = target;
    if (current === null) return;
    const stop = new AbortController();
    const tell: Tell = (link, why) => !stop.signal.aborted && setNow({ link, why });
    tell('connecting');
    const terminal = showTerminal(current, stop.signal, kind === 'serial' ? SERIAL_COLS : 0);
    const joining = { id, terminal, signal: stop.signal, tell };
    void (kind === 'serial' ? keepSerial(joining, round.force) : keepShell(joining));
    return () => stop.abort();
  }, [kind, id, target, round]);
  const next = (force: boolean) => setRound(({ n }) => ({ n: n + 1, force }));
  return { link: now.link, why: now.why, again: () => next(false), takeOver: () => next(true) };
}

/** One session: what was typed in it is not to be had again, so another begins only when somebody asks. */
async function keepShell({ id, terminal, signal, tell }: Joining): Promise<void> {
  await untilSettled({ signal, tell }, async (onOpen) => {
    const { terminalPath } = await api.consoleTicket({ params: { id } }, { signal });
    await joinTerminal(terminal, `${terminalPath}&cols=${terminal.cols}&rows=${terminal.rows}`, {
      signal,
      onOpen,
      onResize: ({ cols, rows }) => JSON.stringify({ cols, rows }),
    });
    tell('ended');
    return true;
  });
}

/** The machine goes on with what it says whoever listens: joined again after whatever broke, for as long as nobody else is there. */
async function keepSerial({ id, terminal, signal, tell }: Joining, force: boolean): Promise<void> {
  const session = crypto.randomUUID();
  let forced = force;
  let before = await saidBefore(id, signal);
  await untilSettled({ signal, tell }, async (onOpen) => {
    const { serialPath } = await api.consoleTicket({ params: { id } }, { signal });
    const path = `${serialPath}&session=${session}${forced ? '&force=true' : ''}`;
    const { code, reason } = await joinTerminal(terminal, path, {
      signal,
      onOpen: () => {
        forced = false;
        terminal.write(before);
        before = '';
        onOpen();
      },
    });
    if (code === TAKEN) tell('held', reason);
    else tell('broken');
    return code === TAKEN;
  });
}

/** The last lines, so that a prompt that waits is seen; nothing where there are none. */
async function saidBefore(id: string, signal: AbortSignal): Promise<string> {
  try {
    const { text } = await api.serialLog({ params: { id }, query: {} }, { signal });
    return text.slice(-SHOWN_BEFORE).replace(/\r?\n/g, '\r\n');
  } catch {
    return '';
  }
}

/** Joins, and again after a while where what was in the way may pass, until `join` says that it is done or nothing helps. */
async function untilSettled(
  { signal, tell }: Pick<Joining, 'signal' | 'tell'>,
  join: (onOpen: () => void) => Promise<boolean>,
): Promise<void> {
  let pauseMs = AGAIN_MS;
  while (!signal.aborted) {
    try {
      const onOpen = () => {
        pauseMs = AGAIN_MS;
        tell('open');
      };
      if (await join(onOpen)) return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.code === 'busy' && error.details['by'] !== undefined) return tell('held', error);
      const again = againOf(error);
      tell(again === 'never' ? 'over' : again === 'by-hand' ? 'refused' : 'broken', error instanceof ApiError ? error : undefined);
      if (again !== 'by-itself') return;
      if (error instanceof ApiError) pauseMs = pauseAfter(error, Math.min(pauseMs * 2, LONGEST_MS));
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
