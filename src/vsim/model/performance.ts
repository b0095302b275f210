import { type Entity, type Host, isCompute, isHost, isVm, type Vm } from './entities.ts';
import { invalidArgument } from './fault.ts';
import type { Model } from './model.ts';

/** Seconds between samples of the last hour; a host keeps 180 of them. */
export const REAL_TIME = 20;
const REAL_TIME_SAMPLES = 180;

/** What a server keeps for longer, as a fresh one is set: samples every `period` seconds, for `length` seconds. */
export interface Interval {
  key: number;
  name: string;
  period: number;
  length: number;
}

/** What is measured. Keys differ from server to server, so clients look counters up by group, name and rollup. */
export interface Counter {
  key: number;
  group: string;
  name: string;
  label: string;
  unit: 'percent' | 'megaHertz' | 'millisecond' | 'kiloBytes' | 'kiloBytesPerSecond' | 'second';
  rollup: 'average' | 'summation' | 'latest';
  stats: 'absolute' | 'delta' | 'rate';
  /** From which collection level on it is kept, 1 to 4. */
  level: number;
  host: (host: Host, m: Model) => number;
  vm: (vm: Vm, m: Model) => number;
}

const KIB_OF_MIB = 1024;
const HUNDREDTHS = 100;
const MHZ_OF_VM = 50;

const hostCpu = (h: Host): number => h.poweredOn * MHZ_OF_VM;
const percentOf = (part: number, whole: number): number => (whole === 0 ? 0 : Math.floor((part * 100 * HUNDREDTHS) / whole));
const uptime = (since: number | undefined, m: Model): number => (since === undefined ? 0 : Math.floor((m.now() - since) / 1000));
const none = (): number => 0;
const memory = (vm: Vm): number => vm.record.memoryMB * KIB_OF_MIB;

const counter = (
  key: number,
  path: string,
  label: string,
  unit: Counter['unit'],
  stats: Counter['stats'],
  level: number,
  host: Counter['host'],
  vm: Counter['vm'],
): Counter => {
  const [group = '', name = '', rollup = ''] = path.split('.');
  return { key, group, name, rollup: rollup as Counter['rollup'], label, unit, stats, level, host, vm };
};

/** Processor and memory say what the summaries say; simulated guests read, write and send nothing. */
export const COUNTERS: readonly Counter[] = [
  counter(
    2,
    'cpu.usage.average',
    'Usage',
    'percent',
    'rate',
    1,
    (h) => percentOf(hostCpu(h), h.cores * h.mhz),
    (vm) => percentOf(MHZ_OF_VM, vm.record.numCPUs * vm.host.mhz),
  ),
  counter(6, 'cpu.usagemhz.average', 'Usage in MHz', 'megaHertz', 'rate', 1, hostCpu, () => MHZ_OF_VM),
  counter(12, 'cpu.ready.summation', 'Ready', 'millisecond', 'delta', 1, none, none),
  counter(
    24,
    'mem.usage.average',
    'Usage',
    'percent',
    'absolute',
    1,
    (h) => percentOf(h.usedMemoryBytes, h.memoryBytes),
    (vm) => percentOf(memory(vm) / 4, memory(vm)),
  ),
  counter(
    33,
    'mem.active.average',
    'Active',
    'kiloBytes',
    'absolute',
    2,
    (h) => Math.floor(h.usedMemoryBytes / 4096),
    (vm) => Math.floor(memory(vm) / 4),
  ),
  counter(90, 'mem.vmmemctl.average', 'Balloon', 'kiloBytes', 'absolute', 1, none, none),
  counter(98, 'mem.consumed.average', 'Consumed', 'kiloBytes', 'absolute', 1, (h) => Math.floor(h.usedMemoryBytes / 1024), memory),
  counter(125, 'disk.usage.average', 'Usage', 'kiloBytesPerSecond', 'rate', 1, none, none),
  counter(130, 'disk.read.average', 'Read rate', 'kiloBytesPerSecond', 'rate', 2, none, none),
  counter(131, 'disk.write.average', 'Write rate', 'kiloBytesPerSecond', 'rate', 2, none, none),
  counter(143, 'net.usage.average', 'Usage', 'kiloBytesPerSecond', 'rate', 1, none, none),
  counter(148, 'net.received.average', 'Data receive rate', 'kiloBytesPerSecond', 'rate', 2, none, none),
  counter(149, 'net.transmitted.average', 'Data transmit rate', 'kiloBytesPerSecond', 'rate', 2, none, none),
  counter(
    155,
    'sys.uptime.latest',
    'Uptime',
    'second',
    'absolute',
    1,
    (h, m) => uptime(h.bootTime, m),
    (vm, m) => uptime(vm.bootTime, m),
  ),
];

const DAY = 86_400;

/** The historical intervals: four on vCenter, a day on a host. */
export function intervals(m: Model): Interval[] {
  const all = [
    { key: 1, name: 'Past day', period: 300, length: DAY },
    { key: 2, name: 'Past week', period: 1800, length: 7 * DAY },
    { key: 3, name: 'Past month', period: 7200, length: 30 * DAY },
    { key: 4, name: 'Past year', period: DAY, length: 365 * DAY },
  ];
  return m.isVc ? all : all.slice(0, 1);
}

/** Whether an object's present state is measured (hosts and VMs), or only sums over time; InvalidArgument for what is not measured at all. */
export function provider(entity: Entity): { current: boolean } {
  if (isHost(entity) || isVm(entity)) return { current: true };
  if (isCompute(entity) || /^(ResourcePool|Datacenter|Datastore)$/.test(entity.type)) return { current: false };
  throw invalidArgument('entity');
}

/** The counters with these keys; InvalidArgument if one does not exist. */
export function countersByKey(keys: readonly number[]): Counter[] {
  return keys.map((key) => {
    const found = COUNTERS.find((c) => c.key === key);
    if (found === undefined) throw invalidArgument('counterId');
    return found;
  });
}

/** Only what runs is measured. Sums of clusters, pools and datastores are not kept: such objects have no counters here. */
function runningSince(entity: Entity): number | undefined {
  if (isVm(entity)) return entity.power === 'poweredOn' && entity.connection === 'connected' ? entity.bootTime : undefined;
  return isHost(entity) && entity.connection === 'connected' ? entity.bootTime : undefined;
}

/** What there is to read of an object at an interval in seconds (undefined: any). InvalidArgument if nothing is sampled so. */
export function availableCounters(m: Model, entity: Entity, interval: number | undefined): readonly Counter[] {
  const { current } = provider(entity);
  if (interval !== undefined) checkInterval(m, interval, current);
  if (runningSince(entity) === undefined) return [];
  return interval === undefined || interval === REAL_TIME ? COUNTERS : COUNTERS.filter((c) => c.level === 1);
}

/** An interval is the real-time one, where the object has that, or one of the historical ones. */
function checkInterval(m: Model, interval: number, current: boolean): void {
  if (interval === REAL_TIME ? current : intervals(m).some((i) => i.period === interval)) return;
  throw invalidArgument('intervalId');
}

export interface PerfQuery {
  entity: Entity;
  /** Milliseconds; the first sample is after it. */
  start: number | undefined;
  /** Milliseconds; the last sample is not after it. */
  end: number | undefined;
  /** At most so many real-time samples, the latest; history is not cut. */
  max: number | undefined;
  /** All that there are if undefined. */
  counters: readonly number[] | undefined;
  interval: number | undefined;
}

export interface Samples {
  entity: Entity;
  /** Seconds. */
  interval: number;
  /** Milliseconds. */
  times: number[];
  series: { counter: Counter; values: number[] }[];
}

/**
 * Samples of one object; undefined if it was not running. The model keeps no history, so every sample says what is so now.
 * InvalidArgument for a counter or interval that does not exist.
 */
export function samples(m: Model, query: PerfQuery): Samples | undefined {
  const { entity } = query;
  const interval = query.interval ?? (provider(entity).current ? REAL_TIME : 300);
  const available = availableCounters(m, entity, interval);
  const wanted = query.counters === undefined ? available : countersByKey(query.counters).filter((c) => available.includes(c));
  const since = runningSince(entity);
  if (since === undefined) return undefined;
  const length = interval === REAL_TIME ? REAL_TIME * REAL_TIME_SAMPLES : (intervals(m).find((i) => i.period === interval)?.length ?? 0);
  const step = interval * 1000;
  const from = Math.max(query.start ?? -Infinity, since, m.now() - length * 1000);
  const until = Math.min(query.end ?? Infinity, m.now());
  const times: number[] = [];
  for (let at = (Math.floor(from / step) + 1) * step; at <= until; at += step) times.push(at);
  const kept = interval === REAL_TIME && query.max !== undefined && query.max > 0 ? times.slice(-query.max) : times;
  return { entity, interval, times: kept, series: wanted.map((c) => ({ counter: c, values: kept.map(() => valueOf(m, entity, c)) })) };
}

function valueOf(m: Model, entity: Entity, c: Counter): number {
  if (isVm(entity)) return c.vm(entity, m);
  return isHost(entity) ? c.host(entity, m) : 0;
}
