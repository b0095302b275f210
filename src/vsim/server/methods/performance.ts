import type { PerfQuerySpec } from '../../../vsphere/types/vim.gen.ts';
import { invalidArgument } from '../../model/fault.ts';
import {
  availableCounters,
  COUNTERS,
  countersByKey,
  type PerfQuery,
  provider,
  REAL_TIME,
  type Samples,
  samples,
} from '../../model/performance.ts';
import { arg, type Call, type Handlers } from '../calls.ts';
import { date, long, ref } from '../props/context.ts';
import { counterInfo } from '../props/managers.ts';

/** Counters of the whole object have no instance; `*` asks for all instances, which is that one. */
const OF_THE_WHOLE = new Set(['', '*']);

function query(c: Call, spec: PerfQuerySpec): PerfQuery {
  return {
    entity: arg.any(c, spec.entity),
    start: spec.startTime?.getTime(),
    end: spec.endTime?.getTime(),
    max: spec.maxSample,
    counters: spec.metricId?.flatMap(({ counterId, instance }) => {
      countersByKey([counterId]);
      return OF_THE_WHOLE.has(instance) ? [counterId] : [];
    }),
    interval: spec.intervalId,
  };
}

function metric({ entity, interval, times, series }: Samples, format: string | undefined): unknown {
  const ids = series.map(({ counter, values }) => ({ id: { counterId: counter.key, instance: '' }, values }));
  if (format === 'csv') {
    const sampleInfoCSV = times.map((at) => `${interval},${date(at).toISOString().replace('.000', '')}`).join(',');
    return {
      _type: 'PerfEntityMetricCSV',
      entity: ref(entity),
      sampleInfoCSV,
      value: ids.map(({ id, values }) => ({ id, value: values.join(',') })),
    };
  }
  return {
    _type: 'PerfEntityMetric',
    entity: ref(entity),
    sampleInfo: times.map((at) => ({ timestamp: date(at), interval })),
    value: ids.map(({ id, values }) => ({ _type: 'PerfMetricIntSeries', id, value: values.map(long) })),
  };
}

export const performanceMethods: Handlers = {
  QueryPerfProviderSummary: (c, a) => {
    const { current } = provider(arg.any(c, a.entity));
    return { entity: a.entity, currentSupported: current, summarySupported: true, ...(current ? { refreshRate: REAL_TIME } : {}) };
  },
  QueryAvailablePerfMetric: (c, a) =>
    availableCounters(c.m, arg.any(c, a.entity), a.intervalId).map(({ key }) => ({ counterId: key, instance: '' })),
  QueryPerfCounter: (_, a) => countersByKey(a.counterId).map(counterInfo) as never,
  QueryPerfCounterByLevel: (_, a) => {
    if (a.level < 1 || a.level > 4) throw invalidArgument('level');
    return COUNTERS.filter(({ level }) => level <= a.level).map(counterInfo) as never;
  },
  QueryPerf: (c, a) =>
    a.querySpec.flatMap((spec) => {
      if (spec.format !== undefined && !/^(normal|csv)$/.test(spec.format)) throw invalidArgument('querySpec.format');
      const found = samples(c.m, query(c, spec));
      return found === undefined ? [] : [metric(found, spec.format)];
    }) as never,
};
