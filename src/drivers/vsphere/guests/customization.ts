/** How vCenter's customization of a guest went. */
import { driverError } from '../../../driver/errors.ts';
import { type Ctx, sleep, withTimeout } from '../../../lib/context.ts';
import { isCode } from '../../../lib/errors.ts';
import { isA } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { View } from '../inventory/view.ts';
import { notReady } from './readiness.ts';

/** Pause between two looks in milliseconds. The inventory does not watch it: servers before 7.0.2 refuse a watch of what they do not know. */
const LOOK_MS = 5_000;
/** What Tools say when it went well, and when it did not (VirtualMachineGuestCustomizationStatus). */
const DONE = 'TOOLSDEPLOYPKG_SUCCEEDED';
const FAILED = 'TOOLSDEPLOYPKG_FAILED';

/** Whether servers of that version keep with the machine how a customization went: `guest.customizationInfo`, since 7.0.2. */
export function tellsOfSysprep(apiVersion: string): boolean {
  const [major = 0, minor = 0, update = 0] = apiVersion.split('.').map((part) => Number.parseInt(part, 10));
  return major > 7 || (major === 7 && (minor > 0 || update >= 2));
}

/** What is heard of it: that it is through, or that it failed and why, or neither yet. */
type Heard = { through: true } | { failed: string } | { seen: string };

const SILENCE: Heard = { seen: 'nothing of it is said' };

export class Customization {
  readonly #end: Endpoint;

  constructor(end: Endpoint) {
    this.#end = end;
  }

  /** Waits until it is through. `guest-failed` with the guest's own reason as soon as it failed, `guest-timeout` after `limitS` seconds. */
  async succeeded(ctx: Ctx, view: View, machineId: string, limitS: number): Promise<void> {
    const patient = withTimeout(ctx, limitS * 1000);
    let last: Heard = SILENCE;
    this.#end.progress(ctx, 'waiting for Sysprep');
    try {
      const { apiVersion } = await this.#end.client.connect(patient);
      const hear = tellsOfSysprep(apiVersion) ? this.#byMachine : this.#byEvents;
      for (;;) {
        last = await hear(patient, view);
        if ('through' in last) return;
        if ('failed' in last) throw failed(machineId, last.failed);
        await sleep(patient, Math.min(LOOK_MS, this.#end.patience.retryMs * 5));
      }
    } catch (error) {
      if (ctx.signal.aborted || !isCode(error, 'deadline')) throw error;
      const seen = 'seen' in last ? last.seen : '';
      throw notReady(machineId, 'customization', { limitS, what: 'Sysprep to be through', seen, cause: error });
    }
  }

  readonly #byMachine = async (ctx: Ctx, view: View): Promise<Heard> => {
    const [vm] = await this.#end.client.readAll(ctx, 'VirtualMachine', [view.ref], ['guest.customizationInfo']);
    const info = vm?.props['guest.customizationInfo'];
    if (info === undefined) return SILENCE;
    if (info.customizationStatus === DONE) return { through: true };
    if (info.customizationStatus === FAILED) return { failed: info.errorMsg ?? 'no reason is given' };
    return { seen: `the server says ${info.customizationStatus}` };
  };

  /** Older servers tell by events alone. A machine is customized once, so any of these is of that one time; which kinds there are is looked at here. */
  readonly #byEvents = async (ctx: Ctx, view: View): Promise<Heard> => {
    const events = await this.#end.client.manager(ctx, 'eventManager');
    const filter = { entity: { entity: view.ref, recursion: 'self' as const } };
    const said = await this.#end.client.call(ctx, 'QueryEvents', events, { filter });
    if (said.some((event) => isA(event, 'CustomizationSucceeded'))) return { through: true };
    for (const event of said) {
      if (isA(event, 'CustomizationFailed')) return { failed: event.reason ?? event.fullFormattedMessage ?? event._type };
    }
    return said.some((event) => isA(event, 'CustomizationStartedEvent')) ? { seen: 'the server says that it began' } : SILENCE;
  };
}

function failed(machineId: string, why: string): Error {
  return driverError('guest-failed', `Sysprep failed in the guest of machine ${machineId}: ${why}`, {
    hint: 'The guest has more of it in C:\\Windows\\Temp\\vmware-imc and C:\\Windows\\Panther. Correct the golden machine, and import it again.',
  });
}
