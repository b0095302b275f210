import { join } from 'node:path';
import { describeViolation, gate } from '../../core/lineage.ts';
import type { PowerOp, PowerState } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import { type Ctx, checkCtx, makeCtx, withTimeout } from '../../lib/context.ts';
import { describeError, isCode } from '../../lib/errors.ts';
import { waitGone } from '../../qemu/process.ts';
import { loadState, settle } from '../../qemu/saved-state.ts';
import { hasOtherName, writtenFiles } from './efi.ts';
import type { Fleet } from './fleet.ts';
import type { Frozen } from './frozen.ts';
import type { Guests } from './guests.ts';
import type { Host } from './host.ts';
import { launchArgs } from './launch.ts';
import type { Machines } from './machines.ts';
import type { Masters } from './masters.ts';
import { leafPath, type MachineRecord, type MasterRecord } from './records.ts';
import { type Runtime, unreachable } from './runtime.ts';
import { hasTpm, tpmFolder } from './tpm.ts';

/** How long a guest gets to shut down by itself, in ms. */
const SHUTDOWN_MS = 60_000;

/** Switching machines on and off. Nothing is ever started past the gate. */
export class Power {
  private readonly host: Host;
  private readonly masters: Masters;
  private readonly machines: Machines;
  private readonly frozen: Frozen;
  private readonly fleet: Fleet;
  private readonly guests: Guests;

  constructor(parts: { host: Host; masters: Masters; machines: Machines; frozen: Frozen; fleet: Fleet; guests: Guests }) {
    this.host = parts.host;
    this.masters = parts.masters;
    this.machines = parts.machines;
    this.frozen = parts.frozen;
    this.fleet = parts.fleet;
    this.guests = parts.guests;
  }

  async run(ctx: Ctx, machineId: string, op: PowerOp): Promise<PowerState> {
    const record = await this.machines.needMade(machineId);
    const folder = this.machines.folder(machineId);
    const now = await this.fleet.power(ctx, machineId, folder);
    switch (op) {
      case 'on':
        return await this.on(ctx, record, now);
      case 'off':
        await this.fleet.end(ctx, machineId, folder, true);
        return 'off';
      case 'shutdown':
        return now === 'off' || now === 'crashed' ? 'off' : await this.shutdown(ctx, record);
      case 'reset': {
        // No monitor to ask: the process is ended by a signal, and the machine booted.
        if (now === 'on' && this.fleet.get(machineId) === undefined) return await this.restart(ctx, record);
        const runtime = this.needRunning(machineId, now);
        // A QEMU without its TPM ends at a reset.
        if ((await this.fleet.isRestored(folder)) || (await runtime.lostTpm())) return await this.restart(ctx, record);
        runtime.forget();
        await runtime.qmp.execute(ctx, 'system_reset');
        if (now === 'suspended') await runtime.qmp.execute(ctx, 'cont');
        return 'on';
      }
      case 'suspend':
        if (now === 'suspended') return now;
        await this.needRunning(machineId, now).qmp.execute(ctx, 'stop');
        return 'suspended';
      case 'resume':
        if (now === 'on') return now;
        await this.needRunning(machineId, now).qmp.execute(ctx, 'cont');
        return 'on';
    }
  }

  /** Ends a machine and boots it again. */
  private async restart(ctx: Ctx, record: MachineRecord): Promise<PowerState> {
    await this.fleet.end(ctx, record.machineId, this.machines.folder(record.machineId), true);
    return await this.on(ctx, record, 'off');
  }

  /** Boots a machine whose guest restarted and whose QEMU ended with that; not if somebody has switched it on or away meanwhile. */
  async afterGuestReset(machineId: string): Promise<void> {
    const ctx = makeCtx({ timeoutMs: 60_000, log: this.host.log });
    await this.host.locks.run(ctx, `machine ${machineId}`, async () => {
      const record = await this.machines.needMade(machineId);
      const now = await this.fleet.power(ctx, machineId, this.machines.folder(machineId));
      if (now === 'off') await this.on(ctx, record, now);
    });
  }

  private needRunning(machineId: string, now: PowerState): Runtime {
    const runtime = this.fleet.get(machineId);
    if (now === 'off' || now === 'crashed') throw driverError('wrong-state', `machine ${machineId} is ${now}`);
    if (runtime === undefined) throw unreachable(machineId);
    return runtime;
  }

  private async on(ctx: Ctx, record: MachineRecord, now: PowerState): Promise<PowerState> {
    const { machineId } = record;
    const folder = this.machines.folder(machineId);
    if (now === 'on') return now;
    if (now === 'suspended') {
      if ((await this.fleet.look(ctx, machineId, folder)).condition === 'out-of-space') {
        throw driverError('no-space', `machine ${machineId} stands still: the storage under it is full`, {
          hint: 'it goes on by itself when there is space again',
        });
      }
      await this.needRunning(machineId, now).qmp.execute(ctx, 'cont');
      return 'on';
    }
    const master = await this.masters.unchangedOf(ctx, record);
    await this.mustPassGate(ctx, record);
    // Whatever a crashed QEMU left is cleared away; two on one disk are impossible.
    await this.fleet.end(ctx, machineId, folder, false);
    checkCtx(ctx);
    if (record.restorable) await this.restoreOrBoot(ctx, record, master);
    else await this.boot(ctx, record, master);
    return 'on';
  }

  /** Promises 3 and 4, checked where the machine is started, whatever was checked before. */
  private async mustPassGate(ctx: Ctx, record: MachineRecord): Promise<void> {
    const { chains, mode, ownFolder, masterPaths } = await this.machines.readBack(ctx, record);
    const violations = (chains.length === 0 ? [[]] : chains).flatMap((chain) => gate(chain, { mode, ownFolder, masterPaths }));
    const broken = chains.flat().find((disk) => disk.format !== 'qcow2');
    // A second name for a master's file has a harmless path and the master's bytes.
    const linked: string[] = [];
    for (const path of writtenFiles(this.machines.folder(record.machineId), record)) if (await hasOtherName(path)) linked.push(path);
    if (violations.length === 0 && broken === undefined && linked.length === 0) return;
    const why = [
      ...violations.map(describeViolation),
      ...(broken ? [`${broken.path} is missing or is no qcow2`] : []),
      ...linked.map((path) => `${path} is a link or has another name`),
    ];
    throw driverError('gate-refused', `machine ${record.machineId} is not started: ${why.join('; ')}`, { details: { violations } });
  }

  private async boot(ctx: Ctx, record: MachineRecord, master: MasterRecord): Promise<void> {
    const { machineId, hardware, hostname, mac } = record;
    const folder = this.machines.folder(machineId);
    const spec = { id: machineId, folder, disk: leafPath(folder, record), hardware, hostname, mac };
    const args = await launchArgs(this.host, this.masters, master, spec);
    const tpm = hasTpm(master) ? await tpmFolder(this.host, folder) : undefined;
    await this.fleet.start(ctx, { id: machineId, folder, args, ...hardware, tpm });
  }

  /** From the frozen parent's memory if that works, by booting the same disk if not: slower, and just as much the person's machine. */
  private async restoreOrBoot(ctx: Ctx, record: MachineRecord, master: MasterRecord): Promise<void> {
    const key = record.frozenKey;
    try {
      if (key === undefined || !(await this.frozen.isSound(record.revisionId, key))) {
        throw driverError('unavailable', 'its frozen parent is gone');
      }
      if (!this.frozen.fits(key, master, record.hardware)) throw driverError('unavailable', 'its frozen parent was made by another QEMU');
      const runtime = await this.restore(ctx, record, master, key);
      // Written before the guest runs: after this point its memory and its disk belong together, and the old image fits neither.
      await this.machines.update(record.machineId, { restorable: false, needsIdentity: true });
      await runtime.qmp.execute(ctx, 'cont');
      void this.guests.startIdentity(runtime, record.machineId);
    } catch (error) {
      await this.fleet.end(ctx, record.machineId, this.machines.folder(record.machineId), false);
      checkCtx(ctx);
      if (isCode(error, 'no-space', 'cancelled', 'deadline')) throw error;
      this.host.log.warn({ err: error, machineId: record.machineId }, 'an instant clone is booted instead');
      const notes = [...record.notes, `Booted instead of being restored: ${describeError(error)}.`];
      await this.machines.update(record.machineId, { restorable: false, needsIdentity: false, notes });
      await this.boot(ctx, record, master);
    }
  }

  private async restore(ctx: Ctx, record: MachineRecord, master: MasterRecord, key: string): Promise<Runtime> {
    const { machineId, hardware, hostname, mac } = record;
    const folder = this.machines.folder(machineId);
    const memory = await this.frozen.openMemory(ctx, record.revisionId, key);
    const args = await launchArgs(this.host, this.masters, master, {
      id: machineId,
      folder,
      disk: leafPath(folder, record),
      hardware,
      hostname,
      mac,
      // Descriptor 3 is the sealed memory; a private mapping is all that its seals allow.
      memoryFile: { path: '/proc/self/fd/3', share: false },
      incoming: true,
    });
    const runtime = await this.fleet.start(ctx, { id: machineId, folder, args, ...hardware, restored: true, fds: [memory.fd] });
    await loadState(ctx, runtime.qmp, join(folder, 'run', 'st'), this.frozen.stateFile(record.revisionId, key));
    await settle(ctx, runtime.qmp);
    return runtime;
  }

  private async shutdown(ctx: Ctx, record: MachineRecord): Promise<PowerState> {
    const runtime = this.needRunning(record.machineId, 'on');
    const bounded = withTimeout(ctx, SHUTDOWN_MS);
    const master = await this.masters.of(record);
    const asked = await this.askToShutDown(bounded, runtime, record.machineId, master);
    if (!asked) await runtime.qmp.execute(bounded, 'system_powerdown');
    try {
      await waitGone(bounded, runtime.process);
    } catch (cause) {
      checkCtx(ctx);
      throw driverError('guest-timeout', 'the guest did not shut down', { hint: 'switch the machine off', cause });
    }
    await this.fleet.end(ctx, record.machineId, this.machines.folder(record.machineId), false);
    return 'off';
  }

  /** Asks by the agent or by Carrel's account; false where neither is there or answers, and the power button is left. */
  private async askToShutDown(ctx: Ctx, runtime: Runtime, machineId: string, master: MasterRecord): Promise<boolean> {
    const ask =
      master.profile.guest.agent === 'none'
        ? // The answer comes before the machine goes: the login would end with it.
          this.guests.byOperations(withTimeout(ctx, 20_000), machineId, '(sleep 1; poweroff) >/dev/null 2>&1 &')
        : runtime.guestAgent.shutdown(withTimeout(ctx, 5_000)).then(() => true);
    return await ask.catch(() => false);
  }
}
