import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSettings } from './program.ts';

describe('the command line of vsim', () => {
  it('has defaults, and other destroy semantics for a lone host', () => {
    expect(readSettings([])).toMatchObject({
      host: '127.0.0.1',
      port: 0,
      json: false,
      model: { kind: 'vcenter', hosts: 4, destroySemantics: 'unreferenced' },
    });
    expect(readSettings(['--model', 'esxi', '--json'])).toMatchObject({ json: true, model: { kind: 'esxi', destroySemantics: 'leaf' } });
    expect(readSettings(['--listen', '[::1]:8989', '--flavours', 'nfs,vsan'])).toMatchObject({
      host: '::1',
      port: 8989,
      model: { flavours: ['nfs', 'vsan'] },
    });
  });

  it.each([
    [['--model', 'hyperv'], /--model must be one of vcenter, esxi/],
    [['--hosts', 'many'], /--hosts must be a whole number from 1 to 128/],
    [['--hosts', '0'], /--hosts/],
    [['--listen', 'nowhere'], /--listen must be an address and a port/],
    [['--listen', '127.0.0.1:99999'], /--listen/],
    [['--destroy-semantics', 'all'], /--destroy-semantics must be one of leaf, unreferenced, chain/],
    [['--frobnicate'], /frobnicate/],
    [['--inventory', '/nowhere/lab.json'], /--inventory: .*no such file/],
    [['--inventory', fileURLToPath(import.meta.url)], /program\.test\.ts is not JSON: /],
    [['--inventory', 'x', '--hosts', '3'], /--hosts and --inventory cannot be used together/],
    [['--fault', 'reply', '--fault', 'never'], /--fault 'never': begins with 'never'/],
    [['extra'], /extra/],
  ])('refuses %j', (argv, message) => {
    expect(() => readSettings(argv)).toThrow(message);
  });
});
