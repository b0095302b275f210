/** How vCenter's customization of a guest went. */
import { driverError } from '../../../driver/errors.ts';
import { type Ctx, sleep, withTimeout } from '../../../lib/context.ts';
import { isCode } from '../../../lib/errors.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { View } from '../inventory/view.ts';
import { notReady } from './readiness.ts';

/** Pause between two looks in milliseconds. The inventory does not watch it: servers before 7.0.2 refuse a watch of what they do not know. */
const LOOK_MS = 5_000;
/** What Tools say when it went well, and when it did not (VirtualMachineGuestCustomizationStatus). */
const DONE = 'TOOLSDEPLOYPKG_SUCCEEDED';
const FAILED = 'TOOLSDEPLOYPKG_FAILED';

/** Whether servers of that version say how a customization went: `guest.customizationInfo`, since 7.0.2. */
export function tellsOfSysprep(apiVersion: string): boolean {
  const [major = 0, minor = 0, update = 0] = apiVersion.split('.').map((part) => Number.parseInt(part, 10));
  return major > 7 || (major === 7 && (minor > 0 || update >= 2));
}

export class Customization {
  readonly #end: Endpoint;

  constructor(end: Endpoint) {
    this.#end = end;
  }

  /** Waits until it is through. `guest-failed` with the guest's own reason as soon as it failed, `guest-timeout` after `limitS` seconds. */
  async succeeded(ctx: Ctx, view: View, machineId: string, limitS: number): Promise<void> {
    const patient = withTimeout(ctx, limitS * 1000);
    let seen = 'nothing of it is said';
    this.#end.progress(ctx, 'waiting for Sysprep');
    try {
      for (;;) {
        const [vm] = await this.#end.client.readAll(patient, 'VirtualMachine', [view.ref], ['guest.customizationInfo']);
        const info = vm?.props['guest.customizationInfo'];
        if (info?.customizationStatus === DONE) return;
        if (info?.customizationStatus === FAILED) {
          throw driverError(
            'guest-failed',
            `Sysprep failed in the guest of machine ${machineId}: ${info.errorMsg ?? 'no reason is given'}`,
            {
              hint: 'The guest has more of it in C:\\Windows\\Temp\\vmware-imc and C:\\Windows\\Panther. Correct the golden machine, and import it again.',
            },
          );
        }
        if (info !== undefined) seen = `the server says ${info.customizationStatus}`;
        await sleep(patient, Math.min(LOOK_MS, this.#end.patience.retryMs * 5));
      }
    } catch (error) {
      if (ctx.signal.aborted || !isCode(error, 'deadline')) throw error;
      throw notReady(machineId, 'customization', { limitS, what: 'Sysprep to be through', seen, cause: error });
    }
  }
}
