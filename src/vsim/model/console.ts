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

/**
 * Uses a ticket up; undefined if it is unknown, over, used, not for a console, or the VM is off or on another host meanwhile. Each ESXi host has an
 * address of its own, and knows the tickets for itself: `host` is the one that was asked. The simulator has one address, and so asks as the ticket's.
 */
export function redeemTicket(m: Model, text: string, host?: string): Vm | undefined {
  const all = tickets.get(m);
  const ticket = all?.get(text);
  if (ticket === undefined || ticket.expires < m.now() || ticket.host !== (host ?? ticket.host)) return undefined;
  if (ticket.kind !== 'webmks' || ticket.vm.host.name !== ticket.host || ticket.vm.power !== 'poweredOn') return undefined;
  all?.delete(text);
  return ticket.vm;
}
