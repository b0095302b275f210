import type { Vm } from './entities.ts';
import { invalidArgument, invalidPower } from './fault.ts';
import type { Model } from './model.ts';
import { assertConnected } from './register.ts';

/** How long a ticket may be used, in simulated milliseconds. */
export const TICKET_MS = 30_000;

export interface Ticket {
  ticket: string;
  kind: string;
  vm: Vm;
  host: string;
  port: number;
  expires: number;
}

const tickets = new WeakMap<Model, Map<string, Ticket>>();

/** AcquireTicket: for a running VM, bound to the host on which it runs now. */
export function acquireTicket(m: Model, vm: Vm, kind: string): Ticket {
  assertConnected(vm);
  if (!['webmks', 'mks', 'guestControl'].includes(kind)) throw invalidArgument('ticketType');
  if (vm.power !== 'poweredOn') throw Object.assign(invalidPower('poweredOn', vm.power), { fault: 'InvalidPowerState' });
  const ticket: Ticket = { ticket: m.random.hex(16), kind, vm, host: vm.host.name, port: 443, expires: m.now() + TICKET_MS };
  let all = tickets.get(m);
  if (all === undefined) {
    all = new Map();
    tickets.set(m, all);
  }
  for (const [key, old] of all) if (old.expires < m.now()) all.delete(key);
  all.set(ticket.ticket, ticket);
  return ticket;
}

/** Uses a ticket up on a host; undefined if it is unknown, over, used, or the VM moved to another host meanwhile. */
export function redeemTicket(m: Model, text: string, host: string): Vm | undefined {
  const all = tickets.get(m);
  const ticket = all?.get(text);
  if (ticket === undefined || ticket.expires < m.now() || ticket.host !== host || ticket.vm.host.name !== host) return undefined;
  all?.delete(text);
  return ticket.vm;
}
