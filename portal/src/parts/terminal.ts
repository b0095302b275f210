/** xterm.js joined with a WebSocket of the server's: a shell in the guest, or the machine's serial console. */
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { refusalIn } from '../../../src/client/refusal.ts';
import { type ApiError, UnreachableError } from '../api/client.ts';
import { cspNonce } from '../app/nonce.ts';

/** As the attribute would be, by the one way that the page's policy leaves open. */
function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}

/**
 * From the first terminal on: xterm makes style elements at run time and knows no nonce, and writes the colours of a selection and those beyond
 * the 256 as attributes. It asks the page's own document for its elements, whatever `documentOverride` says (6.0.0).
 */
function keepPolicy(): void {
  if (Object.hasOwn(document, 'createElement')) return;
  const plain = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = plain(name, options);
    if (name === 'style') element.nonce = cspNonce();
    else if (name === 'span') element.setAttribute = setAttribute;
    return element;
  }) as typeof document.createElement;
}

/**
 * A terminal as large as its place, gone with the signal. With `leastCols` never narrower than that: what the other side takes for its width
 * without asking, so that its place is scrolled on a phone.
 */
export function showTerminal(target: HTMLElement, signal: AbortSignal, leastCols = 0): Terminal {
  const terminal = new Terminal({
    fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
    fontSize: 14,
    cursorBlink: true,
    screenReaderMode: true,
    // A reverse search, a pager and the like: AltGr makes characters, and is no Meta key.
    macOptionIsMeta: false,
    scrollback: 10_000,
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  // Tab is the machine's, so there is another way out, the same as from its screen.
  terminal.attachCustomKeyEventHandler((event) => {
    if (!event.ctrlKey || !event.altKey || !event.shiftKey) return true;
    terminal.blur();
    document.getElementById('main')?.focus();
    return false;
  });
  keepPolicy();
  terminal.open(target);
  const resize = () => {
    const size = fit.proposeDimensions();
    if (size !== undefined) terminal.resize(Math.max(size.cols, leastCols), size.rows);
  };
  resize();
  const resized = new ResizeObserver(resize);
  resized.observe(target);
  signal.addEventListener('abort', () => {
    resized.disconnect();
    terminal.dispose();
  });
  return terminal;
}

/** Milliseconds after which one that opened and said nothing was not refused. */
const SILENT_MS = 500;

interface JoinOptions {
  signal: AbortSignal;
  onOpen: () => void;
  /** What the other side is told when the terminal has another size; it is not, if left out. */
  onResize?: (size: { cols: number; rows: number }) => string;
}

/** Joined until the connection closes, and says how; rejects with why it was refused, or could not be opened. */
export async function joinTerminal(
  terminal: Terminal,
  path: string,
  { signal, onOpen, onResize }: JoinOptions,
): Promise<{ code: number; reason: string }> {
  const ws = new WebSocket(location.origin.replace(/^http/, 'ws') + path);
  ws.binaryType = 'arraybuffer';
  const encoder = new TextEncoder();
  const send = (data: string | Uint8Array<ArrayBuffer>) => ws.readyState === WebSocket.OPEN && ws.send(data);
  const listeners = [terminal.onData((text) => send(encoder.encode(text)))];
  if (onResize !== undefined) listeners.push(terminal.onResize((size) => send(onResize(size))));
  const onAbort = () => ws.close();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      let [opened, told] = [false, false];
      let refusal: ApiError | undefined;
      // A refusal opens it too, and comes right after: nobody is told of an opening that is none, and no keyboard is taken for it.
      const tell = () => {
        if (told || refusal !== undefined || ws.readyState !== WebSocket.OPEN) return;
        told = true;
        onOpen();
        terminal.focus();
      };
      ws.addEventListener('open', () => {
        opened = true;
        setTimeout(tell, SILENT_MS);
      });
      ws.addEventListener('message', ({ data }) => {
        if (typeof data === 'string') refusal ??= refusalIn(data);
        else {
          tell();
          terminal.write(new Uint8Array(data as ArrayBuffer));
        }
      });
      ws.addEventListener('close', ({ code, reason }) => {
        if (refusal !== undefined) reject(refusal);
        else if (opened) resolve({ code, reason });
        else reject(new UnreachableError(location.origin, 'the WebSocket did not open'));
      });
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    for (const listener of listeners) listener.dispose();
  }
}
