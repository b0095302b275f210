import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CarrelError, describeError } from '../lib/errors.ts';
import { readFault } from './fault-flag.ts';
import { type InventoryFile, readInventory } from './model/inventory-file.ts';
import { CLOUD_IMAGE, type DestroySemantics, type ModelOptions } from './model/options.ts';
import type { Rule } from './model/rules.ts';
import type { Flavour } from './model/storage.ts';
import { startVsim, type Vsim } from './vsim.ts';

const USAGE = `usage: carrel vsim [--model vcenter|esxi] [--listen 127.0.0.1:0] [--hosts 4] [--datastores 2] [--masters 3] [--vms 0]
                   [--flavours vmfs6,nfs,vsan] [--inventory FILE.json] [--fault 'POINT method=NAME …']... [--destroy-semantics leaf|unreferenced|chain] [--latency none|real] [--seed 1]
                   [--username NAME] [--password WORD] [--guest-user NAME] [--guest-password WORD] [--guest-ssh PORT] [--cloud-init] [--json]`;

interface Settings {
  model: Partial<ModelOptions>;
  host: string;
  port: number;
  json: boolean;
  faults: Rule[];
}

function usage(message: string): CarrelError {
  return new CarrelError('usage', message, { hint: USAGE });
}

function oneOf<T extends string>(flag: string, value: string | undefined, allowed: readonly T[], fallback: T): T {
  if (value === undefined) return fallback;
  const found = allowed.find((item) => item === value);
  if (found === undefined) throw usage(`--${flag} must be one of ${allowed.join(', ')}, not '${value}'`);
  return found;
}

function whole(flag: string, value: string | undefined, min: number, max: number, fallback: number): number {
  if (value === undefined) return fallback;
  const n = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(n >= min && n <= max)) throw usage(`--${flag} must be a whole number from ${min} to ${max}, not '${value}'`);
  return n;
}

function address(value: string): { host: string; port: number } {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:[\]]+):(\d{1,5})$/.exec(value);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) throw usage(`--listen must be an address and a port such as 127.0.0.1:0, not '${value}'`);
  return { host: (match[1] as string).replaceAll(/[[\]]/g, ''), port };
}

const FLAGS = [
  'model',
  'listen',
  'hosts',
  'datastores',
  'masters',
  'vms',
  'flavours',
  'inventory',
  'destroy-semantics',
  'latency',
  'seed',
  'username',
  'password',
  'guest-user',
  'guest-password',
  'guest-ssh',
] as const;

/** What an inventory file says by itself. */
const SAID_BY_FILE = ['model', 'hosts', 'datastores', 'masters', 'vms', 'flavours'] as const;

/** The file behind `--inventory`. */
function inventoryIn(path: string): InventoryFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw usage(`--inventory: ${describeError(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usage(`--inventory: ${path} is not JSON: ${describeError(error)}`);
  }
  return readInventory(value);
}

/** Reads the command line; throws a CarrelError of code `usage`. */
export function readSettings(argv: readonly string[]): Settings {
  let values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  try {
    const options = Object.fromEntries(FLAGS.map((flag) => [flag, { type: 'string' as const }]));
    ({ values } = parseArgs({
      args: [...argv],
      options: { ...options, fault: { type: 'string', multiple: true }, json: { type: 'boolean' }, 'cloud-init': { type: 'boolean' } },
      strict: true,
      allowPositionals: false,
    }));
  } catch (error) {
    throw usage(describeError(error));
  }
  const text = (flag: (typeof FLAGS)[number]) => values[flag] as string | undefined;
  const path = text('inventory');
  const twice = SAID_BY_FILE.find((flag) => path !== undefined && text(flag) !== undefined);
  if (twice !== undefined) throw usage(`--${twice} and --inventory cannot be used together: the file says it`);
  const inventory = path === undefined ? undefined : inventoryIn(path);
  const kind = inventory?.kind ?? oneOf('model', text('model'), ['vcenter', 'esxi'] as const, 'vcenter');
  const semantics: DestroySemantics = kind === 'esxi' ? 'leaf' : 'unreferenced';
  const flavours = (text('flavours') ?? 'vmfs6')
    .split(',')
    .map((f) => oneOf<Flavour>('flavours', f, ['vmfs6', 'vmfs5', 'nfs', 'vsan'], 'vmfs6'));
  const { host, port } = address(text('listen') ?? '127.0.0.1:0');
  const model: Partial<ModelOptions> = {
    kind,
    inventory,
    hosts: whole('hosts', text('hosts'), 1, 128, 4),
    datastores: whole('datastores', text('datastores'), 1, 256, 2),
    masters: whole('masters', text('masters'), 0, 1000, 3),
    vms: whole('vms', text('vms'), 0, 20_000, 0),
    flavours,
    destroySemantics: oneOf('destroy-semantics', text('destroy-semantics'), ['leaf', 'unreferenced', 'chain'], semantics),
    latency: oneOf('latency', text('latency'), ['none', 'real'], 'none'),
    seed: whole('seed', text('seed'), 0, 2 ** 32 - 1, 1),
  };
  const [username, password] = [text('username'), text('password')];
  if (username !== undefined) model.username = username;
  if (password !== undefined) model.password = password;
  const [guestUser, guestPassword] = [text('guest-user'), text('guest-password')];
  if (guestUser !== undefined) model.guestUser = guestUser;
  if (guestPassword !== undefined) model.guestPassword = guestPassword;
  if (values['cloud-init'] === true) Object.assign(model, CLOUD_IMAGE, guestUser === undefined ? {} : { guestUser });
  if (text('guest-ssh') !== undefined) model.guestSshPort = whole('guest-ssh', text('guest-ssh'), 1, 65_535, 2222);
  const faults = ((values['fault'] ?? []) as string[]).map(readFault);
  return { model, host, port, json: values['json'] === true, faults };
}

/** What is printed when the simulator is ready. */
export function readiness(vsim: Vsim): Record<string, unknown> {
  const masters = vsim.sim.masters.map((m) => ({ path: m.path, snapshot: m.snapshot }));
  return { url: vsim.url, username: vsim.username, password: vsim.password, fingerprint256: vsim.fingerprint256, masters };
}

const usageOf = (program: string) => USAGE.replace('carrel vsim', program);

/** The program behind `carrel vsim`, and `vsim` of the package: serves until SIGTERM or SIGINT. Answers the exit code. */
export async function main(argv: readonly string[], program = 'carrel vsim'): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${usageOf(program)}\n`);
    return 0;
  }
  let vsim: Vsim;
  let json: boolean;
  try {
    const settings = readSettings(argv);
    json = settings.json;
    vsim = await startVsim({ ...settings.model, host: settings.host, port: settings.port });
    for (const rule of settings.faults) vsim.fault(rule);
  } catch (error) {
    const known = error instanceof CarrelError && error.code === 'usage';
    process.stderr.write(`vsim: ${describeError(error)}\n${known ? `${usageOf(program)}\n` : ''}`);
    return known ? 2 : 1;
  }
  // Before the line that says it is ready: whoever reads it may end it at once.
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  const facts = readiness(vsim);
  process.stdout.write(`${json ? JSON.stringify(facts) : describe(facts)}\n`);
  await ended;
  await vsim.close();
  return 0;
}

function describe(facts: Record<string, unknown>): string {
  const masters = facts['masters'] as { path: string; snapshot: string }[];
  return [
    `url          ${String(facts['url'])}`,
    `username     ${String(facts['username'])}`,
    `password     ${String(facts['password'])}`,
    `fingerprint  ${String(facts['fingerprint256'])}`,
    ...masters.map((m) => `master       ${m.path} (snapshot ${m.snapshot})`),
  ].join('\n');
}
