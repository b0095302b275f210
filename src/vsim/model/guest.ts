import { type Guest, isNet, type Net, type Vm } from './entities.ts';
import { CLOUDBASE_CONF, runCloudbaseInit } from '../guest/cloudbase-init.ts';
import { runCloudInit } from '../guest/cloud-init.ts';
import { CLOUD_CFG, makeHostKeys } from '../guest/cloud-state.ts';
import { Screen } from '../guest/screen.ts';
import { type GuestSystem, MACHINE_ID } from '../guest/system.ts';
import { assertNotFrozen, silence } from './freeze.ts';
import { copySystem, loadSystem, saveSystem } from './guest-disk.ts';
import type { Model } from './model.ts';
import { openLink, writeBlock } from './vmdk.ts';
import { disksOf, nicsOf } from './vm-record.ts';
import { writablePath } from './disks.ts';
import type { CustomizationSpec } from './specs.ts';
import { invalidPower, VimFault } from './fault.ts';

/** Extra configuration keys by which a test or a demonstration steers the guest. */
export const GUEST_KEYS = {
  /** The guest has no Tools: no heartbeat, no address. */
  noTools: 'vsim.noTools',
  /** ShutdownGuest is accepted and nothing happens. */
  ignoreShutdown: 'vsim.ignoreShutdown',
  /** Customization fails with this text. */
  customizationError: 'vsim.customizationError',
  /** Cards that only the guest has (bridges, containers), as `MAC=address`, separated by commas: Tools report them first. */
  inner: 'vsim.innerCards',
  /** The guest hangs once its Tools ran: its heartbeat is red. */
  hangs: 'vsim.hangs',
  /** The guest never gets an address. */
  noAddress: 'vsim.noAddress',
} as const;

/** The account whose password Sysprep sets. */
const ADMINISTRATOR = 'Administrator';

function freshGuest(m: Model, vm: Vm, system: GuestSystem): Guest {
  if (system.machine !== undefined) system.machine.renew = () => renewAddresses(m, vm);
  return {
    toolsRunning: false,
    hostName: undefined,
    addresses: new Map(),
    heartbeat: 'gray',
    opsReady: false,
    customization: vm.guest?.customization,
    processes: [],
    system,
    screen: new Screen(() => vm.guest?.system.hostname ?? vm.name),
    nextPid: 1000,
  };
}

/** The guest starts: after `bootMs` Tools run, then addresses, customization and guest operations follow. */
export function bootGuest(m: Model, vm: Vm, bootMs: number): void {
  const boot = ++vm.bootNumber;
  vm.guest = freshGuest(m, vm, loadSystem(m, vm));
  if (vm.record.extraConfig.has(GUEST_KEYS.noTools)) return;
  const here = () => vm.power === 'poweredOn' && vm.bootNumber === boot && m.vms.has(vm.id);
  m.clock.after(m.latency.about(bootMs), () => {
    if (!here()) return;
    const { guest } = vm;
    if (guest === undefined) return;
    guest.toolsRunning = true;
    guest.heartbeat = vm.record.extraConfig.has(GUEST_KEYS.hangs) ? 'red' : 'green';
    const { system } = guest;
    const cloudInit = system.files.has(CLOUD_CFG);
    if (!cloudInit) system.hostname = vm.record.extraConfig.get('guestinfo.hostname') ?? vm.name.toLowerCase();
    guest.hostName = system.hostname;
    // systemd's first-boot setup: an image that was cleaned has none.
    if ((system.files.get(MACHINE_ID)?.length ?? 0) === 0) system.files.set(MACHINE_ID, Buffer.from(`${m.random.hex(32)}\n`));
    m.changed(
      vm,
      'guest.toolsRunningStatus',
      'guest.toolsStatus',
      'guest.guestState',
      'guest.hostName',
      'guestHeartbeatStatus',
      'summary.guest',
    );
    if (vm.pendingCustomization !== undefined) return customize(m, vm, here);
    m.clock.after(m.latency.about(2000), () => here() && settleGuest(m, vm));
  });
}

/** Addresses by DHCP and guest operations: the state a guest stays in. */
function settleGuest(m: Model, vm: Vm): void {
  const { guest } = vm;
  if (guest === undefined) return;
  if (!vm.record.extraConfig.has(GUEST_KEYS.noAddress)) {
    for (const nic of nicsOf(vm.record)) {
      const net = nic.network === undefined ? undefined : m.objects.get(nic.network);
      if (nic.connected && isNet(net)) guest.addresses.set(nic.mac, lease(net, nic.mac));
    }
  }
  guest.opsReady = true;
  m.changed(vm, 'guest.ipAddress', 'guest.net', 'guest.guestOperationsReady', 'guest.ipStack', 'summary.guest');
  const isCloudbase = guest.system.files.has(CLOUDBASE_CONF);
  if (!guest.system.files.has(CLOUD_CFG) && !isCloudbase) return serve(m, vm);
  // Tools answer, and DHCP has given an address, before cloud-init's stages are through; sshd waits for them.
  const boot = vm.bootNumber;
  m.clock.after(m.latency.about(3000), () => {
    if (vm.power !== 'poweredOn' || vm.bootNumber !== boot || !m.vms.has(vm.id)) return;
    runCloudInit(guest.system);
    runCloudbaseInit(guest.system);
    if (isCloudbase) saveSystem(m, vm);
    guest.hostName = guest.system.hostname;
    m.changed(vm, 'guest.hostName', 'summary.guest');
    serve(m, vm);
  });
}

/** sshd starts. */
function serve(m: Model, vm: Vm): void {
  const { guest } = vm;
  if (guest === undefined) return;
  // Windows has no SSH server unless somebody installs one.
  if (isWindows(vm)) return;
  makeHostKeys(guest.system);
  // An image without cloud-init is thought to have had its keys before: its boot writes nothing that a program's own write would not bring along.
  if (guest.system.files.has(CLOUD_CFG)) saveSystem(m, vm);
  m.guestWatcher?.(vm, [...guest.addresses.values()]);
}

/**
 * The guest of an instant clone goes on where its source is: same programs, names, keys and addresses, until it is told what it is now. What stood
 * behind a freeze in a script of the source runs in each clone.
 */
export function resumeGuest(m: Model, source: Vm, vm: Vm): void {
  vm.bootNumber++;
  const before = source.guest;
  if (before === undefined) return;
  const guest = freshGuest(m, vm, copySystem(m, vm, before.system));
  vm.guest = guest;
  guest.hostName = before.hostName;
  guest.nextPid = before.nextPid;
  guest.processes = before.processes.map((p) => ({ ...p }));
  const [was, is] = [nicsOf(source.record), nicsOf(vm.record)];
  for (const [i, nic] of is.entries()) {
    const address = before.addresses.get(was[i]?.mac ?? '');
    if (address !== undefined) guest.addresses.set(nic.mac, address);
  }
  if (vm.record.extraConfig.has(GUEST_KEYS.noTools)) return;
  const boot = vm.bootNumber;
  m.clock.after(m.latency.about(1000), () => {
    if (vm.power !== 'poweredOn' || vm.bootNumber !== boot || !m.vms.has(vm.id)) return;
    Object.assign(guest, { toolsRunning: true, heartbeat: 'green', opsReady: true });
    const unfinished = guest.processes.filter((p) => p.endTime === undefined);
    for (const process of unfinished) {
      process.exitCode = process.rest?.(guest.system) ?? 0;
      process.endTime = m.now();
    }
    guest.hostName = guest.system.hostname;
    if (unfinished.length > 0) saveSystem(m, vm);
    m.changed(vm, 'guest', 'guestHeartbeatStatus', 'summary.guest');
    m.guestWatcher?.(vm, [...guest.addresses.values()]);
  });
}

/** The guest asks for addresses again, for the cards as they are plugged now. */
export function renewAddresses(m: Model, vm: Vm): void {
  const { guest } = vm;
  if (guest === undefined || vm.record.extraConfig.has(GUEST_KEYS.noAddress)) return;
  guest.addresses.clear();
  for (const nic of nicsOf(vm.record)) {
    const net = nic.network === undefined ? undefined : m.objects.get(nic.network);
    if (nic.connected && isNet(net)) guest.addresses.set(nic.mac, lease(net, nic.mac));
  }
  m.changed(vm, 'guest.ipAddress', 'guest.net', 'guest.ipStack', 'summary.guest');
  m.guestWatcher?.(vm, [...guest.addresses.values()]);
}

/** A DHCP lease: the same MAC keeps its address. */
export function lease(net: Net, mac: string): string {
  let address = net.leases.get(mac);
  if (address === undefined) {
    const n = net.nextLease++;
    const [a, b, c] = net.subnet.split('.');
    address = `${a}.${b}.${Number(c) + Math.floor(n / 250)}.${(n % 250) + 2}`;
    net.leases.set(mac, address);
  }
  return address;
}

export const isWindows = (vm: Vm): boolean => /^win/i.test(vm.record.guestId);

/**
 * What a server refuses before it customizes: `UncustomizableGuest` (Sysprep for a guest that is no Windows, or the other way about),
 * `NicSettingMismatch`, `CustomizationFault` (a computer name that NetBIOS does not know).
 */
export function assertCustomizable(vm: Vm, spec: CustomizationSpec | undefined): void {
  if (spec === undefined) return;
  const { guestId } = vm.record;
  if ((spec.sysprep !== undefined) !== isWindows(vm))
    throw new VimFault(
      'UncustomizableGuest',
      `Customization of the guest operating system '${guestId}' is not supported in this configuration.`,
      {
        uncustomizableGuestOS: guestId,
      },
    );
  const cards = nicsOf(vm.record).length;
  if (spec.cards !== undefined && spec.cards !== cards)
    throw new VimFault('NicSettingMismatch', 'The number of network adapter settings does not match the number of network adapters.', {
      numberOfNicsInSpec: spec.cards,
      numberOfNicsInVM: cards,
    });
  if (spec.sysprep !== undefined && !/^(?!\d+$)[A-Za-z0-9-]{1,15}$/.test(spec.hostName ?? ''))
    throw new VimFault('CustomizationFault', `The computer name '${spec.hostName ?? ''}' is not valid.`);
}

/** Customization runs at the first boot, restarts the guest and ends as succeeded or failed. */
function customize(m: Model, vm: Vm, here: () => boolean): void {
  const { guest, pendingCustomization: spec } = vm;
  if (guest === undefined || spec === undefined) return;
  guest.customization = { status: 'TOOLSDEPLOYPKG_RUNNING', start: m.now(), end: undefined, error: undefined };
  m.changed(vm, 'guest.customizationInfo');
  m.event('CustomizationStartedEvent', `Started customization of VM ${vm.name}`, vm);
  // Windows is on the network while Sysprep is still to come; the restart changes nothing of that here.
  if (spec.sysprep !== undefined) settleGuest(m, vm);
  m.clock.after(m.latency.about(15_000), () => {
    if (!here()) return;
    const error = vm.record.extraConfig.get(GUEST_KEYS.customizationError);
    vm.pendingCustomization = undefined;
    guest.customization = {
      status: error === undefined ? 'TOOLSDEPLOYPKG_SUCCEEDED' : 'TOOLSDEPLOYPKG_FAILED',
      start: guest.customization?.start,
      end: m.now(),
      error,
    };
    if (spec.hostName !== undefined && error === undefined) guest.hostName = spec.hostName;
    if (spec.sysprep !== undefined && error === undefined) {
      guest.system.hostname = spec.hostName ?? guest.system.hostname;
      // A blank one is left as it was.
      const account = guest.system.accounts.get(ADMINISTRATOR) ?? {
        uid: 500,
        home: 'C:/Users/Administrator',
        hash: '!',
        password: undefined,
      };
      guest.system.accounts.set(ADMINISTRATOR, { ...account, password: spec.sysprep.password ?? account.password });
      saveSystem(m, vm);
    }
    m.changed(vm, 'guest.customizationInfo', 'guest.hostName');
    if (error === undefined) m.event('CustomizationSucceeded', `Customization of VM ${vm.name} succeeded.`, vm);
    else m.event('CustomizationUnknownFailure', `An error occurred while customizing VM ${vm.name}: ${error}`, vm);
    settleGuest(m, vm);
  });
}

/** The guest is gone. What Tools said last (addresses) stays readable, as on a real host, until the next boot. */
export function stopGuest(m: Model, vm: Vm): void {
  vm.bootNumber++;
  if (vm.power === 'poweredOff' && vm.guestInfo !== undefined) {
    vm.guestInfo = undefined;
    m.changed(vm, 'config.extraConfig');
  }
  const { guest } = vm;
  if (guest === undefined) return;
  guest.processes = [];
  m.guestWatcher?.(vm, []);
  silence(m, vm);
}

/** The guest writes bytes to one of its disks. InvalidPowerState unless it runs; NoDiskSpace if its datastore is full. */
export function guestWrite(m: Model, vm: Vm, block: number, data: Uint8Array, diskIndex = 0): void {
  if (vm.power !== 'poweredOn') throw invalidPower('poweredOn', vm.power);
  assertNotFrozen(vm);
  const disk = disksOf(vm.record)[diskIndex];
  if (disk === undefined) throw new RangeError('the VM has no such disk');
  writeBlock(m.storage, openLink(m.storage, writablePath(vm, disk)), block, data, m.now(), m.random);
}
