import { chmod, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { driverError } from '../../driver/errors.ts';
import { MAX_SOCKET_PATH, type QemuPaths } from '../../qemu/argv.ts';
import type { Account } from '../../qemu/run-tool.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;

/** Ids become folder names and parts of arguments, so nothing but letters, digits and dashes gets through. */
export function checkId(id: string, what: string): string {
  if (!ID.test(id)) throw driverError('internal', `${what} ${JSON.stringify(id.slice(0, 80))} cannot be used as an id`);
  return id;
}

export function isId(text: string): boolean {
  return ID.test(text);
}

/**
 * Where things lie below the driver's folder:
 *
 *     masters/<revisionId>/            disk.qcow2, kernel, initrd, efivars.fd, master.json: read-only, never QEMU's
 *     frozen/<revisionId>/<key>/       ram, state, disk.qcow2, frozen.json: a running parent, stopped and copied; a cache
 *     machines/<machineId>/            machine.json (the ownership tag), disk.qcow2 and later leaves, pid.json, identity, seed, efivars.fd, serial-*.log
 *     machines/<machineId>/origin/     kernel, initrd, efivars.fd, master.json of a machine that needs its master no more
 *     machines/<machineId>/tpm/        swtpm's own: what the machine's TPM holds
 *     machines/<machineId>/run/        QEMU's own: sockets, its pid file
 *     staging/<id>.<what>/             things being made
 *     appliance/, accel.json           helper guest and what the acceleration probe found
 */
export class Layout {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
    const longest = this.runPaths('00000000-0000-0000-0000-000000000000').qmp;
    const bytes = Buffer.byteLength(longest);
    if (bytes > MAX_SOCKET_PATH) {
      throw driverError('no-permission', `the data directory ${root} has too long a path for unix sockets`, {
        hint: `use one that is at least ${bytes - MAX_SOCKET_PATH} characters shorter`,
        details: { bytes, most: MAX_SOCKET_PATH },
      });
    }
  }

  get masters(): string {
    return join(this.root, 'masters');
  }
  get frozen(): string {
    return join(this.root, 'frozen');
  }
  get machines(): string {
    return join(this.root, 'machines');
  }
  get staging(): string {
    return join(this.root, 'staging');
  }
  get appliance(): string {
    return join(this.root, 'appliance');
  }
  get accelCache(): string {
    return join(this.root, 'accel.json');
  }

  master(revisionId: string): string {
    return join(this.masters, checkId(revisionId, 'revision'));
  }
  frozenParent(revisionId: string, key: string): string {
    return join(this.frozen, checkId(revisionId, 'revision'), key);
  }
  machine(machineId: string): string {
    return join(this.machines, checkId(machineId, 'machine'));
  }
  stagingFor(id: string, what: string): string {
    return join(this.staging, `${checkId(id, 'id')}.${what}`);
  }

  /** What a machine that was taken off its master has from it. */
  origin(machineId: string): string {
    return join(this.machine(machineId), 'origin');
  }

  runPaths(machineId: string): QemuPaths {
    return runPathsIn(join(this.machine(machineId), 'run'));
  }

  /** Makes the folders. QEMU's account may pass through those that hold what it opens, and look into none of them. */
  async create(account: Account | undefined): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o711 });
    if (account !== undefined) await chmod(this.root, 0o711);
    for (const folder of [this.masters, this.frozen, this.machines, this.staging]) {
      await mkdir(folder, { recursive: true, mode: 0o711 });
      // Also those of an earlier start under a mask that closed them.
      await chmod(folder, 0o711);
    }
  }
}

/** Sockets and logs of one QEMU in its run folder; the names are short since paths of sockets are. */
export function runPathsIn(folder: string): QemuPaths {
  return {
    qmp: join(folder, 'qmp'),
    guestAgent: join(folder, 'ga'),
    identity: join(folder, 'id'),
    vnc: join(folder, 'vnc'),
    serial: join(folder, 'ser'),
    pidFile: join(folder, 'qemu.pid'),
  };
}

/** The id in a staging folder's name, `<id>.<what>`. */
export function stagingId(path: string): string | undefined {
  const [id = ''] = basename(path).split('.');
  return isId(id) ? id : undefined;
}
