/** Mutated messages for the simulator's request path; used by fuzz.test.ts and fuzz.long.ts. */
import { decodeReply, encodeRequest, type MethodArgs, type MethodName, NotSoapError } from '../vsphere/soap/envelope.ts';
import type { Ref } from '../vsphere/types/value.ts';
import { XmlError } from '../vsphere/xml/error.ts';
import { ManualClock } from './model/clock.ts';
import { Random } from './model/random.ts';
import { Sim } from './model/simulate.ts';
import { Dispatcher } from './server/dispatch.ts';
import { Transfers } from './server/transfers.ts';
import { ref } from './server/props/context.ts';

/** Messages that one simulator takes before a fresh one is made: what they create would grow for ever. */
const PER_SIM = 1000;

interface Target {
  sim: Sim;
  dispatcher: Dispatcher;
  cookie: string;
  corpus: string[];
}

function makeTarget(seed: number): Target {
  const sim = new Sim({ masters: 1, vms: 3, hosts: 2, seed, clock: new ManualClock() });
  const dispatcher = new Dispatcher(sim, new Transfers({ fingerprint: 'AA', fingerprint256: 'AA' }, sim.model.random));
  dispatcher.origin = 'https://localhost:8443';
  const session = sim.sessions.login(sim.model.options.username, sim.model.options.password, '', '');
  return { sim, dispatcher, cookie: session.key, corpus: corpus(sim) };
}

/** One well-formed request of each kind that matters. */
function corpus(sim: Sim): string[] {
  const m = sim.model;
  const master = sim.master().vm;
  const vm = ref(master);
  const folder = ref(m.datacenter.vmFolder);
  const pool = ref(m.pool);
  const snapshot: Ref = { type: 'VirtualMachineSnapshot', value: master.record.snapshots[0]?.ref ?? '' };
  const pc: Ref = { type: 'PropertyCollector', value: 'propertyCollector' };
  const views: Ref = { type: 'ViewManager', value: 'ViewManager' };
  const traversal = {
    _type: 'TraversalSpec' as const,
    name: 'f',
    type: 'Folder',
    path: 'childEntity',
    skip: false,
    selectSet: [{ _type: 'SelectionSpec' as const, name: 'f' }],
  };
  const spec = {
    propSet: [{ type: 'VirtualMachine', pathSet: ['name', 'config.hardware.device', 'config.extraConfig["a"]'] }],
    objectSet: [{ obj: ref(m.root), skip: false, selectSet: [traversal] }],
  };
  const disk = {
    _type: 'VirtualDisk' as const,
    key: -1,
    controllerKey: 1000,
    unitNumber: 3,
    capacityInKB: 1024n,
    backing: {
      _type: 'VirtualDiskFlatVer2BackingInfo' as const,
      fileName: '[ds0] ',
      diskMode: 'persistent',
      parent: { _type: 'VirtualDiskFlatVer2BackingInfo' as const, fileName: sim.base().path, diskMode: 'persistent' },
    },
  };
  const nic = { _type: 'VirtualVmxnet3' as const, key: 4000, addressType: 'generated' };
  const config = { name: 'n', memoryMB: 64n, numCPUs: 1, extraConfig: [{ _type: 'OptionValue' as const, key: 'a', value: 'b' }] };
  const deviceChange = [
    { operation: 'add' as const, fileOperation: 'create' as const, device: disk },
    { operation: 'edit' as const, device: nic },
  ];
  const location = { pool, diskMoveType: 'createNewChildDiskBacking', disk: [{ diskId: 2000, datastore: ref(m.datastores[0] ?? m.root) }] };
  const one = <M extends MethodName>(name: M, self: Ref, args: MethodArgs<M>): string =>
    encodeRequest(name, self, args, { operationId: 'f' });
  return [
    one('RetrieveServiceContent', { type: 'ServiceInstance', value: 'ServiceInstance' }, {}),
    one('Login', { type: 'SessionManager', value: 'SessionManager' }, { userName: 'u', password: 'p' }),
    one('RetrievePropertiesEx', pc, { specSet: [spec], options: { maxObjects: 2 } }),
    one('CreateFilter', pc, { spec, partialUpdates: true }),
    one('WaitForUpdatesEx', pc, { version: '', options: { maxWaitSeconds: 0, maxObjectUpdates: 3 } }),
    one('CreateContainerView', views, { container: ref(m.root), type: ['VirtualMachine'], recursive: true }),
    one('CreateListView', views, { obj: [vm] }),
    one('FindByInventoryPath', { type: 'SearchIndex', value: 'SearchIndex' }, { inventoryPath: '/DC0/vm/golden/master-0' }),
    one('FindAllByUuid', { type: 'SearchIndex', value: 'SearchIndex' }, { uuid: master.record.uuid, vmSearch: true }),
    one('CloneVM_Task', vm, { folder, name: 'c', spec: { location, template: false, powerOn: true, snapshot, config } }),
    one('CreateVM_Task', folder, {
      config: {
        ...config,
        files: { vmPathName: '[ds0]' },
        deviceChange: [
          { operation: 'add', device: { _type: 'ParaVirtualSCSIController', key: 1000, busNumber: 0, sharedBus: 'noSharing' } },
          ...deviceChange.slice(0, 1),
        ],
      },
      pool,
    }),
    one('ReconfigVM_Task', vm, { spec: { ...config, deviceChange } }),
    one('CreateSnapshot_Task', vm, { name: 's', description: 'd', memory: false, quiesce: false }),
    one('RemoveSnapshot_Task', snapshot, { removeChildren: true, consolidate: true }),
    one('RevertToCurrentSnapshot_Task', vm, {}),
    one('PowerOnVM_Task', vm, {}),
    one('RelocateVM_Task', vm, { spec: location }),
    one('Destroy_Task', vm, {}),
    one('UnregisterVM', vm, {}),
    one('RegisterVM_Task', folder, { path: master.record.vmPath, asTemplate: false, pool }),
    one('DeleteDatastoreFile_Task', { type: 'FileManager', value: 'FileManager' }, { name: '[ds0] master-0' }),
    one(
      'MoveDatastoreFile_Task',
      { type: 'FileManager', value: 'FileManager' },
      { sourceName: '[ds0] master-0', destinationName: '[ds0] b/c' },
    ),
    one(
      'CopyVirtualDisk_Task',
      { type: 'VirtualDiskManager', value: 'virtualDiskManager' },
      { sourceName: sim.base().path, destName: '[ds0] master-0/x.vmdk' },
    ),
    one('SearchDatastoreSubFolders_Task', ref(m.datastores[0]?.browser ?? m.root), {
      datastorePath: '[ds0] ',
      searchSpec: { matchPattern: ['*.vm?k'] },
    }),
    one('QueryEvents', { type: 'EventManager', value: 'EventManager' }, { filter: { maxCount: 5 } }),
    one('AcquireTicket', vm, { ticketType: 'webmks' }),
    one(
      'StartProgramInGuest',
      { type: 'GuestProcessManager', value: 'guestOperationsProcessManager' },
      {
        vm,
        auth: { _type: 'NamePasswordAuthentication', interactiveSession: false, username: 'root', password: 'vsim' },
        spec: { programPath: '/bin/sh', arguments: '-c x' },
      },
    ),
  ];
}

const NASTY = [
  '',
  '0',
  '-1',
  '2147483648',
  '-9223372036854775809',
  '1e400',
  'NaN',
  'true',
  'null',
  '&#0;',
  '&lt;',
  '&undefined;',
  ']]>',
  '<![CDATA[x]]>',
  '<!DOCTYPE x [<!ENTITY a "b">]>',
  '<a><a><a>',
  '../../../etc/passwd',
  '[ds0] ../x',
  '[',
  '[]',
  '[ds9] x',
  '%s%n',
  '\u0000',
  '\ud800',
  '\u202e',
  'é',
  'A'.repeat(5000),
  'xsi:type="xsd:string"',
  'xsi:type="VirtualDisk"',
  'xsi:type="Nothing"',
  '<!-- -->',
  '__proto__',
  'constructor',
  'config.__proto__',
  'info.state',
];

/** One random change of a message, sometimes several. */
export function mutate(random: Random, message: string, other: string): string {
  let text = message;
  for (let n = 1 + random.below(3); n > 0; n--) text = mutateOnce(random, text, other);
  return text.slice(0, 200_000);
}

function mutateOnce(random: Random, text: string, other: string): string {
  const at = random.below(text.length + 1);
  const span = random.below(40);
  const nasty = random.pick(NASTY) ?? '';
  // Changes of whole elements are likelier: broken XML never gets past the reader.
  switch (random.below(16)) {
    case 0:
      return text.slice(0, at) + text.slice(at + span);
    case 1:
      return text.slice(0, at) + nasty + text.slice(at);
    case 2:
      return text.slice(0, at) + String.fromCharCode(random.below(0xffff)) + text.slice(at + 1);
    case 3:
      return text.slice(0, at) + other.slice(at, at + 200) + text.slice(at);
    case 4:
    case 5:
    case 6:
    case 7:
      return replaceContent(random, text, nasty);
    case 8:
    case 9:
      return dropElement(random, text);
    case 10:
    case 11:
      return repeatElement(random, text);
    case 12:
      return text.slice(0, at);
    default:
      return swapName(random, text, other);
  }
}

const elements = (text: string) => [...text.matchAll(/<(\w+)((?: [^<>]*)?)>([^<]*)<\/\1>/g)];

function replaceContent(random: Random, text: string, nasty: string): string {
  const found = random.pick(elements(text));
  if (found === undefined) return text;
  const start = found.index + found[0].indexOf('>') + 1;
  return text.slice(0, start) + nasty + text.slice(start + (found[3] ?? '').length);
}

function dropElement(random: Random, text: string): string {
  const found = random.pick(elements(text));
  return found === undefined ? text : text.slice(0, found.index) + text.slice(found.index + found[0].length);
}

function repeatElement(random: Random, text: string): string {
  const found = random.pick(elements(text));
  if (found === undefined) return text;
  return text.slice(0, found.index) + found[0].repeat(2 + random.below(20)) + text.slice(found.index + found[0].length);
}

/** Takes the value of an element of another message: references to other kinds of objects, mostly. */
function swapName(random: Random, text: string, other: string): string {
  const [mine, theirs] = [random.pick(elements(text)), random.pick(elements(other))];
  if (mine === undefined || theirs === undefined) return text;
  return text.slice(0, mine.index) + theirs[0] + text.slice(mine.index + mine[0].length);
}

export interface FuzzReport {
  messages: number;
  faults: number;
  replies: number;
  waiting: number;
  /** Largest heap seen between simulators, in bytes. */
  heap: number;
}

/**
 * Sends `count` mutated messages through the request path. Throws at once if an answer is not SOAP, if the simulator had an
 * error of its own, or if its invariants broke.
 */
export async function fuzz(count: number, seed: number): Promise<FuzzReport> {
  const random = new Random(seed);
  const report: FuzzReport = { messages: 0, faults: 0, replies: 0, waiting: 0, heap: 0 };
  let target = makeTarget(seed);
  while (report.messages < count) {
    if (report.messages % PER_SIM === 0 && report.messages > 0) {
      report.heap = Math.max(report.heap, process.memoryUsage().heapUsed);
      target.sim.sessions.endAll();
      target = makeTarget(seed + report.messages);
    }
    report.messages++;
    const message = mutate(random, random.pick(target.corpus) ?? '', random.pick(target.corpus) ?? '');
    await sendOne(target, message, report);
  }
  return report;
}

async function sendOne(target: Target, message: string, report: FuzzReport): Promise<void> {
  const { sim, dispatcher } = target;
  // Time stands still but for this, so tasks of earlier messages run in between.
  sim.manual.settle(200);
  const answer = dispatcher.handle({ body: message, cookie: target.cookie, soapAction: '"urn:vim25/8.0.3.0"', address: '', userAgent: '' });
  const out = await Promise.race([answer, new Promise<undefined>((resolve) => setImmediate(() => setImmediate(() => resolve(undefined))))]);
  if (out === undefined) {
    report.waiting++;
    return;
  }
  if (sim.model.bugs.length > 0) throw new Error(`a mutated message met a bug: ${message}`, { cause: sim.model.bugs[0] });
  if (sim.sessions.peek(target.cookie) === undefined) {
    target.cookie = sim.sessions.login(sim.model.options.username, sim.model.options.password, '', '').key;
  }
  if (out.body.includes('<soapenv:Fault>')) report.faults++;
  else report.replies++;
  if (!out.body.startsWith('<?xml') && out.status !== 503) throw new Error(`the answer is not SOAP: ${out.body.slice(0, 200)}`);
  check(out.body);
  checkSpace(sim);
}

/** An answer must be readable whatever was asked. */
function check(body: string): void {
  const name = /<(\w+)Response xmlns="urn:vim25"/.exec(body)?.[1] ?? 'CurrentTime';
  try {
    decodeReply(name, body);
  } catch (error) {
    if (error instanceof XmlError || error instanceof NotSoapError)
      throw new Error(`the answer cannot be read: ${body.slice(0, 500)}`, { cause: error });
    throw error;
  }
}

/** What a datastore says is used is the sum of its files. */
function checkSpace(sim: Sim): void {
  for (const { store } of sim.model.datastores) {
    let sum = 0;
    for (const { file } of store.walk()) sum += file.bytes;
    if (sum !== store.used) throw new Error(`${store.name}: ${store.used} bytes used, files take ${sum}`);
  }
}
