import type { Entity } from '../../model/entities.ts';
import type { Model } from '../../model/model.ts';
import { type Counter, COUNTERS, intervals } from '../../model/performance.ts';
import type { PropTable } from './context.ts';

const described = (key: string, label: string) => ({ key, label, summary: label });

const UNITS: Record<Counter['unit'], string> = {
  percent: '%',
  megaHertz: 'MHz',
  millisecond: 'ms',
  kiloBytes: 'KB',
  kiloBytesPerSecond: 'KBps',
  second: 's',
};

const GROUPS: Record<string, string> = { cpu: 'CPU', mem: 'Memory', disk: 'Disk', net: 'Network', sys: 'System' };

/** A counter as clients see it. */
export function counterInfo(c: Counter): Record<string, unknown> {
  return {
    key: c.key,
    nameInfo: described(c.name, c.label),
    groupInfo: described(c.group, GROUPS[c.group] ?? c.group),
    unitInfo: described(c.unit, UNITS[c.unit]),
    rollupType: c.rollup,
    statsType: c.stats,
    level: c.level,
    perDeviceLevel: Math.max(c.level, 3),
  };
}

const feature = (key: string, value: string) => ({ key: 'feature', value: { _type: 'KeyValue', key, value } });

/** A host whose licence makes the API read-only has the free one, all else runs as a trial with every feature. */
function licence(m: Model): Record<string, unknown> {
  const free = m.options.restricted;
  return {
    licenseKey: '00000-00000-00000-00000-00000',
    editionKey: free ? 'esxBasic' : 'eval',
    name: free ? 'VMware vSphere Hypervisor' : 'Evaluation Mode',
    total: 0,
    costUnit: free ? 'cpuPackage' : '',
    properties: free
      ? [feature('vsmp:8', 'Up to 8-way virtual SMP')]
      : [feature('vsmp:256', 'Unlimited virtual SMP'), feature('drs', 'vSphere DRS'), feature('dvs', 'vSphere Distributed Switch')],
  };
}

/** Hours that a trial of 60 days has left, counted from the first host's start. */
function hoursLeft(m: Model): number {
  const since = m.hosts[0]?.bootTime ?? m.now();
  return Math.max(0, 60 * 24 - Math.floor((m.now() - since) / 3_600_000));
}

/** Who has which licence: vCenter itself and every host. */
export function assignments(m: Model): Record<string, unknown>[] {
  const self = { entityId: m.instanceUuid, entityDisplayName: 'vcenter' };
  const hosts = m.hosts.map((h) => ({ entityId: h.id, entityDisplayName: h.name }));
  return [self, ...hosts].map((entity) => ({ ...entity, scope: m.instanceUuid, assignedLicense: licence(m) }));
}

type AnyTable = PropTable<Entity>;

/** Objects that every server has and that clients read without asking whether they are there. */
export const managerProps: Record<string, AnyTable> = {
  LicenseManager: {
    top: {
      source: (_, r) => ({ _type: 'EvaluationLicenseSource', remainingHours: BigInt(hoursLeft(r.sim.model)) }),
      sourceAvailable: () => true,
      licensedEdition: (_, r) => (r.sim.model.options.restricted ? 'esxBasic' : 'eval'),
      licenses: (_, r) => [licence(r.sim.model)],
      licenseAssignmentManager: (_, r) =>
        r.sim.model.isVc ? { type: 'LicenseAssignmentManager', value: 'LicenseAssignmentManager' } : undefined,
      evaluation: (_, r) => ({
        properties: [{ key: 'expirationHours', value: BigInt(hoursLeft(r.sim.model)) }],
      }),
    },
  },
  LicenseAssignmentManager: { top: {} },
  ExtensionManager: { top: { extensionList: () => [] } },
  ScheduledTaskManager: { top: { scheduledTask: () => [] } },
  PerformanceManager: {
    top: {
      description: () => ({
        counterType: ['average', 'maximum', 'minimum', 'latest', 'summation', 'none'].map((key) => described(key, key)),
        statsType: ['absolute', 'delta', 'rate'].map((key) => described(key, key)),
      }),
      historicalInterval: (_, r) =>
        intervals(r.sim.model).map(({ key, name, period, length }) => ({
          key,
          samplingPeriod: period,
          name,
          length,
          level: 1,
          enabled: true,
        })),
      perfCounter: () => COUNTERS.map(counterInfo),
    },
  },
};
