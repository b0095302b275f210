/** WebMKS: the screen of a VM in a WebSocket, for who has a ticket. */
import type { Server } from 'node:https';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { serveRfb } from '../guest/rfb.ts';
import { redeemTicket } from '../model/console.ts';
import type { Vm } from '../model/entities.ts';
import type { Model } from '../model/model.ts';

/** The one subprotocol of WebMKS that is still in use. */
const PROTOCOL = 'binary';

/** Answers upgrades to `/ticket/…` on that server. What is returned cuts all consoles off. */
export function serveConsoles(server: Server, m: Model): () => void {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1 << 20, handleProtocols: () => PROTOCOL });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    const ticket = /^\/ticket\/([^/?]+)$/.exec(request.url ?? '')?.[1];
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
    if (ticket === undefined) return refuse(socket, '404 Not Found');
    if (!offered.includes(PROTOCOL)) return refuse(socket, '400 Bad Request');
    const vm = redeemTicket(m, decodeTicket(ticket));
    if (vm === undefined) return refuse(socket, '403 Forbidden');
    sockets.handleUpgrade(request, socket, head, (ws) => show(m, vm, ws));
  });
  return () => {
    for (const ws of sockets.clients) ws.terminate();
  };
}

/** Until the viewer goes, or the VM is off, away, started anew or on another host. */
function show(m: Model, vm: Vm, ws: WebSocket): void {
  const { host, guest } = vm;
  const stream = createWebSocketStream(ws, { allowHalfOpen: false });
  stream.on('error', () => {});
  if (guest === undefined) {
    ws.close(1011, 'there is no guest');
    return;
  }
  const stopListening = m.listen((kind, entity) => {
    if (entity !== vm) return;
    if (kind === 'leave' || vm.power !== 'poweredOn' || vm.host !== host || vm.guest !== guest) ws.close(1000, 'the console has ended');
  });
  ws.on('close', stopListening);
  void serveRfb(stream, vm.name, guest.screen);
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function decodeTicket(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
