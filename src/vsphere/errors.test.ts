import { expect, test } from 'vitest';
import { describeError } from '../lib/errors.ts';
import { faultsOf, findFault, isFault, isOutOfSpace, VimFaultError } from './errors.ts';
import type { AnyMethodFault } from './types/vim.gen.ts';

const fault = (f: Record<string, unknown>) => f as unknown as AnyMethodFault;
const locked = fault({ _type: 'FileLocked', file: '[ds] a.vmdk' });

test('a fault is matched by type and supertype, through faultCause and through errors that wrap it', () => {
  const error = new VimFaultError(
    'PowerOnVM_Task',
    fault({ _type: 'GenericVmConfigFault', reason: 'r', faultCause: { fault: locked, localizedMessage: 'File is locked' } }),
    'cannot power on',
  );
  expect(error.code).toBe('vsphere-fault');
  expect(isFault(error, 'VmConfigFault')).toBe(true);
  expect(isFault(error, 'FileFault')).toBe(true);
  expect(findFault(error, 'FileLocked')?.file).toBe('[ds] a.vmdk');
  expect(isFault(error, 'InvalidState')).toBe(false);
  expect(faultsOf(new Error('outer', { cause: error })).map((f) => f._type)).toEqual(['GenericVmConfigFault', 'FileLocked']);
  expect(isFault(new Error('x'), 'MethodFault')).toBe(false);
  expect(describeError(error)).toBe(
    'PowerOnVM_Task failed with GenericVmConfigFault (cannot power on): PowerOnVM_Task failed with FileLocked (File is locked)',
  );
});

test('a task error says which task, and what may be tried again', () => {
  const task = { type: 'Task', value: 'task-9' };
  const error = new VimFaultError(
    'VirtualMachine.clone',
    fault({ _type: 'TaskInProgress', task: { type: 'Task', value: 'task-8' } }),
    '',
    task,
  );
  expect(error).toMatchObject({ code: 'vsphere-task', retry: 'later', task, details: { fault: 'TaskInProgress', task: 'Task:task-8' } });
  expect(new VimFaultError('x', fault({ _type: 'NoPermission' }), '').retry).toBe('never');
});

test('out of space: by type, or by the one text that servers hide it in', () => {
  const make = (f: Record<string, unknown>, text = '') => new VimFaultError('m', fault(f), text);
  expect(isOutOfSpace(make({ _type: 'NoDiskSpace', datastore: 'd', file: 'f' }))).toBe(true);
  expect(isOutOfSpace(make({ _type: 'SystemError', reason: 'No space left on device' }))).toBe(true);
  expect(isOutOfSpace(make({ _type: 'SystemError', reason: '' }, 'A general system error occurred: No space left on device'))).toBe(true);
  expect(isOutOfSpace(make({ _type: 'SystemError', reason: 'other' }))).toBe(false);
  expect(isOutOfSpace(make({ _type: 'FileFault', file: 'No space left on device' }, 'No space left on device'))).toBe(false);
  expect(isOutOfSpace(new Error('No space left on device'))).toBe(false);
});
