/** A machine's screen: noVNC over the server's WebSocket, opened again by itself when it breaks, and where what refused it may pass. */
import RFB from '@novnc/novnc';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { pauseAfter } from '../../../src/client/events.ts';
import { refusalIn } from '../../../src/client/refusal.ts';
import { ApiError, api } from '../api/client.ts';
import { againOf } from '../rules/again.ts';
import { type Stroke, usKeysym } from '../rules/keyboard.ts';

/** `broken`: it is opened again by itself; `refused`: only when somebody asks; `over`: not any more. */
export type ScreenLink = 'connecting' | 'open' | 'broken' | 'refused' | 'over';

export interface ScreenControls {
  type(strokes: readonly Stroke[]): void;
  /** Puts text into the machine's clipboard, where its guest has an agent for that; nothing else tells whether it has. */
  putInClipboard(text: string): void;
  ctrlAltDel(): void;
  ctrlAltF(n: number): void;
  focus(): void;
}

const SHIFT = { keysym: 0xffe1, code: 'ShiftLeft' };
const ALT_GR = { keysym: 0xfe03, code: 'AltRight' };
const CONTROL = { keysym: 0xffe3, code: 'ControlLeft' };
const ALT = { keysym: 0xffe9, code: 'AltLeft' };
/** Milliseconds between two attempts, doubled with each that is refused. */
const AGAIN_MS = 1_000;
const LONGEST_MS = 15_000;

export function useScreen(id: string, target: RefObject<HTMLDivElement | null>) {
  const [link, setLink] = useState<ScreenLink>('connecting');
  const [error, setError] = useState<unknown>();
  const [round, setRound] = useState(0);
  const [copied, setCopied] = useState<string>();
  const rfb = useRef<RFB>(undefined);
  useEffect(() => {
    const stop = new AbortController();
    setCopied(undefined);
    const onCopied = (text: string) => setCopied(text);
    void keepOpen(id, target, stop.signal, onCopied, (next, why, opened) => {
      if (stop.signal.aborted) return;
      setLink(next);
      setError(why);
      rfb.current = opened;
    });
    return () => stop.abort();
  }, [id, target, round]);
  const screen = useMemo<ScreenControls>(
    () => ({
      type: (strokes) => {
        const to = rfb.current;
        if (to === undefined) return;
        for (const stroke of strokes) press(to, stroke);
        to.focus();
      },
      putInClipboard: (text) => {
        rfb.current?.clipboardPasteFrom(text);
        rfb.current?.focus();
      },
      ctrlAltDel: () => rfb.current?.sendCtrlAltDel(),
      ctrlAltF: (n) => {
        const to = rfb.current;
        if (to !== undefined) chord(to, [CONTROL, ALT, { keysym: 0xffbd + n, code: `F${n}` }]);
      },
      focus: () => rfb.current?.focus(),
    }),
    [],
  );
  return { link, error, screen, copied, again: () => setRound(round + 1) };
}

interface Key {
  keysym: number;
  code: string;
}

function press(to: RFB, stroke: Stroke): void {
  const held = [...(stroke.shift ? [SHIFT] : []), ...(stroke.altGr ? [ALT_GR] : [])];
  chord(to, [...held, { keysym: usKeysym(stroke), code: stroke.code }]);
}

function chord(to: RFB, keys: readonly Key[]): void {
  for (const { keysym, code } of keys) to.sendKey(keysym, code, true);
  for (const { keysym, code } of keys.toReversed()) to.sendKey(keysym, code, false);
}

type Tell = (link: ScreenLink, error?: unknown, rfb?: RFB) => void;

async function keepOpen(
  id: string,
  target: RefObject<HTMLDivElement | null>,
  signal: AbortSignal,
  onCopied: (text: string) => void,
  tell: Tell,
): Promise<void> {
  tell('connecting');
  let pauseMs = AGAIN_MS;
  while (!signal.aborted && target.current !== null) {
    try {
      const { path } = await api.consoleTicket({ params: { id } }, { signal });
      const url = `${location.origin.replace(/^http/, 'ws')}${path}`;
      await connected(url, target.current, signal, (rfb) => {
        pauseMs = AGAIN_MS;
        // Kept for the person to take: no page writes to a clipboard because a machine says so.
        rfb.addEventListener('clipboard', (event) => onCopied((event as CustomEvent<{ text: string }>).detail.text));
        tell('open', undefined, rfb);
      });
      tell('broken');
    } catch (error) {
      if (signal.aborted) return;
      // The person is told why, and the page looks again by itself while that may help.
      const again = againOf(error);
      tell(again === 'never' ? 'over' : again === 'by-hand' ? 'refused' : 'broken', error instanceof ApiError ? error : undefined);
      if (again !== 'by-itself') return;
      if (error instanceof ApiError) pauseMs = pauseAfter(error, Math.min(pauseMs * 2, LONGEST_MS));
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Resolves when the connection ends, however it does; rejects with why the server refused it. */
function connected(url: string, target: HTMLDivElement, signal: AbortSignal, onOpen: (rfb: RFB) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    // noVNC tells nobody why its WebSocket was closed, so it is given one that is listened to.
    const ws = new WebSocket(url);
    let refusal: ApiError | undefined;
    ws.addEventListener('message', ({ data }) => (refusal ??= refusalIn(data)));
    const rfb = new RFB(target, ws, { shared: true });
    rfb.scaleViewport = true;
    rfb.background = '#000';
    const leave = (event: KeyboardEvent) => {
      if (event.ctrlKey && event.altKey && event.shiftKey) {
        rfb.blur();
        document.getElementById('main')?.focus();
      }
    };
    target.addEventListener('keydown', leave, true);
    rfb.addEventListener('connect', () => {
      onOpen(rfb);
      rfb.focus();
    });
    const onAbort = () => rfb.disconnect();
    rfb.addEventListener('disconnect', () => {
      target.removeEventListener('keydown', leave, true);
      // noVNC complains of being closed twice.
      signal.removeEventListener('abort', onAbort);
      target.replaceChildren();
      if (refusal === undefined) resolve();
      else reject(refusal);
    });
    if (signal.aborted) rfb.disconnect();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
