/** Programs in guests by VMware's guest operations, as root. */
import { randomUUID } from 'node:crypto';
import { asRoot, quote } from '../../../core/guest-scripts.ts';
import { driverError } from '../../../driver/errors.ts';
import { checkCtx, type Ctx, sleep, withTimeout } from '../../../lib/context.ts';
import { isCode } from '../../../lib/errors.ts';
import { GuestAccess, guestPassword, isFault } from '../../../vsphere/index.ts';
import type { Access } from './access.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { FirstTry } from './first-try.ts';
import { tellingItsEnd } from './guest-scripts.ts';
import { notReady, Readiness } from './readiness.ts';
import { isWindowsAccess } from './windows.ts';
import type { View } from '../inventory/view.ts';

/** A handover is a short program; longer means that the guest is not well. In milliseconds. */
const PROGRAM_MS = 60_000;
/** Pause between two tries to log in, in milliseconds. */
const LOGIN_PAUSE_MS = 3_000;
/** What is kept of what a program said: lines, and characters of each. */
const LAST_LINES = 5;
const LINE_CHARS = 200;
/** How long a program that says by guestinfo that it is done is waited for before the guest is asked, at first, in milliseconds. */
const TOLD_MS = 5_000;
/** The longest such wait: Tools keep an exit code for about a minute. */
const LONGEST_TOLD_MS = 30_000;

export class Programs {
  readonly #end: Endpoint;
  readonly #first = new FirstTry();

  constructor(end: Endpoint) {
    this.#end = end;
  }

  /** Runs a script. `guest-failed` with its exit code; the server's fault where the account is not let in. */
  async run(ctx: Ctx, view: View, key: string, access: Access, script: string, limitMs = PROGRAM_MS): Promise<void> {
    const guest = new GuestAccess(this.#end.client, view.ref, guestPassword(access.user, access.password));
    const patient = withTimeout(ctx, limitMs);
    const pause = Math.min(1_000, this.#end.patience.retryMs);
    const code = await this.#end.work.step(ctx, key, guest.run(patient, '/bin/sh', `-c ${quote(asRoot(script))}`, pause));
    mustBeDone(key, access, code);
  }

  /** The same for a program of its own, as the account itself. */
  async runDirectly(
    ctx: Ctx,
    view: View,
    key: string,
    access: Access,
    { program, args }: { program: string; args: string },
  ): Promise<void> {
    const guest = new GuestAccess(this.#end.client, view.ref, guestPassword(access.user, access.password));
    const pause = Math.min(1_000, this.#end.patience.retryMs);
    const code = await this.#end.work.step(ctx, key, guest.run(withTimeout(ctx, PROGRAM_MS), program, args, pause));
    mustBeDone(key, access, code);
  }

  /**
   * The same for a script that says by guestinfo that it is done: the inventory tells, so its end costs no request unless it failed or takes long.
   * What counts is a mark of this run alone, for a copy may have what its image's guest said.
   */
  async #runTold(ctx: Ctx, view: View, key: string, access: Access, script: string, letIn: () => void): Promise<void> {
    const guest = new GuestAccess(this.#end.client, view.ref, guestPassword(access.user, access.password));
    const mark = randomUUID();
    const ready = new Readiness(this.#end);
    const first = Math.min(TOLD_MS, this.#end.patience.retryMs * 40);
    const run = async (): Promise<number> => {
      const pid = await guest.start(ctx, '/bin/sh', `-c ${quote(asRoot(tellingItsEnd(script, mark)))}`);
      letIn();
      for (let waitMs = first; ; waitMs = Math.min(waitMs * 2, LONGEST_TOLD_MS)) {
        try {
          await ready.until(ctx, view, key, ready.ended(view, mark, waitMs / 1000));
          return 0;
        } catch (error) {
          if (!isCode(error, 'guest-timeout')) throw error;
        }
        const [process] = await guest.processes(ctx, [pid]);
        if (process?.exitCode !== undefined) return process.exitCode;
        if (process === undefined) throw driverError('guest-failed', `the guest of machine ${key} does not know its process any more`);
      }
    };
    mustBeDone(key, access, await this.#end.work.step(ctx, key, run()));
  }

  /** Starts a script and does not ask how it ends. */
  async start(ctx: Ctx, view: View, key: string, access: Access, script: string): Promise<void> {
    const guest = new GuestAccess(this.#end.client, view.ref, guestPassword(access.user, access.password));
    await this.#end.work.step(ctx, key, guest.start(withTimeout(ctx, PROGRAM_MS), '/bin/sh', `-c ${quote(asRoot(script))}`));
  }

  /** The last lines of a file in a guest, in one line; nothing where it cannot be read: it only says more of what is known. */
  async lastLines(ctx: Ctx, view: View, key: string, access: Access, path: string): Promise<string> {
    const guest = new GuestAccess(this.#end.client, view.ref, guestPassword(access.user, access.password));
    try {
      const bytes = await this.#end.work.step(ctx, key, guest.readFile(withTimeout(ctx, PROGRAM_MS), path));
      const lines = Buffer.from(bytes).toString('utf8').split('\n');
      const said = lines
        .map((line) =>
          line
            .replaceAll(/\p{Cc}/gu, ' ')
            .trim()
            .slice(0, LINE_CHARS),
        )
        .filter((line) => line !== '');
      return said.slice(-LAST_LINES).join('; ');
    } catch (error) {
      checkCtx(ctx);
      this.#end.log.warn({ err: error, vm: view.name }, 'what a program said in a guest could not be read');
      return '';
    }
  }

  /** Waits until the guest takes the account's password. `guest-timeout` after `limitS`. */
  async letsIn(ctx: Ctx, view: View, key: string, access: Access, limitS: number): Promise<void> {
    const guest = new GuestAccess(this.#end.client, view.ref, guestPassword(access.user, access.password));
    const patient = withTimeout(ctx, limitS * 1000);
    let refused: unknown;
    try {
      for (;;) {
        try {
          return await this.#end.work.step(patient, key, guest.checkLogin(patient));
        } catch (error) {
          if (!isEarly(error)) throw error;
          refused = error;
        }
        await sleep(patient, Math.min(LOGIN_PAUSE_MS, this.#end.patience.retryMs * 3));
      }
    } catch (error) {
      if (ctx.signal.aborted || !isCode(error, 'deadline')) throw error;
      throw notReady(key, 'access', { limitS, ...whatFor(access, isFault(refused, 'InvalidGuestLogin')), cause: error });
    }
  }

  /**
   * Runs a script in a guest that is still booting: as soon as it lets us in. An account of cloud-init's is not known at first; one of the image's
   * that is not known never will be. `guest-timeout` after `limitS`.
   */
  async runOnce(ctx: Ctx, view: View, key: string, access: Access, script: string, limitS: number): Promise<void> {
    const patient = withTimeout(ctx, limitS * 1000);
    const image = view.tags.revisionId ?? '';
    const begun = performance.now();
    let refused: unknown;
    try {
      await sleep(patient, this.#first.wait(image));
      for (;;) {
        try {
          const letIn = () => this.#first.told(image, performance.now() - begun, refused !== undefined);
          return await this.#runTold(patient, view, key, access, script, letIn);
        } catch (error) {
          const early =
            isFault(error, 'GuestOperationsUnavailable') || (access.kind === 'cloud-init' && isFault(error, 'InvalidGuestLogin'));
          if (!early) throw error;
          refused = error;
        }
        await sleep(patient, Math.min(LOGIN_PAUSE_MS, this.#end.patience.retryMs * 3));
      }
    } catch (error) {
      if (ctx.signal.aborted || !isCode(error, 'deadline')) throw error;
      throw notReady(key, 'access', { limitS, ...whatFor(access, isFault(refused, 'InvalidGuestLogin')), cause: error });
    }
  }
}

/** `guest-failed` with its exit code, unless that is 0. */
function mustBeDone(key: string, access: Access, code: number): void {
  if (code === 0) return;
  throw driverError('guest-failed', `the guest of machine ${key} refused what ${access.user} asked of it (exit code ${code})`, {
    details: { exitCode: code },
    ...(access.user === 'root' || isWindowsAccess(access.kind)
      ? {}
      : { hint: `${access.user} must be root or be allowed to use sudo without a password.` }),
  });
}

/** What is true of an account that a guest does not know yet: it may still be made. */
const isEarly = (error: unknown): boolean => isFault(error, 'GuestOperationsUnavailable', 'InvalidGuestLogin');

function whatFor(access: Access, unknown: boolean): { what: string; seen: string; hint?: string } {
  const seen = unknown ? 'the guest does not know it' : 'guest operations do not answer';
  if (access.kind === 'guest-operations') return { what: `the guest to let ${access.user} in`, seen };
  if (access.kind === 'sysprep' || access.kind === 'cloudbase-init') {
    return {
      what: `the guest to take the password of ${access.user} that ${access.kind} was given`,
      seen,
      hint:
        access.kind === 'sysprep'
          ? 'Sysprep sets the password of the built-in Administrator: import the image with its name as --user, and leave the account switched on in it.'
          : 'Is cloudbase-init in the image, with VMwareGuestInfoService among its metadata_services?',
    };
  }
  return {
    what: `cloud-init to make Carrel's account (${access.user})`,
    seen,
    hint: 'Is cloud-init in the image, with its VMware data source? If not, import the image with --access guest-operations.',
  };
}

/** The guest does not do what it is asked: no fault of the server, and no use in asking again. */
export const isRefusal = (error: unknown): boolean =>
  isFault(error, 'InvalidGuestLogin', 'GuestOperationsUnavailable') || isCode(error, 'guest-failed') || isCode(error, 'guest-timeout');
