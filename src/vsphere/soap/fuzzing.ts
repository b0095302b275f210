/** Mutated replies for the client's decoder; used by fuzz.test.ts and fuzz.long.ts. */
import { CarrelError } from '../../lib/errors.ts';
import { type AnyValue, type DataObject, typed } from '../types/value.ts';
import { decodeReply, encodeFault, encodeReply } from './envelope.ts';

export interface FuzzReport {
  decoded: number;
  refused: number;
  faults: number;
  /** Longest decoding of one message, in milliseconds. */
  slowestMs: number;
  /** Highest heap seen, in bytes. */
  heapBytes: number;
  /** Anything thrown that is not an error of the codec: there must be none. */
  crashes: string[];
}

/** xorshift32: the same seed gives the same messages. */
function random(seed: number): (below: number) => number {
  let x = seed | 1;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

const vm = { type: 'VirtualMachine', value: 'vm-1' };

function corpus(): { method: string; document: string }[] {
  const values: AnyValue[] = [
    'text & <more> of it, longer than thirteen',
    5,
    2n ** 60n,
    true,
    new Date(0),
    Uint8Array.of(1, 2, 3),
    vm,
    typed('ArrayOfString', ['a', 'b']),
    typed('VirtualMachinePowerState', 'poweredOn'),
    [
      {
        _type: 'VirtualDisk',
        key: 1,
        capacityInKB: 5n,
        backing: { _type: 'VirtualDiskFlatVer2BackingInfo', fileName: '[d] a', diskMode: 'persistent' },
      } as DataObject,
    ],
    { _type: 'Unknown', _rest: [{ name: 'a', attrs: [['b', 'c']], children: ['d', { name: 'e', attrs: [], children: [] }] }] },
  ];
  const propSet = values.map((val, i) => ({ name: `p${i}`, val }));
  const changeSet = values.map((val, i) => ({ name: `p${i}`, op: 'assign', val }));
  const filterSet = [{ filter: { type: 'PropertyFilter', value: 'f' }, objectSet: [{ kind: 'enter', obj: vm, changeSet }] }];
  return [
    { method: 'RetrievePropertiesEx', document: encodeReply('RetrievePropertiesEx', { objects: [{ obj: vm, propSet }], token: '1' }) },
    { method: 'WaitForUpdatesEx', document: encodeReply('WaitForUpdatesEx', { version: '1', filterSet, truncated: true }) },
    {
      method: 'PowerOnVM_Task',
      document: encodeFault({ message: 'no', detail: { _type: 'FileLocked', file: 'x' } as DataObject & { _type: string } }),
    },
    { method: 'CurrentTime', document: encodeReply('CurrentTime', new Date(0)) },
  ];
}

const TOKENS = [
  '<', '>', '&', '"', "'", '/', '</', '/>', '<!', '<![CDATA[', ']]>', '<!--', '-->', '<?', '?>', '<!DOCTYPE a>', '&#0;', '&#x110000;', '&lol;',
  '&constructor;', 'xsi:type="VirtualDisk"', 'xsi:type="ArrayOfArrayOfString"', ' xsi:nil="true"', 'type=""', '\u0000', '\ufeff', '\ud800', '__proto__',
  '<__proto__>1</__proto__>', '<constructor/>', '9'.repeat(400), '-', 'NaN', ' ',
]; // biome-ignore format: a list

/** One to six changes: something deleted, doubled, replaced, inserted, or taken from another message. */
function mutate(text: string, other: string, next: (below: number) => number): string {
  let out = text;
  for (let n = next(6) + 1; n > 0; n--) {
    const at = next(out.length + 1);
    const end = Math.min(out.length, at + next(60));
    const kind = next(6);
    if (kind === 0) out = out.slice(0, at) + out.slice(end);
    else if (kind === 1) out = out.slice(0, end) + out.slice(at, end).repeat(next(20)) + out.slice(end);
    else if (kind === 2) out = out.slice(0, at) + String.fromCharCode(next(256)) + out.slice(at + 1);
    else if (kind === 3) out = out.slice(0, at) + (TOKENS[next(TOKENS.length)] as string) + out.slice(at);
    else if (kind === 4) out = out.slice(0, at) + other.slice(next(other.length), next(other.length)) + out.slice(at);
    else out = out.slice(0, at) + '<a>'.repeat(next(600)) + out.slice(at);
  }
  return out;
}

/** Decodes `count` mutated replies. */
export function fuzzReplies(count: number, seed: number): FuzzReport {
  const next = random(seed);
  const all = corpus();
  const report: FuzzReport = { decoded: 0, refused: 0, faults: 0, slowestMs: 0, heapBytes: 0, crashes: [] };
  for (let i = 0; i < count; i++) {
    const from = all[next(all.length)] as (typeof all)[number];
    const document = mutate(from.document, (all[next(all.length)] as (typeof all)[number]).document, next);
    const start = performance.now();
    try {
      if (decodeReply(from.method, document).fault) report.faults++;
      else report.decoded++;
    } catch (error) {
      if (error instanceof CarrelError && (error.code === 'vsphere-xml' || error.code === 'vsphere-not-soap')) report.refused++;
      else report.crashes.push(`seed ${seed}, message ${i}: ${String(error)}`);
    }
    report.slowestMs = Math.max(report.slowestMs, performance.now() - start);
    if (i % 1000 === 0) report.heapBytes = Math.max(report.heapBytes, process.memoryUsage().heapUsed);
  }
  return report;
}
