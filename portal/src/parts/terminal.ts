/** xterm.js joined with the server's terminal. */
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { refusalIn } from '../../../src/client/refusal.ts';
import { type ApiError, api, UnreachableError } from '../api/client.ts';
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

/** Resolves when the session has ended; rejects when it could not be opened. */
export async function openTerminal(id: string, target: HTMLElement, of: { signal: AbortSignal; onOpen: () => void }): Promise<void> {
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
  keepPolicy();
  terminal.open(target);
  fit.fit();
  const resized = new ResizeObserver(() => fit.fit());
  resized.observe(target);
  try {
    await session(id, terminal, of);
  } finally {
    resized.disconnect();
    if (of.signal.aborted) terminal.dispose();
    // What was said last stays readable; the next one takes its place.
    else of.signal.addEventListener('abort', () => terminal.dispose(), { once: true });
  }
}

async function session(id: string, terminal: Terminal, { signal, onOpen }: { signal: AbortSignal; onOpen: () => void }): Promise<void> {
  const { terminalPath } = await api.consoleTicket({ params: { id } }, { signal });
  const size = `&cols=${terminal.cols}&rows=${terminal.rows}`;
  const ws = new WebSocket(location.origin.replace(/^http/, 'ws') + terminalPath + size);
  ws.binaryType = 'arraybuffer';
  const encoder = new TextEncoder();
  const typed = [
    terminal.onData((text) => ws.readyState === WebSocket.OPEN && ws.send(encoder.encode(text))),
    terminal.onResize(({ cols, rows }) => ws.readyState === WebSocket.OPEN && ws.send(JSON.stringify({ cols, rows }))),
  ];
  const onAbort = () => ws.close();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      let opened = false;
      let refusal: ApiError | undefined;
      ws.addEventListener('open', () => {
        opened = true;
        onOpen();
        terminal.focus();
      });
      ws.addEventListener('message', ({ data }) => {
        if (typeof data === 'string') refusal ??= refusalIn(data);
        else terminal.write(new Uint8Array(data as ArrayBuffer));
      });
      ws.addEventListener('close', () => {
        if (refusal !== undefined) reject(refusal);
        else if (opened) resolve();
        else reject(new UnreachableError(location.origin, 'the WebSocket did not open'));
      });
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    for (const listener of typed) listener.dispose();
  }
}
