import type { GuestAuthentication } from '../../../vsphere/types/vim.gen.ts';
import { VimFault } from '../../model/fault.ts';
import {
  assertGuestWritable,
  listGuestFiles,
  listProcesses,
  readGuestFile,
  startProgram,
  terminateProcess,
  validateGuest,
} from '../../model/guest-ops.ts';
import { saveSystem } from '../../model/guest-disk.ts';
import { arg, type Handlers } from '../calls.ts';
import { date, long } from '../props/context.ts';

function login(auth: GuestAuthentication | { _type?: string | undefined }): [string, string] {
  const { username, password } = auth as { username?: string; password?: string };
  if (username === undefined || password === undefined) {
    throw new VimFault('OperationNotSupportedByGuest', 'Only name and password are supported.');
  }
  return [username, password];
}

export const guestMethods: Handlers = {
  ValidateCredentialsInGuest: (c, a) => validateGuest(c.m, arg.vm(c, a.vm), ...login(a.auth)),
  StartProgramInGuest: (c, a) => BigInt(startProgram(c.m, arg.vm(c, a.vm), ...login(a.auth), a.spec.programPath, a.spec.arguments)),
  ListProcessesInGuest: (c, a) =>
    listProcesses(c.m, arg.vm(c, a.vm), ...login(a.auth), (a.pids ?? []).map(Number)).map((p) => ({
      name: p.name,
      pid: long(p.pid),
      owner: p.owner,
      cmdLine: p.cmdLine,
      startTime: date(p.startTime),
      endTime: p.endTime === undefined ? undefined : date(p.endTime),
      exitCode: p.exitCode,
    })) as never,
  TerminateProcessInGuest: (c, a) => terminateProcess(c.m, arg.vm(c, a.vm), ...login(a.auth), Number(a.pid)),
  InitiateFileTransferFromGuest: (c, a) => {
    const vm = arg.vm(c, a.vm);
    const content = readGuestFile(c.m, vm, ...login(a.auth), a.guestFilePath);
    const url = `${c.origin}/guestFile?id=${c.transfers.add({ kind: 'get', vm, path: a.guestFilePath })}`;
    return { attributes: { _type: 'GuestPosixFileAttributes' }, size: long(content.length), url } as never;
  },
  InitiateFileTransferToGuest: (c, a) => {
    const vm = arg.vm(c, a.vm);
    assertGuestWritable(c.m, vm, ...login(a.auth), a.guestFilePath, a.overwrite);
    return `${c.origin}/guestFile?id=${c.transfers.add({ kind: 'put', vm, path: a.guestFilePath })}`;
  },
  ListFilesInGuest: (c, a) => {
    const vm = arg.vm(c, a.vm);
    const page = { index: a.index ?? 0, max: a.maxResults ?? 50, pattern: a.matchPattern };
    const { files, remaining } = listGuestFiles(c.m, vm, login(a.auth), a.filePath, page);
    // The guest's files have no times of their own; a client that prints one expects it to be there.
    const modificationTime = date(vm.bootTime ?? c.m.now());
    return {
      files: files.map(({ path, directory, size }) => ({
        path,
        type: directory ? 'directory' : 'file',
        size: long(size),
        attributes: {
          _type: 'GuestPosixFileAttributes',
          modificationTime,
          ownerId: 0,
          groupId: 0,
          permissions: directory ? 0o755n : 0o644n,
        },
      })),
      remaining,
    } as never;
  },
  DeleteFileInGuest: (c, a) => {
    const vm = arg.vm(c, a.vm);
    readGuestFile(c.m, vm, ...login(a.auth), a.filePath);
    vm.guest?.system.files.delete(a.filePath);
    saveSystem(c.m, vm);
  },
  MakeDirectoryInGuest: (c, a) => validateGuest(c.m, arg.vm(c, a.vm), ...login(a.auth)),
};
