/** Programs and files inside a guest, by VMware Tools. */
import { type Ctx, sleep } from '../../lib/context.ts';
import type { VSphereClient } from '../client.ts';
import { vsphereError } from '../errors.ts';
import type { Ref } from '../types/value.ts';
import type { AnyGuestAuthentication, AnyGuestFileAttributes, GuestProcessInfo } from '../types/vim.gen.ts';
import { getFromGuest, type GuestTransferOptions, putToGuest } from './transfer.ts';

interface GuestOperationsManagerRefs {
  authManager: Ref;
  fileManager: Ref;
  processManager: Ref;
}

/** A local account of the guest. */
export function guestPassword(username: string, password: string): AnyGuestAuthentication {
  return { _type: 'NamePasswordAuthentication', username, password, interactiveSession: false };
}

/** The managers are the same for all guests of an endpoint: asked once per client. */
const known = new WeakMap<VSphereClient, GuestOperationsManagerRefs>();

async function managers(ctx: Pick<Ctx, 'signal'>, client: VSphereClient): Promise<GuestOperationsManagerRefs> {
  const there = known.get(client);
  if (there) return there;
  const guest = await client.manager(ctx, 'guestOperationsManager');
  const { props } = await client.read(ctx, 'GuestOperationsManager', guest, ['authManager', 'fileManager', 'processManager']);
  const { authManager, fileManager, processManager } = props;
  if (!authManager || !fileManager || !processManager) throw vsphereError('vsphere-not-found', 'the server has no guest operations');
  const refs = { authManager, fileManager, processManager };
  known.set(client, refs);
  return refs;
}

/** A guest as one of its accounts. Faults: GuestOperationsUnavailable while Tools are not up, InvalidGuestLogin. */
export class GuestAccess {
  private readonly client: VSphereClient;
  private readonly vm: Ref;
  private readonly auth: AnyGuestAuthentication;
  private refs: GuestOperationsManagerRefs | undefined;

  constructor(client: VSphereClient, vm: Ref, auth: AnyGuestAuthentication) {
    this.client = client;
    this.vm = vm;
    this.auth = auth;
  }

  async checkLogin(ctx: Pick<Ctx, 'signal'>): Promise<void> {
    const { authManager } = await this.managers(ctx);
    await this.client.call(ctx, 'ValidateCredentialsInGuest', authManager, { vm: this.vm, auth: this.auth });
  }

  /** Starts a program; its process id. */
  async start(ctx: Pick<Ctx, 'signal'>, programPath: string, args: string, workingDirectory?: string): Promise<bigint> {
    const { processManager } = await this.managers(ctx);
    const spec = { _type: 'GuestProgramSpec' as const, programPath, arguments: args, workingDirectory };
    return await this.client.call(ctx, 'StartProgramInGuest', processManager, { vm: this.vm, auth: this.auth, spec });
  }

  /** Starts a program and waits for its end. The exit code is kept by Tools for about a minute, so the pauses stay short. */
  async run(ctx: Ctx, programPath: string, args: string, pauseMs = 1_000): Promise<number> {
    const pid = await this.start(ctx, programPath, args);
    for (;;) {
      const [process] = await this.processes(ctx, [pid]);
      if (process?.exitCode !== undefined) return process.exitCode;
      if (!process)
        throw vsphereError('vsphere-not-found', 'the guest does not know the process any more', { details: { pid: pid.toString() } });
      await sleep(ctx, pauseMs);
    }
  }

  async processes(ctx: Pick<Ctx, 'signal'>, pids?: bigint[]): Promise<GuestProcessInfo[]> {
    const { processManager } = await this.managers(ctx);
    return (await this.client.call(ctx, 'ListProcessesInGuest', processManager, { vm: this.vm, auth: this.auth, pids })) ?? [];
  }

  /** Writes a file in the guest, replacing one that is there. `mode` is of POSIX guests. */
  async writeFile(
    ctx: Pick<Ctx, 'signal'>,
    path: string,
    bytes: Uint8Array | string,
    options: GuestTransferOptions & { mode?: number } = {},
  ): Promise<void> {
    const { fileManager } = await this.managers(ctx);
    const fileAttributes: AnyGuestFileAttributes =
      options.mode === undefined
        ? { _type: 'GuestFileAttributes' }
        : { _type: 'GuestPosixFileAttributes', permissions: BigInt(options.mode) };
    const url = await this.client.call(ctx, 'InitiateFileTransferToGuest', fileManager, {
      vm: this.vm,
      auth: this.auth,
      guestFilePath: path,
      fileAttributes,
      fileSize: BigInt(Buffer.byteLength(bytes)),
      overwrite: true,
    });
    await putToGuest(ctx, this.client, url, bytes, options);
  }

  async readFile(ctx: Pick<Ctx, 'signal'>, path: string, maxBytes = 1024 * 1024, options: GuestTransferOptions = {}): Promise<Uint8Array> {
    const { fileManager } = await this.managers(ctx);
    const info = await this.client.call(ctx, 'InitiateFileTransferFromGuest', fileManager, {
      vm: this.vm,
      auth: this.auth,
      guestFilePath: path,
    });
    return await getFromGuest(ctx, this.client, info.url, maxBytes, options);
  }

  async removeFile(ctx: Pick<Ctx, 'signal'>, path: string): Promise<void> {
    const { fileManager } = await this.managers(ctx);
    await this.client.call(ctx, 'DeleteFileInGuest', fileManager, { vm: this.vm, auth: this.auth, filePath: path });
  }

  private async managers(ctx: Pick<Ctx, 'signal'>): Promise<GuestOperationsManagerRefs> {
    this.refs ??= await managers(ctx, this.client);
    return this.refs;
  }
}
