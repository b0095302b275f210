/** The walls of the architecture as data: who may import what, and why. ARCHITECTURE.md explains them to people. */

/** Folder of src/ -> folders of src/ that its files may import besides their own. */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  core: ['lib'],
  driver: ['core', 'lib'],
  vsphere: ['lib'],
  vsim: ['vsphere', 'lib'],
  qemu: ['lib'],
  intake: ['qemu', 'vsphere', 'lib'],
  drivers: ['driver', 'vsphere', 'qemu', 'core', 'lib'],
  store: ['core', 'lib'],
  engine: ['core', 'driver', 'store', 'lib'],
  contract: [],
  services: ['contract', 'core', 'driver', 'store', 'engine', 'lib'],
  api: ['contract', 'core', 'services', 'lib'],
  client: ['contract'],
  cli: ['client', 'contract', 'lib'],
  main: [
    'lib',
    'core',
    'driver',
    'vsphere',
    'vsim',
    'qemu',
    'intake',
    'drivers',
    'store',
    'engine',
    'contract',
    'services',
    'api',
    'client',
    'cli',
  ],
};

/** What a folder is, for the message when its wall is crossed. */
export const WHY: Readonly<Record<string, string>> = {
  lib: 'src/lib is the bottom: it knows nothing of Carrel',
  core: 'src/core is pure: it knows types of src/lib only',
  driver: 'src/driver is the port: it knows the domain, not who stands on either side',
  vsphere: 'src/vsphere could be a package of its own: it imports src/lib only',
  vsim: "src/vsim could be a package of its own: it imports src/lib and vSphere's wire (types, xml, soap) only",
  qemu: 'src/qemu knows QEMU, not Carrel',
  intake: 'src/intake knows files that people bring, not who takes them',
  drivers: 'a driver knows the port, its hypervisor and the domain',
  store: 'src/store knows SQL and the domain, not who asks',
  engine: 'src/engine reaches machines through the port only',
  contract: 'src/contract is shared with the browser: it imports nothing of ours',
  services: "src/services offers what the API needs, in the domain's words: it writes intent and reaches no driver",
  api: 'src/api calls services by their types, never a driver or SQL',
  client: 'src/client is the contract seen from outside',
  cli: 'src/cli talks HTTP only, through src/client',
  main: 'src/main wires the rest',
};

/** Parts of a folder that are all that a certain other folder may import of it. Paths under src/, or folders with a slash. */
export const NARROW: readonly { from: string; to: string; only: readonly string[]; why: string }[] = [
  {
    from: 'api',
    to: 'services',
    only: ['services/interface.ts', 'services/duration.ts'],
    why: 'the API knows what services offer, not how',
  },
  { from: 'intake', to: 'vsphere', only: ['vsphere/xml/', 'vsphere/types/value.ts'], why: 'of vSphere, OVF needs the XML reader' },
  {
    from: 'vsim',
    to: 'vsphere',
    only: ['vsphere/types/', 'vsphere/xml/', 'vsphere/soap/'],
    why: 'the simulator shares wire types and codec with the client, not its session or objects',
  },
];

/** Folders whose imports of another may be of types only. */
export const TYPES_ONLY: readonly { from: string; to: string }[] = [
  { from: 'core', to: 'lib' },
  { from: 'services', to: 'driver' },
];

/** Files that may import a concrete driver (a folder under src/drivers) besides that driver itself. */
export const MAY_IMPORT_DRIVERS: readonly string[] = ['drivers/registry.ts', 'main/'];

export interface Rooms {
  /** Files beside the rooms: they put the rooms together and may import every one. Who stands outside may import the first only. */
  top: readonly string[];
  /** Files beside the rooms that every room may import; they import no room. */
  shared: readonly string[];
  /** Room -> rooms that its files may import besides their own, from below upwards: each names earlier ones only. */
  rooms: Readonly<Record<string, readonly string[]>>;
}

/** Folders that are divided into rooms, with a slash at their ends. The README of each explains its rooms. */
export const ROOMS: Readonly<Record<string, Rooms>> = {
  'drivers/vsphere/': {
    top: ['index.ts', 'parts.ts'],
    shared: ['options.ts'],
    rooms: {
      inventory: [],
      endpoint: ['inventory'],
      check: ['endpoint', 'inventory'],
      storage: ['endpoint', 'inventory'],
      guests: ['endpoint', 'inventory'],
      masters: ['guests', 'storage', 'endpoint', 'inventory'],
      machines: ['masters', 'guests', 'storage', 'endpoint', 'inventory'],
      survey: ['machines', 'masters', 'guests', 'storage', 'endpoint', 'inventory'],
    },
  },
};

/** Packages that only these folders may import. */
export const PACKAGES: readonly { packages: readonly string[]; only: readonly string[]; why: string }[] = [
  { packages: ['pg', 'kysely', 'pg-protocol', 'pg-copy-streams'], only: ['store/'], why: 'SQL is written in src/store only' },
  { packages: ['vitest', 'fast-check'], only: ['driver/conformance/'], why: 'test tools stay out of the product' },
  {
    packages: ['fastify', '@fastify/websocket', '@fastify/rate-limit', '@fastify/static'],
    only: ['api/', 'main/'],
    why: 'HTTP is served by src/api',
  },
  {
    packages: ['ws'],
    only: ['services/', 'vsim/', 'cli/'],
    why: 'src/api serves WebSockets by @fastify/websocket, and drivers name the address of one',
  },
  { packages: ['@node-rs/argon2'], only: ['services/'], why: 'passwords are hashed in src/services/passwords.ts only' },
];

/** Folders that import no module of Node, since they are pure or run in a browser too. */
export const NO_NODE: readonly string[] = ['core', 'contract', 'client'];

/** The suite pulls vitest in: product code may name its types, nothing more. */
export const TEST_ONLY: readonly string[] = ['driver/conformance/'];

/** Token sequences that make a function's answer depend on more than its arguments. */
export const IMPURE: readonly { tokens: readonly string[]; shown: string }[] = [
  { tokens: ['Date', '.', 'now'], shown: 'Date.now' },
  { tokens: ['new', 'Date', '(', ')'], shown: 'new Date()' },
  { tokens: ['Math', '.', 'random'], shown: 'Math.random' },
  { tokens: ['performance', '.', 'now'], shown: 'performance.now' },
  { tokens: ['randomUUID'], shown: 'randomUUID' },
  { tokens: ['process', '.'], shown: 'process' },
];

/** A string that reads like a statement of SQL; its first word all in capitals or all not, since "Select an image from …" is English. */
export const SQL = new RegExp(
  [
    String.raw`(?:select|SELECT)\s[\s\S]*\s(?:from|FROM)\s`,
    String.raw`(?:insert\s+into|INSERT\s+INTO|delete\s+from|DELETE\s+FROM)\s+\S`,
    String.raw`(?:update\s+\S+\s+set|UPDATE\s+\S+\s+SET)\s`,
    String.raw`(?:create|CREATE)\s+(?:unique\s+|UNIQUE\s+)?(?:table|TABLE|index|INDEX)\s`,
    String.raw`(?:alter\s+table|ALTER\s+TABLE)\s`,
    String.raw`(?:with|WITH)\s+\S+\s+(?:as|AS)\s*\(`,
  ]
    .map((statement) => String.raw`^\s*${statement}`)
    .join('|'),
);

export const MAX_LINES = 400;
