import type { Ctx } from '../../lib/context.ts';
import type { Logger } from '../../lib/log.ts';
import type { Accel } from '../../qemu/argv.ts';
import type { Account } from '../../qemu/run-tool.ts';
import type { ImageTools } from './host.ts';
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

/** Which acceleration machines of this host get. */
export class AccelChoice {
  current: Accel;
  private reason: string;

  constructor(options: AccelChoiceOptions) {
    this.current = options.forced ?? 'tcg';
    this.reason = options.forced === undefined ? 'not measured yet' : 'set by the operator';
  }

  async open(_ctx: Ctx): Promise<void> {}

  async decide(_ctx: Ctx): Promise<void> {}

  facts(): Record<string, string> {
    return { accel: this.current, accelReason: this.reason };
  }
}
