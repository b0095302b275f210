import type { EventFilterSpec, TaskFilterSpec } from '../../../vsphere/types/vim.gen.ts';
import type { Task } from '../../model/entities.ts';
import { isTask } from '../../model/entities.ts';
import { invalidArgument, notSupported } from '../../model/fault.ts';
import type { SimEvent } from '../../model/model.ts';
import type { Call, Handlers } from '../calls.ts';
import { date, ref } from '../props/context.ts';
import { taskInfo } from '../props/misc.ts';
import type { HistoryCollector } from '../state.ts';

const EVENT_TYPES = new Set([
  'VmCreatedEvent',
  'VmPoweredOnEvent',
  'VmPoweredOffEvent',
  'VmRemovedEvent',
  'VmReconfiguredEvent',
  'VmRegisteredEvent',
  'VmSuspendedEvent',
]);

function eventData(event: SimEvent): Record<string, unknown> {
  const base = {
    key: event.key,
    chainId: event.chainId,
    createdTime: date(event.time),
    userName: event.user,
    ...(event.vm === undefined ? {} : { vm: { name: event.vm.name, vm: ref(event.vm) } }),
    fullFormattedMessage: event.message,
  };
  if (event.type.startsWith('Customization')) return { _type: event.type, ...base, template: false };
  if (EVENT_TYPES.has(event.type)) return { _type: event.type, ...base, template: event.vm?.record.template ?? false };
  return { _type: 'EventEx', ...base, eventTypeId: event.type, severity: 'info' };
}

const MAX_PAGE = 1000;

function matchEvents(c: Call, filter: EventFilterSpec): (event: SimEvent) => boolean {
  const wanted = filter.entity?.entity.value;
  const types = new Set([...(filter.type ?? []), ...(filter.eventTypeId ?? [])]);
  const begin = filter.time?.beginTime?.getTime() ?? 0;
  const end = filter.time?.endTime?.getTime() ?? Number.MAX_SAFE_INTEGER;
  return (e) =>
    (wanted === undefined || e.vm?.id === wanted || wanted === c.m.root.id) &&
    (types.size === 0 || types.has(e.type)) &&
    (filter.eventChainId === undefined || e.chainId === filter.eventChainId) &&
    e.time >= begin &&
    e.time <= end;
}

function matchTasks(c: Call, filter: TaskFilterSpec): (task: Task) => boolean {
  const wanted = filter.entity?.entity.value;
  return (t) =>
    (wanted === undefined || t.entity?.id === wanted || wanted === c.m.root.id) &&
    (filter.eventChainId === undefined || filter.eventChainId.includes(t.chainId)) &&
    (filter.state === undefined || filter.state.length === 0 || filter.state.includes(t.state));
}

function open(c: Call, type: HistoryCollector['type'], items: () => Record<string, unknown>[]) {
  const id = c.state.newId('history');
  // A new collector stands at the end: what is older is read by rewinding or by the Previous calls.
  c.state.histories.set(id, { type, id, name: id, parent: undefined, items, at: items().length });
  return ref({ type, id });
}

function history(c: Call): HistoryCollector {
  const found = c.state.histories.get(c.self.id);
  if (found === undefined) throw notSupported();
  return found;
}

function checkCount(maxCount: number): void {
  if (maxCount < 1 || maxCount > MAX_PAGE) throw invalidArgument('maxCount');
}

function next(c: Call, maxCount: number): never {
  checkCount(maxCount);
  const h = history(c);
  const page = h.items().slice(h.at, h.at + maxCount);
  h.at += page.length;
  return page as never;
}

function previous(c: Call, maxCount: number): never {
  checkCount(maxCount);
  const h = history(c);
  const from = Math.max(0, h.at - maxCount);
  const page = h.items().slice(from, h.at);
  h.at = from;
  return page as never;
}

export const historyMethods: Handlers = {
  QueryEvents: (c, a) =>
    c.m.events
      .filter(matchEvents(c, a.filter))
      .slice(-(a.filter.maxCount ?? MAX_PAGE))
      .map(eventData) as never,
  CreateCollectorForEvents: (c, a) => {
    const match = matchEvents(c, a.filter);
    return open(c, 'EventHistoryCollector', () => c.m.events.filter(match).map(eventData));
  },
  CreateCollectorForTasks: (c, a) => {
    const match = matchTasks(c, a.filter);
    const all = () => [...c.m.objects.values()].filter((e): e is Task => isTask(e) && match(e));
    return open(c, 'TaskHistoryCollector', () => all().map(taskInfo));
  },
  ReadNextEvents: (c, a) => next(c, a.maxCount),
  ReadPreviousEvents: (c, a) => previous(c, a.maxCount),
  ReadNextTasks: (c, a) => next(c, a.maxCount),
  ReadPreviousTasks: (c, a) => previous(c, a.maxCount),
  RewindCollector: (c) => {
    history(c).at = 0;
  },
  ResetCollector: (c) => {
    const h = history(c);
    h.at = h.items().length;
  },
  DestroyCollector: (c) => {
    history(c);
    c.state.histories.delete(c.self.id);
  },
  SetCollectorPageSize: (c, a) => {
    history(c);
    checkCount(a.maxCount);
  },
};
