import { chown, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ctx, checkCtx, withTimeout } from '../../lib/context.ts';
import { describeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { type AccelDecision, decideAccel, kvmObstacle, readDecision, storeDecision } from '../../qemu/accel.ts';
import type { Accel } from '../../qemu/argv.ts';
import type { Account } from '../../qemu/run-tool.ts';
import { type ImageTools, pathExists } from './host.ts';
import type { Layout } from './layout.ts';

export interface AccelChoiceOptions {
  layout: Layout;
  qemuBinary: string;
  qemuVersion: string;
  tools: ImageTools;
  account: Account | undefined;
  log: Logger;
  forced: Accel | undefined;
}

/**
 * Which acceleration the machines of this host get. The probe needs the helper guest, which is made from packages; `open` uses it only
 * where it is there already, and until then TCG serves, which works everywhere.
 */
export class AccelChoice {
  current: Accel;
  private reason: string;
  private decided: boolean;
  private kvmGid: number | undefined;
  private readonly options: AccelChoiceOptions;

  constructor(options: AccelChoiceOptions) {
    this.options = options;
    this.current = options.forced ?? 'tcg';
    this.decided = options.forced !== undefined;
    this.reason = this.decided ? 'set by the operator' : 'not measured yet; TCG works everywhere';
  }

  async open(ctx: Ctx): Promise<void> {
    this.kvmGid = await stat('/dev/kvm').then(
      ({ gid, mode }) => ((mode & 0o060) === 0o060 && gid !== 0 ? gid : undefined),
      () => undefined,
    );
    if (this.decided) return;
    const obstacle = await kvmObstacle(this.options.account);
    if (obstacle !== undefined) {
      this.decided = true;
      this.reason = obstacle;
      return;
    }
    const stored = await readDecision(this.options.layout.accelCache, this.facts0());
    if (stored !== undefined) this.take(stored);
    else if (await pathExists(this.options.layout.appliance)) await this.decide(ctx);
  }

  /** Measures if that has not been done; never fails for more than a cancelled context. */
  async decide(ctx: Ctx): Promise<void> {
    if (this.decided) return;
    const { layout, log, tools, qemuBinary } = this.options;
    const folder = join(layout.staging, 'probe');
    try {
      const appliance = await tools.ensureAppliance(ctx, layout.appliance);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const base = this.accountFor('tcg');
      if (base !== undefined) await chown(folder, base.uid, base.gid);
      const account = (accel: Accel) => this.accountFor(accel);
      const found = await decideAccel(withTimeout(ctx, 30_000), { binary: qemuBinary, ...appliance, folder, account }, this.facts0());
      this.take(found);
      // Where not even TCG came up, the host was too busy to measure: asked again next time.
      if (found.kvm.ms !== undefined || found.tcg.ms !== undefined) await storeDecision(layout.accelCache, found);
      log.info({ accel: found.accel, reason: found.reason }, 'acceleration measured');
    } catch (error) {
      checkCtx(ctx);
      this.reason = `not measured: ${describeError(error)}`;
      log.warn({ err: error }, 'acceleration could not be measured; TCG is used');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** The account for QEMU: with KVM in the group of the device. */
  accountFor(accel: Accel): Account | undefined {
    const { account } = this.options;
    return account === undefined || accel !== 'kvm' || this.kvmGid === undefined ? account : { ...account, gid: this.kvmGid };
  }

  facts(): Record<string, string> {
    return { accel: this.current, accelReason: this.reason };
  }

  private take(decision: AccelDecision): void {
    this.current = decision.accel;
    this.reason = decision.reason;
    this.decided = true;
  }

  private facts0(): { qemuVersion: string; account: string } {
    return { qemuVersion: this.options.qemuVersion, account: this.options.account?.name ?? 'own' };
  }
}
