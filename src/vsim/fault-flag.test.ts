import { describe, expect, it } from 'vitest';
import { readFault } from './fault-flag.ts';

describe('a fault by command line', () => {
  it.each([
    ['reply', { point: 'reply' }],
    ['effect method=CloneVM_Task at=2 count=3', { point: 'effect', method: ['CloneVM_Task'], at: 2, count: 3 }],
    [
      'drop method=CloneVM_Task,CreateVM_Task count=always probability=0.25',
      { method: ['CloneVM_Task', 'CreateVM_Task'], count: Infinity, probability: 0.25 },
    ],
    ['delay delayMs=5000 object=esx01 skip=0', { point: 'delay', delayMs: 5000, object: 'esx01', skip: 0 }],
    ['status status=429', { point: 'status', status: 429 }],
    [
      'before object="debian 12" fault=InsufficientMemoryResourcesFault message="No room." unreserved=0 requested=4096',
      {
        object: 'debian 12',
        fault: { fault: 'InsufficientMemoryResourcesFault', message: 'No room.', fields: { unreserved: 0, requested: 4096 } },
      },
    ],
  ])('%s', (text, rule) => {
    expect(readFault(text)).toMatchObject(rule);
  });

  it.each([
    ['', /begins with ''.*must with one of before, start/],
    ['sometimes', /begins with 'sometimes'/],
    ['before CloneVM_Task', /'CloneVM_Task' is no word=value/],
    ['before method=CloneVM', /there is no method 'CloneVM'/],
    ['before fault=NoSuchFault', /there is no fault 'NoSuchFault'/],
    ['before fault=VirtualMachine', /there is no fault 'VirtualMachine'/],
    ['before file=x', /'file' belongs to a fault/],
    ['before message=x', /'message' belongs to a fault/],
    ['before at=2', /at is for effect, not for before/],
    ['reply fault=FileLocked', /fault is for before, start, effect, end, not for reply/],
    ['drop status=503', /status is for status/],
    ['delay', /says no delayMs/],
    ['effect at=0', /at must be a whole number from 1/],
    ['effect count=1.5', /count must be a whole number/],
    ['effect probability=2', /probability must be a number from 0 to 1, not '2'/],
    ['effect at=1 at=2', /says at twice/],
    ['before message="x', /a double quote is open/],
  ])('refuses %j', (text, message) => {
    expect(() => readFault(text)).toThrow(message);
  });
});
