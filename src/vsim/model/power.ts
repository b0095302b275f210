import type { Host, Question, Task, Vm } from './entities.ts';
import { invalidPower, VimFault } from './fault.ts';
import { closeDisks, openDisks } from './disks.ts';
import { assertNotFrozen } from './freeze.ts';
import { bootGuest, stopGuest } from './guest.ts';
import type { Model } from './model.ts';
import { account, assertUsableHost, placeForPowerOn, setHost } from './place.ts';
import { assertConnected, assertNotTemplate } from './register.ts';
import { datastoreNames } from './references.ts';
import { join, split } from './storage.ts';
import type { Op } from './tasks.ts';
import { chainPaths } from './vmdk.ts';
import { disksOf, nicsOf } from './vm-record.ts';

/** PowerOnVM_Task. DRS places the VM unless a host is named. */
export function powerOn(m: Model, vm: Vm, wanted?: Host): Task {
  assertNotTemplate(vm);
  return m.tasks.start({
    method: 'PowerOnVM_Task',
    entity: vm,
    exclusive: [vm],
    cost: () => ({ host: vm.host, hostUnits: 1 }),
    work: () => powerOnSteps(m, vm, wanted),
  });
}

/** What became of each machine that a PowerOnMultiVM_Task was asked for: its own task, or why it was not tried. */
export interface PoweredOnMany {
  attempted: { vm: Vm; task: Task }[];
  notAttempted: { vm: Vm; fault: VimFault }[];
  /** Where DRS is in manual mode nothing is begun: it only says where each should run. */
  recommended: { vm: Vm; host: Host }[];
}

/** Each machine has a task of its own, which goes on after this one; what cannot be tried is told, and fails nothing. */
export function* powerOnMany(m: Model, vms: readonly Vm[]): Op {
  const result: PoweredOnMany & { kind: string } = { kind: 'poweredOnMany', attempted: [], notAttempted: [], recommended: [] };
  for (const vm of vms) {
    try {
      if (vm.power === 'poweredOn') throw invalidPower('poweredOn', vm.power);
      assertConnected(vm);
      if (vm.host.compute.drs === 'manual') result.recommended.push({ vm, host: vm.host });
      else result.attempted.push({ vm, task: powerOn(m, vm) });
    } catch (error) {
      if (!(error instanceof VimFault)) throw error;
      result.notAttempted.push({ vm, fault: error });
    }
    yield m.latency.about(50);
  }
  return { ...result };
}

export function* powerOnSteps(m: Model, vm: Vm, wanted: Host | undefined): Op {
  assertConnected(vm);
  if (vm.power === 'poweredOn') throw invalidPower('poweredOn', vm.power);
  const resuming = vm.power === 'suspended';
  if (wanted !== undefined) assertUsableHost(wanted);
  const host = wanted ?? placeForPowerOn(m, vm, neededDatastores(m, vm));
  setHost(m, vm, host);
  yield* askIfMoved(m, vm);
  yield* askAnything(m, vm);
  yield m.latency.about(1800);
  openDisks(m, vm);
  try {
    swapFile(m, vm, true);
  } catch (error) {
    closeDisks(m, vm);
    throw error;
  }
  let stays = false;
  try {
    yield `open ${vm.record.vmPath}`;
    stays = true;
  } finally {
    // a power-on that fails here lets go of its files again
    if (!stays) {
      closeDisks(m, vm);
      swapFile(m, vm, false);
    }
  }
  vm.power = 'poweredOn';
  vm.bootTime = m.now();
  vm.frozen = false;
  account(vm, 1);
  for (const nic of nicsOf(vm.record)) nic.connected = nic.startConnected && nic.network !== undefined;
  m.changed(vm, 'runtime.powerState', 'runtime.bootTime', 'summary.runtime.powerState', 'config.hardware.device');
  m.event('VmPoweredOnEvent', `${vm.name} on ${host.name} is powered on`, vm);
  bootGuest(m, vm, resuming ? 1000 : m.options.bootMs);
  return undefined;
}

/** All datastores that the VM's files and the parents of its disks lie on. */
function neededDatastores(m: Model, vm: Vm) {
  const names = datastoreNames(vm);
  for (const disk of disksOf(vm.record)) {
    for (const path of chainPaths(m.storage, disk.path)) {
      const name = /^\[([^\]]+)\]/.exec(path)?.[1];
      if (name !== undefined) names.add(name);
    }
  }
  return m.datastores.filter((ds) => names.has(ds.name));
}

/** A VM whose files were moved or copied asks which it was, unless `uuid.action` says so; the task waits for the answer. */
function* askIfMoved(m: Model, vm: Vm): Op<void> {
  const { extraConfig } = vm.record;
  if (extraConfig.get('vsim.moved') === undefined || extraConfig.get('uuid.action') !== undefined) return;
  const answer = yield* asked(m, vm, {
    id: '101',
    text: 'msg.uuid.altered: This virtual machine might have been moved or copied.',
    choices: [
      { key: '0', label: 'button.uuid.cancel' },
      { key: '1', label: 'button.uuid.movedTheVM' },
      { key: '2', label: 'button.uuid.copiedTheVM' },
    ],
    defaultIndex: 2,
  });
  if (answer === '0') throw new VimFault('GenericVmConfigFault', 'The power-on was cancelled by the answer to a question.');
  if (answer === '2') vm.record.uuid = m.random.uuid();
  extraConfig.delete('vsim.moved');
}

/** `vsim.asks` is the text of a question that holds every power-on of the VM up. */
function* askAnything(m: Model, vm: Vm): Op<void> {
  const text = vm.record.extraConfig.get('vsim.asks');
  if (text === undefined) return;
  const choices = [
    { key: '0', label: 'Yes' },
    { key: '1', label: 'Cancel' },
  ];
  if ((yield* asked(m, vm, { id: '102', text, choices, defaultIndex: 0 })) === '1')
    throw new VimFault('GenericVmConfigFault', 'The power-on was cancelled by the answer to a question.');
}

function* asked(m: Model, vm: Vm, question: Omit<Question, 'answer'>): Op<string> {
  let answer: string | undefined;
  vm.question = {
    ...question,
    answer: (choice) => {
      answer = choice;
    },
  };
  m.changed(vm, 'runtime.question', 'summary.runtime.question');
  while (answer === undefined) yield 250;
  vm.question = undefined;
  m.changed(vm, 'runtime.question', 'summary.runtime.question');
  return answer;
}

export function answerVm(m: Model, vm: Vm, id: string, choice: string): void {
  const { question } = vm;
  if (question === undefined || question.id !== id)
    throw new VimFault('InvalidArgument', 'There is no such question.', { invalidProperty: 'questionId' });
  if (!question.choices.some((c) => c.key === choice))
    throw new VimFault('InvalidArgument', 'There is no such answer.', { invalidProperty: 'answerChoice' });
  question.answer?.(choice);
  void m;
}

/** The swap file takes the VM's memory on its datastore while it runs. */
export function swapFile(m: Model, vm: Vm, on: boolean): void {
  const { datastore, path } = m.storage.parse(vm.record.vmPath);
  const { dir, name } = split(path);
  const base = name.replace(/\.vmx$/, '');
  const at = join(dir, `${base}.vswp`);
  const vmx = datastore.file(path);
  if (on) {
    if (vmx !== undefined) vmx.writer = vm.id;
    const bytes = vm.record.memoryMB * 2 ** 20;
    if (datastore.file(at) === undefined) datastore.add(at, { kind: 'vswp', bytes, size: bytes, mtime: m.now(), writer: vm.id });
    return;
  }
  if (vmx !== undefined) vmx.writer = undefined;
  const file = datastore.file(at);
  if (file === undefined) return;
  file.writer = undefined;
  if (datastore.accessible) datastore.remove(at);
}

/** PowerOffVM_Task. */
export function powerOff(m: Model, vm: Vm): Task {
  assertNotTemplate(vm);
  function* work(): Op {
    assertConnected(vm);
    if (vm.power === 'poweredOff') throw invalidPower('poweredOff', vm.power);
    yield m.latency.about(700);
    stop(m, vm, 'poweredOff');
    yield `close ${vm.record.vmPath}`;
    return undefined;
  }
  return m.tasks.start({ method: 'PowerOffVM_Task', entity: vm, exclusive: [vm], work });
}

/** What every way of stopping does: files closed, guest gone, room given back. */
export function stop(m: Model, vm: Vm, to: 'poweredOff' | 'suspended'): void {
  if (vm.power === 'poweredOn') account(vm, -1);
  vm.power = to;
  vm.bootTime = undefined;
  vm.frozen = false;
  closeDisks(m, vm);
  swapFile(m, vm, false);
  for (const nic of nicsOf(vm.record)) nic.connected = false;
  stopGuest(m, vm);
  m.changed(vm, 'runtime.powerState', 'runtime.bootTime', 'summary.runtime.powerState', 'config.hardware.device');
  m.event(to === 'poweredOff' ? 'VmPoweredOffEvent' : 'VmSuspendedEvent', `${vm.name} is ${to}`, vm);
}

/** SuspendVM_Task. */
export function suspend(m: Model, vm: Vm): Task {
  assertNotTemplate(vm);
  function* work(): Op {
    assertConnected(vm);
    if (vm.power !== 'poweredOn') throw invalidPower('suspended', vm.power);
    assertNotFrozen(vm);
    yield m.latency.about(4000);
    stop(m, vm, 'suspended');
    return undefined;
  }
  return m.tasks.start({ method: 'SuspendVM_Task', entity: vm, exclusive: [vm], work });
}

/** ResetVM_Task: the guest starts anew, files stay open. */
export function reset(m: Model, vm: Vm): Task {
  assertNotTemplate(vm);
  function* work(): Op {
    assertConnected(vm);
    if (vm.power !== 'poweredOn') throw invalidPower('poweredOn', vm.power);
    assertNotFrozen(vm);
    yield m.latency.about(300);
    stopGuest(m, vm);
    bootGuest(m, vm, m.options.bootMs);
    return undefined;
  }
  return m.tasks.start({ method: 'ResetVM_Task', entity: vm, exclusive: [vm], work });
}

/** ShutdownGuest, RebootGuest, StandbyGuest: only through running Tools, and the guest may ignore it (`vsim.ignoreShutdown`). */
export function askGuest(m: Model, vm: Vm, what: 'shutdown' | 'reboot' | 'standby'): void {
  assertNotTemplate(vm);
  assertConnected(vm);
  if (vm.power !== 'poweredOn') throw invalidPower('poweredOn', vm.power);
  if (vm.guest?.toolsRunning !== true) {
    throw new VimFault('ToolsUnavailable', 'Cannot complete operation because VMware Tools is not running in this virtual machine.');
  }
  if (vm.record.extraConfig.get('vsim.ignoreShutdown') !== undefined) return;
  const boot = vm.bootNumber;
  m.clock.after(m.latency.about(5000), () => {
    if (vm.power !== 'poweredOn' || vm.bootNumber !== boot || !m.vms.has(vm.id)) return;
    if (what === 'reboot') {
      stopGuest(m, vm);
      bootGuest(m, vm, m.options.bootMs);
    } else stop(m, vm, what === 'standby' ? 'suspended' : 'poweredOff');
  });
}
