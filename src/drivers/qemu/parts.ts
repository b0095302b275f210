import { availableParallelism } from 'node:os';
import type { Capabilities } from '../../driver/driver.ts';
import type { Ctx } from '../../lib/context.ts';
import type { Logger } from '../../lib/log.ts';
import type { Accel } from '../../qemu/argv.ts';
import { Cgroups } from '../../qemu/cgroup.ts';
import { findQemu, QEMU } from '../../qemu/find-qemu.ts';
import { DEFAULT_MAX_IMAGE_BYTES, IMPORT_FORMATS } from '../../qemu/import-check.ts';
import { QemuImg } from '../../qemu/qemu-img.ts';
import { accountFor } from '../../qemu/tool-account.ts';
import { AccelChoice } from './accel-choice.ts';
import { Capture } from './capture.ts';
import { Checkpoints } from './checkpoints.ts';
import { Fleet } from './fleet.ts';
import { Frozen } from './frozen.ts';
import { Guests } from './guests.ts';
import type { Host, ImageTools } from './host.ts';
import type { QemuDriverOptions } from './index.ts';
import { defaultTools } from './image-tools.ts';
import { Survey } from './inventory.ts';
import { KeyedLock } from './keyed-lock.ts';
import { Layout } from './layout.ts';
import { Machines } from './machines.ts';
import { Masters } from './masters.ts';
import { Power } from './power.ts';
import { canSealMemory, hasVdagent, readMachineType, readQemuVersion } from './probe.ts';
import { endStrayTpms } from './tpm.ts';
import { Removal } from './removal.ts';
import { Unlink } from './unlink.ts';

/** Everything that an open driver is made of. */
export interface Parts {
  host: Host;
  masters: Masters;
  machines: Machines;
  frozen: Frozen;
  fleet: Fleet;
  guests: Guests;
  power: Power;
  removal: Removal;
  survey: Survey;
  checkpoints: Checkpoints;
  capture: Capture;
  unlink: Unlink;
  /** Makes up for an acceleration probe that could not run at `open`. */
  decideAccel(ctx: Ctx): Promise<void>;
}

/** Looks at this host, makes the folders, finds the machines that run. */
export async function openParts(
  ctx: Ctx,
  options: QemuDriverOptions & { log: Logger },
): Promise<{ parts: Parts; capabilities: Capabilities }> {
  const { installationId, log } = options;
  const qemuBinary = options.qemuBinary ?? findQemu() ?? QEMU;
  const layout = new Layout(options.dataDir);
  const [qemuVersion, vdagent] = await Promise.all([readQemuVersion(ctx, qemuBinary), hasVdagent(ctx, qemuBinary)]);
  const machineType = await readMachineType(ctx, qemuBinary, qemuVersion);
  const tools = options.tools ?? defaultTools;
  const { account, accountFact } = await accountFor(options.dataDir, log);
  await layout.create(account);
  const accelChoice = new AccelChoice({ layout, qemuBinary, qemuVersion, tools, account, log, forced: forcedAccel(options.accel) });
  await accelChoice.open(ctx);
  const cgroups = new Cgroups(`carrel-${installationId.slice(0, 8)}`);
  const limitsFact = await cgroups.open();
  await cgroups.prune();
  const host: Host = {
    installationId,
    layout,
    log,
    qemuBinary,
    qemuVersion,
    machineType,
    vdagent,
    account,
    cgroups,
    tools,
    img: new QemuImg({ account }),
    locks: new KeyedLock(),
    restrictNetwork: options.restrictNetwork ?? false,
    maxImageBytes: options.maxImageBytes ?? DEFAULT_MAX_IMAGE_BYTES,
    machineSecret: options.machineSecret,
    accel: () => accelChoice.current,
    launchAccount: () => accelChoice.accountFor(accelChoice.current),
  };
  const parts = connect(host, (later) => accelChoice.decide(later));
  await adoptAll(ctx, parts);
  const facts = {
    qemu: qemuVersion,
    machineType,
    ...accelChoice.facts(),
    account: accountFact,
    limits: limitsFact,
  };
  return { parts, capabilities: await describe(tools, facts, host.accel()) };
}

function forcedAccel(asked: QemuDriverOptions['accel']): Accel | undefined {
  return asked === undefined || asked === 'auto' ? undefined : asked;
}

function connect(host: Host, decideAccel: (ctx: Ctx) => Promise<void>): Parts {
  const masters = new Masters(host);
  const fleet = new Fleet(host);
  const frozen = new Frozen(host, masters, fleet);
  const machines = new Machines(host, masters, frozen);
  const guests = new Guests({ host, masters, machines, fleet });
  const base = { host, masters, machines, frozen, fleet, guests };
  const removal = new Removal(base);
  frozen.removal = removal;
  const power = new Power(base);
  fleet.onGuestReset = async (machineId) => await power.afterGuestReset(machineId);
  return {
    ...base,
    removal,
    power,
    survey: new Survey({ ...base, removal }),
    checkpoints: new Checkpoints(base),
    capture: new Capture(base),
    unlink: new Unlink(base),
    decideAccel,
  };
}

/** Connects to every machine that outlived an earlier process. One that does not answer is still there; it only has no agent. */
async function adoptAll(ctx: Ctx, parts: Parts): Promise<void> {
  const running = await parts.fleet.processes();
  await endStrayTpms(parts.host.layout, running);
  await Promise.all(
    running.map(async ({ tail }) => {
      const record = await parts.machines.load(tail).catch(() => undefined);
      if (record !== undefined && parts.machines.isOurs(record)) await parts.fleet.adopt(ctx, tail, parts.machines.folder(tail));
    }),
  );
}

async function describe(tools: ImageTools, facts: Record<string, string>, accel: Accel): Promise<Capabilities> {
  return {
    cloneModes: (await canSealMemory()) ? ['linked', 'full', 'instant'] : ['linked', 'full'],
    instantFirmware: ['bios'],
    instantTpm: false,
    // An instant clone goes on with its parent's memory, in which the disk has its parent's size.
    growsDisk: ['linked', 'full'],
    liveCapture: true,
    checkpoints: true,
    unlink: true,
    suspend: true,
    console: 'vnc',
    screenshot: true,
    serialConsole: true,
    guestWays: ['cloud-init'],
    recipes: Object.keys(tools.recipes),
    importFormats: IMPORT_FORMATS,
    startSlots: availableParallelism() + 1,
    // Two to keep one disk busy while the other one's processor works.
    copySlots: Math.max(2, Math.ceil(availableParallelism() / 2)),
    bootTakesSlot: accel === 'tcg',
    facts,
  };
}
